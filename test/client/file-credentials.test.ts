import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileCredentials } from '../../client/node/credentials.ts'
import { sessionPath } from '../../client/node/session-file.ts'
import { WherryError } from '../../protocol/errors.ts'
import type { Result } from '../../protocol/table.ts'
import { testUser } from '../support/scripted-hub.ts'

const hub = 'http://localhost:8080'

const signIn = (number: number, lifeMs = 600_000): Result<'session.login'> => ({
  user: testUser,
  session: 'session-session-sessio',
  access: `access-${number}`,
  accessExpiresAt: Date.now() + lifeMs,
  refresh: `refresh-${number}`,
  ticket: null,
})

describe('credentials in a file', () => {
  let directory: string
  let asked: string[]
  const refreshWith = (answer: () => Result<'session.refresh'>) => async (token: string) => {
    asked.push(token)
    return answer()
  }
  const refresh = refreshWith(() => signIn(asked.length + 1))
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-credentials-'))
    asked = []
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('have nothing before a sign-in and after forgetting', async () => {
    const credentials = fileCredentials(hub, directory)
    expect(await credentials.renew(refresh, null)).toBeNull()
    await credentials.store(signIn(1))
    await credentials.forget()
    expect(await credentials.renew(refresh, null)).toBeNull()
    expect(asked).toEqual([])
  })

  it('are readable by their owner only, and leave nothing else behind', async () => {
    await fileCredentials(hub, directory).store(signIn(1))
    const path = sessionPath(directory, hub)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(directory, 'sessions'))).toHaveLength(1)
  })

  it('use an access token that another command got, but not a stale or a dying one', async () => {
    await fileCredentials(hub, directory).store(signIn(1))
    const other = fileCredentials(hub, directory)
    expect((await other.renew(refresh, null))?.access).toBe('access-1')
    expect(asked).toEqual([])
    expect((await other.renew(refresh, 'access-1'))?.access).toBe('access-2')
    await other.store(signIn(7, 30_000))
    expect((await other.renew(refresh, null))?.access).toBe('access-3')
    expect(asked).toEqual(['refresh-1', 'refresh-7'])
  })

  it('make nobody wait for a refresh who has a token that is good', async () => {
    const credentials = fileCredentials(hub, directory)
    await credentials.store(signIn(1))
    const answered = Promise.withResolvers<Result<'session.refresh'>>()
    const refreshing = credentials.renew(() => answered.promise, 'access-1')
    const other = await fileCredentials(hub, directory).renew(refresh, null)
    expect(other?.access).toBe('access-1')
    expect(asked).toEqual([])
    answered.resolve(signIn(2))
    expect((await refreshing)?.access).toBe('access-2')
  })

  it('refresh once for several commands that find the same token stale', async () => {
    await fileCredentials(hub, directory).store(signIn(1))
    const commands = Array.from({ length: 4 }, () => fileCredentials(hub, directory))
    const tokens = await Promise.all(commands.map(command => command.renew(refresh, 'access-1')))
    expect(tokens.map(token => token?.access)).toEqual(Array(4).fill('access-2'))
    expect(asked).toEqual(['refresh-1'])
  })

  it('are kept for each hub apart', async () => {
    await fileCredentials(hub, directory).store(signIn(1))
    for (const other of ['https://localhost:8080', 'http://localhost:8081', 'http://127.0.0.1:8080'])
      expect(await fileCredentials(other, directory).renew(refresh, null)).toBeNull()
  })

  it('are gone when the hub refuses them for good, and stay when it cannot be asked', async () => {
    const credentials = fileCredentials(hub, directory)
    await credentials.store(signIn(1))
    const offline = refreshWith(() => {
      throw new WherryError('disconnected')
    })
    await expect(credentials.renew(offline, 'access-1')).rejects.toMatchObject({ reason: 'disconnected' })
    expect((await credentials.renew(refresh, null))?.access).toBe('access-1')
    const refused = refreshWith(() => {
      throw new WherryError('session_ended')
    })
    expect(await credentials.renew(refused, 'access-1')).toBeNull()
    await expect(readFile(sessionPath(directory, hub))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('take over the lock of a process that died, and read a damaged file as none', async () => {
    const credentials = fileCredentials(hub, directory)
    await credentials.store(signIn(1))
    const path = sessionPath(directory, hub)
    await writeFile(path, '{"hub":')
    // Above the largest process id of Linux.
    await writeFile(`${path}.lock`, String(2 ** 22 + 1))
    expect(await credentials.renew(refresh, null)).toBeNull()
    await credentials.store(signIn(1))
    // One that died before it wrote its number, as on a full disk.
    await writeFile(`${path}.lock`, '')
    await utimes(`${path}.lock`, 1, 1)
    await credentials.store(signIn(2))
    expect((await credentials.renew(refresh, null))?.access).toBe('access-2')
    // One whose number another process has by now, which started later.
    await writeFile(`${path}.lock`, String(process.pid))
    await utimes(`${path}.lock`, 1, 1)
    await credentials.store(signIn(3))
    expect((await credentials.renew(refresh, null))?.access).toBe('access-3')
  })
})
