import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../client/core/new-id.ts'
import { modifiedAt } from '../../client/node/modified-at.ts'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'

const MiB = 2 ** 20

let hub: HubProcess
let home: string
let wherry: CommandLine

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  home = await mkdtemp(join(tmpdir(), 'wherry-put-'))
  wherry = commandLine(home)
  await wherry.json(
    ['login', hub.url, '--email', administrator.email, '--password-stdin'],
    administrator.password,
  )
})

afterAll(async () => {
  await hub.remove()
  await rm(home, { recursive: true, force: true })
})

/** What an interrupted `put FILE me:NAME` leaves on the hub. */
const leaveUnfinished = async (file: string, name: string, onClash: 'replace' | 'fail'): Promise<void> => {
  const { client, root } = await signedInClient(hub.url, administrator)
  const found = await stat(file)
  await client.call('upload.open', {
    ...{ upload: newId(), stream: client.newStream(), folder: root, name, onClash },
    ...{ size: found.size, modifiedAt: modifiedAt(found) },
  })
  client.close()
}

describe('an upload that an earlier command began', () => {
  test.each([
    { onClash: 'fail', code: 1, names: ['fail'] },
    { onClash: 'skip', code: 0, names: ['skip'] },
    { onClash: 'keepBoth', code: 0, names: ['keepBoth', 'keepBoth (2)'] },
  ])('is not gone on with by one with --on-clash $onClash: what took its name stays', async clash => {
    const { onClash, code, names } = clash
    const [file, other] = [join(home, 'mine'), join(home, 'hers')]
    await writeFile(file, randomBytes(MiB))
    await writeFile(other, 'hers')
    await leaveUnfinished(file, onClash, 'replace')
    await wherry.json(['put', other, `me:${onClash}`])
    const put = await wherry.run(['put', file, `me:${onClash}`, '--on-clash', onClash])
    expect(put.code).toBe(code)
    const listed = (await wherry.json(['ls', 'me:'])) as { name: string }[]
    expect(listed.map(({ name }) => name).filter(name => name.startsWith(onClash))).toEqual(names)
    await wherry.json(['get', `me:${onClash}`, join(home, `${onClash} back`)])
    expect(await readFile(join(home, `${onClash} back`), 'utf8')).toBe('hers')
  })

  test('and that was to fail is gone on with by one that skips, which passes the taken name over', async () => {
    const [file, other] = [join(home, 'skipping'), join(home, 'in its place')]
    await writeFile(file, randomBytes(MiB))
    await writeFile(other, 'hers')
    await leaveUnfinished(file, 'unfinished', 'fail')
    await wherry.json(['put', other, 'me:unfinished'])
    const { code, stderr } = await wherry.run(['put', file, 'me:unfinished', '--on-clash', 'skip'])
    expect(stderr).toContain('passed over unfinished: the hub has a file of that name')
    expect(code).toBe(0)
  })
})

describe('one obstacle', () => {
  test('of an empty folder whose name a file has is told, and all the rest goes up', async () => {
    const tree = join(home, 'obstacle')
    await mkdir(join(tree, 'empty'), { recursive: true })
    await mkdir(join(tree, 'other'))
    await writeFile(join(tree, 'file'), 'x')
    await wherry.json(['mkdir', 'me:obstacle'])
    await wherry.json(['put', join(tree, 'file'), 'me:obstacle/empty'])
    const { code, stdout, stderr } = await wherry.run(['put', tree, 'me:', '--json'])
    expect(stderr).toBe('wherry: obstacle/empty: The folder has an entry named "empty" already.\n')
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, failed: 1 })
    expect(code).toBe(1)
    const listed = (await wherry.json(['ls', 'me:obstacle'])) as { name: string; kind: string }[]
    expect(listed.map(({ name, kind }) => [name, kind])).toEqual([
      ['other', 'folder'],
      ['empty', 'file'],
      ['file', 'file'],
    ])
  })

  test('to telling what is passed over does not stop the rest', async () => {
    const tree = join(home, 'untold')
    await mkdir(tree)
    await symlink('nowhere', join(tree, 'link'))
    await writeFile(join(tree, 'file'), 'x')
    const toFull = commandLine(home, ['sh', '-c', 'exec "$0" "$@" 2>/dev/full'])
    const { code, stdout } = await toFull.run(['put', tree, 'me:'])
    expect(stdout).toMatch(/^1 file, /)
    expect(code).toBe(0)
  })
})

test('what is passed over for a name that is taken is told as it is, and named with --json', async () => {
  const tree = join(home, 'passed')
  await mkdir(join(tree, 'docs'), { recursive: true })
  await mkdir(join(tree, 'empty'))
  for (const name of ['docs/1', 'file', 'other']) await writeFile(join(tree, name), name)
  await wherry.json(['mkdir', 'me:passed/other'])
  await writeFile(join(home, 'taken'), 'taken')
  for (const name of ['docs', 'empty', 'file'])
    await wherry.json(['put', join(home, 'taken'), `me:passed/${name}`])
  const put = ['put', tree, 'me:', '--on-clash', 'skip']
  const { skipped, ...result } = (await wherry.json(put)) as { skipped: { file: string; why: string }[] }
  expect(result).toMatchObject({ files: 0, failed: 0 })
  expect(skipped.sort((a, b) => a.file.localeCompare(b.file))).toEqual([
    { file: 'passed/docs/1', why: 'the hub has a file with the name of its folder "passed/docs"' },
    { file: 'passed/empty', why: 'the hub has a file of that name' },
    { file: 'passed/file', why: 'the hub has a file of that name' },
    { file: 'passed/other', why: 'the hub has a folder of that name' },
  ])
})
