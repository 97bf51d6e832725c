import { type ExecFileException, execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { rawClient, signedInClient } from '../support/raw-client.ts'

/** How who has the machine of a hub gets back in. */

const root = fileURLToPath(new URL('../../', import.meta.url))

let hub: HubProcess
let data: string
const socketUrl = () => `ws://localhost:${hub.port}/ws`

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_MASTER_KEY: randomBytes(32).toString('base64'),
  })
  data = join(hub.directory, 'data')
  await hub.start()
})
afterAll(() => hub.remove())

type Ended = { code: ExecFileException['code']; stdout: string; stderr: string }

/** Runs `npm run reset-password -- ARGS` for a data directory, without the master key. */
const reset = (args: readonly string[], directory = data): Promise<Ended> =>
  new Promise(resolve => {
    const env = { ...process.env, WHERRY_DATA: directory }
    const command = ['run', '--silent', 'reset-password', '--', ...args]
    execFile('npm', command, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })

const passwordIn = ({ stdout }: Ended, email: string): string => {
  const [, password] = new RegExp(`The new password of ${email} is ([0-9a-f]{24})\n`).exec(stdout) ?? []
  if (password === undefined) throw new Error(`no password in:\n${stdout}`)
  return password
}

const login = async (account: { email: string; password: string }) => {
  const client = await rawClient(socketUrl())
  return client
    .call('session.login', { ...account, keep: 'token', agent: 'test' })
    .finally(() => client.close())
}

test('while the hub runs nothing is changed', async () => {
  const refused = await reset([administrator.email])
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr: `No password was set: A hub is running on the data directory ${data}, and has to be stopped first.\n`,
  })
  expect((await login(administrator)).user.email).toBe(administrator.email)
})

test('the last administrator gets a new password, and a disabled account is enabled again', async () => {
  const ada = await signedInClient(socketUrl(), administrator)
  const eve = { email: 'eve@example.org', password: 'the old password of Eve' }
  const { user } = await ada.call('user.create', { ...eve, name: 'Eve' })
  await ada.call('user.disable', { user: user.id, disabled: true })
  expect(await hub.stop()).toBe(0)

  const forAda = await reset([administrator.email.toUpperCase()])
  expect(forAda).toMatchObject({ code: 0, stderr: '' })
  expect(forAda.stdout).toContain('Sessions ended: 2.')
  expect(forAda.stdout).not.toContain('disabled')
  const forEve = await reset([eve.email])
  expect(forEve.stdout).toContain('The account was disabled, and is enabled again.')
  expect(existsSync(join(data, 'running'))).toBe(false)
  expect(readdirSync(data)).not.toContain('master.key')

  await hub.start()
  await expect(login(administrator)).rejects.toMatchObject({ reason: 'wrong_credentials' })
  const password = passwordIn(forAda, administrator.email)
  expect((await login({ ...administrator, password })).user.role).toBe('admin')
  const { access, refresh } = ada.signedIn
  const again = await rawClient(socketUrl())
  for (const old of [
    again.call('session.resume', { access }),
    again.call('session.refresh', { refresh: refresh ?? '' }),
  ])
    await expect(old).rejects.toMatchObject({ reason: 'session_ended' })
  again.close()
  expect((await login({ ...eve, password: passwordIn(forEve, eve.email) })).user.role).toBe('member')
})

test('after a stop that was not clean the hub still checks what it wrote last', async () => {
  await hub.kill()
  expect(await reset([administrator.email])).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(join(data, 'running'))).toBe(true)
})

test('an address without an account, a directory without a hub, and nothing at all are told', async () => {
  const [nobody, nothing] = [await reset(['nobody@example.org']), await reset([])]
  expect(nobody).toEqual({
    code: 1,
    stdout: '',
    stderr: 'No password was set: There is no account with the address nobody@example.org.\n',
  })
  expect(nothing.stderr).toContain('npm run reset-password -- EMAIL')
  expect(nothing.code).toBe(1)
  const elsewhere = join(hub.directory, 'elsewhere')
  const { stderr } = await reset([administrator.email], elsewhere)
  expect(stderr).toBe(
    `No password was set: The data directory ${elsewhere} has no hub. Set WHERRY_DATA to that of the hub.\n`,
  )
  expect(existsSync(elsewhere)).toBe(false)
})
