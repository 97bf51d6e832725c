import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newId } from '../../client/core/new-id.ts'
import { modifiedAt } from '../../client/node/modified-at.ts'
import { commandLine } from '../support/command-line.ts'
import { administrator } from '../support/hub-process.ts'
import { terminalRig } from '../support/terminal-rig.ts'
import { signedInClient } from '../support/transfer-client.ts'

const MiB = 2 ** 20

const rig = terminalRig()

/** What an interrupted `put FILE me:NAME` leaves on the rig.hub. */
const leaveUnfinished = async (file: string, name: string, onClash: 'replace' | 'fail'): Promise<void> => {
  const { client, root } = await signedInClient(rig.hub.url, administrator)
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
    const [file, other] = [join(rig.directory, 'mine'), join(rig.directory, 'hers')]
    await writeFile(file, randomBytes(MiB))
    await writeFile(other, 'hers')
    await leaveUnfinished(file, onClash, 'replace')
    await rig.ada.json(['put', other, `me:${onClash}`])
    const put = await rig.ada.run(['put', file, `me:${onClash}`, '--on-clash', onClash])
    expect(put.code).toBe(code)
    const listed = (await rig.ada.json(['ls', 'me:'])) as { name: string }[]
    expect(listed.map(({ name }) => name).filter(name => name.startsWith(onClash))).toEqual(names)
    await rig.ada.json(['get', `me:${onClash}`, join(rig.directory, `${onClash} back`)])
    expect(await readFile(join(rig.directory, `${onClash} back`), 'utf8')).toBe('hers')
  })

  test('and that was to fail is gone on with by one that skips, which passes the taken name over', async () => {
    const [file, other] = [join(rig.directory, 'skipping'), join(rig.directory, 'in its place')]
    await writeFile(file, randomBytes(MiB))
    await writeFile(other, 'hers')
    await leaveUnfinished(file, 'unfinished', 'fail')
    await rig.ada.json(['put', other, 'me:unfinished'])
    const { code, stderr } = await rig.ada.run(['put', file, 'me:unfinished', '--on-clash', 'skip'])
    expect(stderr).toContain('passed over unfinished: the hub has a file of that name')
    expect(code).toBe(0)
  })
})

describe('one obstacle', () => {
  test('of an empty folder whose name a file has is told, and all the rest goes up', async () => {
    const tree = join(rig.directory, 'obstacle')
    await mkdir(join(tree, 'empty'), { recursive: true })
    await mkdir(join(tree, 'other'))
    await writeFile(join(tree, 'file'), 'x')
    await rig.ada.json(['mkdir', 'me:obstacle'])
    await rig.ada.json(['put', join(tree, 'file'), 'me:obstacle/empty'])
    const { code, stdout, stderr } = await rig.ada.run(['put', tree, 'me:', '--json'])
    expect(stderr).toBe('wherry: obstacle/empty: The folder has an entry named "empty" already.\n')
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, failed: 1 })
    expect(code).toBe(1)
    const listed = (await rig.ada.json(['ls', 'me:obstacle'])) as { name: string; kind: string }[]
    expect(listed.map(({ name, kind }) => [name, kind])).toEqual([
      ['other', 'folder'],
      ['empty', 'file'],
      ['file', 'file'],
    ])
  })

  test('of a file that is not there keeps no other back, and where there is no other nothing is asked of the hub', async () => {
    const [here, nowhere] = [join(rig.directory, 'is here'), join(rig.directory, 'is nowhere')]
    await writeFile(here, 'x')
    const { code, stdout, stderr } = await rig.ada.run(['put', nowhere, here, 'me:', '--json'])
    expect(stderr).toBe(`wherry: ${nowhere}: no such file or directory\n`)
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, failed: 1, failures: [{ file: nowhere }] })
    expect(code).toBe(1)
    const none = await rig.ada.run(['put', nowhere, nowhere, 'me:made/', '--json'])
    expect(none).toMatchObject({ code: 4, stdout: '' })
    expect((await rig.ada.run(['ls', 'me:made'])).code).toBe(4)
  })

  test('to telling what is passed over does not stop the rest', async () => {
    const tree = join(rig.directory, 'untold')
    await mkdir(tree)
    await symlink('nowhere', join(tree, 'link'))
    await writeFile(join(tree, 'file'), 'x')
    const toFull = commandLine(join(rig.directory, 'ada'), ['sh', '-c', 'exec "$0" "$@" 2>/dev/full'])
    const { code, stdout } = await toFull.run(['put', tree, 'me:'])
    expect(stdout).toMatch(/^1 file, /)
    expect(code).toBe(0)
  })
})

test('what is passed over for a name that is taken is told as it is, and named with --json', async () => {
  const tree = join(rig.directory, 'passed')
  await mkdir(join(tree, 'docs'), { recursive: true })
  await mkdir(join(tree, 'empty'))
  for (const name of ['docs/1', 'file', 'other']) await writeFile(join(tree, name), name)
  await rig.ada.json(['mkdir', 'me:passed/other'])
  await writeFile(join(rig.directory, 'taken'), 'taken')
  for (const name of ['docs', 'empty', 'file'])
    await rig.ada.json(['put', join(rig.directory, 'taken'), `me:passed/${name}`])
  const put = ['put', tree, 'me:', '--on-clash', 'skip']
  const { skipped, ...result } = (await rig.ada.json(put)) as { skipped: { file: string; why: string }[] }
  expect(result).toMatchObject({ files: 0, failed: 0 })
  expect(skipped.sort((a, b) => a.file.localeCompare(b.file))).toEqual([
    { file: 'passed/docs/1', why: 'the hub has a file with the name of its folder "passed/docs"' },
    { file: 'passed/empty', why: 'the hub has a file of that name' },
    { file: 'passed/file', why: 'the hub has a file of that name' },
    { file: 'passed/other', why: 'the hub has a folder of that name' },
  ])
})
