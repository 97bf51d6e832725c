import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import type { Result } from '../../protocol/table.ts'
import { memorySource } from '../client/memory-source.ts'
import { type CommandLine, commandLine, inTerminal } from '../support/command-line.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'

const MiB = 2 ** 20
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

type PutResult = {
  files: number
  bytes: number
  sentBytes: number
  reusedBytes: number
  seconds: number
  failed: number
  skipped: { file: string; why: string }[]
}

let hub: HubProcess
let home: string
let wherry: CommandLine

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  home = await mkdtemp(join(tmpdir(), 'wherry-home-'))
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

/** Uploads to the administrator's space by the queue of browsers. */
const uploadAsBrowser = async (
  files: readonly { path: string[]; name: string; bytes: Buffer; modifiedAt: number }[],
): Promise<void> => {
  const { client, root } = await signedInClient(hub.url, administrator)
  const queue = createUploadQueue({ link: client })
  queue.add(
    files.map(({ path, name, bytes, modifiedAt }) => ({
      source: { ...memorySource(name, new Uint8Array(bytes)), modifiedAt },
      ...{ folder: root, path, name, onClash: 'ask' },
    })),
  )
  await queue.whenIdle()
  expect(queue.totals).toMatchObject({ doneFiles: files.length })
  queue.close()
  client.close()
}

describe('signing in', () => {
  test('the session is kept in files that nobody else can read', async () => {
    const files = await readdir(join(home, 'config/wherry'), { recursive: true, withFileTypes: true })
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const { mode } = await stat(join(file.parentPath, file.name))
      expect(mode & 0o077).toBe(0)
    }
  })

  test('a wrong password says so and ends with 1', async () => {
    const other = commandLine(join(home, 'other'))
    const { code, stderr } = await other.run(
      ['login', hub.url, '--email', administrator.email, '--password-stdin'],
      'not the one',
    )
    expect(code).toBe(1)
    expect(stderr).toContain('password')
  })

  test('without a sign-in every command ends with 3 and says what to do', async () => {
    const { code, stderr } = await commandLine(join(home, 'nobody')).run(['ls'])
    expect(code).toBe(3)
    expect(stderr).toContain('wherry login')
  })

  test('where no session can be kept, signing in says so, and the rest works as far as it can', async () => {
    const locked = join(home, 'locked')
    const other = commandLine(locked)
    // Root may write in every directory, but not where there is a file.
    await writeFile(join(locked, 'config'), '')
    const login = ['login', hub.url, '--email', administrator.email, '--password-stdin']
    const sessions = async () => ((await wherry.json(['sessions'])) as unknown[]).length
    const before = await sessions()
    const { code, stderr } = await other.run(login, administrator.password)
    expect(await sessions()).toBe(before)
    expect(stderr).toContain(`The sign-in cannot be kept in "${join(locked, 'config', 'wherry')}`)
    expect(code).toBe(1)
    const listed = await other.run(['ls', '--hub', hub.url])
    for (const before of [['--hub', hub.url], [`--hub=${hub.url}`], ['--json', '--hub', hub.url]])
      expect(await other.run([...before, 'ls', '--json'])).toMatchObject({ code: listed.code })
    expect((await other.run(['--hub', hub.url])).code).toBe(2)
    expect(listed.stderr).toContain('wherry login')
    expect(listed.code).toBe(3)
  })

  test('output that cannot be written is a failure', async () => {
    // As a command that it is started by, the shell sends what it prints to a disk that is always full.
    const full = commandLine(home, ['sh', '-c', 'exec "$0" "$@" > /dev/full'])
    const { code, stderr } = await full.run(['ls'])
    expect(stderr).toContain('the output cannot be written')
    expect(code).toBe(1)
  })

  test('a send whose code nobody can read ends, and not as if it were done', async () => {
    const unheard = commandLine(home, ['bash', '-c', 'set -o pipefail; "$0" "$@" | true'])
    await writeFile(join(home, 'unheard'), 'x')
    expect((await unheard.run(['send', join(home, 'unheard')])).code).toBe(141)
  })

  test('an unknown command and a missing argument end with 2', async () => {
    expect((await wherry.run(['frobnicate'])).code).toBe(2)
    expect((await wherry.run(['put'])).code).toBe(2)
    expect((await wherry.run(['ls', 'no-colon'])).code).toBe(2)
  })

  test('help tells of one command or of all, and --version which version this is', async () => {
    const one = await wherry.run(['help', 'mkdir'])
    expect(one).toEqual({ ...(await wherry.run(['mkdir', '--help'])), code: 0, stderr: '' })
    expect(one.stdout).toMatch(/^wherry mkdir /)
    const all = await wherry.run(['help'])
    expect(all.code).toBe(0)
    expect(all.stdout).toContain(' 4 not found or not allowed,')
    for (const name of (await wherry.json(['help'])) as string[])
      expect(all.stdout).toContain(`\n  wherry ${name}`)
    const unknown = await wherry.run(['help', 'frob'])
    expect(unknown).toEqual({
      code: 2,
      stdout: '',
      stderr: 'wherry: there is no command "frob"; `wherry help` lists them\n',
    })
    const { version } = JSON.parse(await readFile('package.json', 'utf8'))
    expect(await wherry.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test.each([
    { args: ['users', 'frob'], words: 'unknown: frob' },
    { args: ['users', 'disable'], words: 'an argument is missing' },
    { args: ['users', 'passwd'], words: 'an argument is missing' },
    { args: ['access', 'me:', 'frob'], words: 'unknown: frob' },
    { args: ['access', 'me:', 'grant', 'eve@example.org'], words: 'an argument is missing' },
    { args: ['sessions', 'frob'], words: 'unknown: frob' },
    { args: ['uploads', 'cancel'], words: 'an argument is missing' },
  ])('$args says how it is used', async ({ args, words }) => {
    const { code, stderr } = await wherry.run(args)
    const used = `\`${args[0]}\` is used as: wherry ${args[0]} [`.replace('access [', 'access SPACE:PATH [')
    expect(stderr.slice(0, `wherry: ${words}; ${used}`.length)).toBe(`wherry: ${words}; ${used}`)
    expect(code).toBe(2)
  })

  test('a path that is not there ends with 4', async () => {
    expect((await wherry.run(['ls', 'me:nowhere'])).code).toBe(4)
  })

  test.each(['put', 'send'])(
    '%s of a file that is not on this machine ends with 4 and names it',
    async name => {
      const { code, stderr } = await wherry.run([
        name,
        join(home, 'nowhere.bin'),
        ...(name === 'put' ? ['me:'] : []),
      ])
      expect(stderr).toBe(`wherry: there is no "${join(home, 'nowhere.bin')}" on this machine\n`)
      expect(code).toBe(4)
    },
  )
})

describe('files', () => {
  test('a folder goes up and comes down again byte for byte, and the second time nothing travels', async () => {
    const tree = join(home, 'tree')
    const big = randomBytes(9 * MiB)
    await mkdir(join(tree, 'deep/er'), { recursive: true })
    await mkdir(join(tree, 'empty'))
    await writeFile(join(tree, 'big.bin'), big)
    await writeFile(join(tree, 'nothing'), '')
    for (let i = 0; i < 300; i++) await writeFile(join(tree, 'deep', `small ${i}.txt`), `file ${i}`)
    await writeFile(join(tree, 'deep/er/ünï 👩‍👩‍👧.txt'), 'emoji')

    const first = (await wherry.json(['put', tree, 'me:'])) as PutResult
    expect(first).toMatchObject({ files: 303, failed: 0 })
    expect(first.sentBytes).toBe(first.bytes)

    const again = (await wherry.json(['put', tree, 'me:'])) as PutResult
    expect(again).toMatchObject({ files: 303, sentBytes: 0, failed: 0, bytes: first.bytes })

    const back = join(home, 'back')
    await wherry.json(['get', 'me:tree', back])
    expect(sha256(await readFile(join(back, 'big.bin')))).toBe(sha256(big))
    expect(await readFile(join(back, 'deep/small 17.txt'), 'utf8')).toBe('file 17')
    expect(await readFile(join(back, 'deep/er/ünï 👩‍👩‍👧.txt'), 'utf8')).toBe('emoji')
    expect((await stat(join(back, 'nothing'))).size).toBe(0)
    expect((await stat(join(back, 'empty'))).isDirectory()).toBe(true)
    expect(Math.round((await stat(join(back, 'big.bin'))).mtimeMs)).toBe(
      Math.round((await stat(join(tree, 'big.bin'))).mtimeMs),
    )
  })

  test('a file whose content changed and whose size and date did not is not taken for what it was', async () => {
    const file = join(home, 'same date.bin')
    const at = 1_700_000_000
    const write = async (bytes: Buffer) => {
      await writeFile(file, bytes)
      await utimes(file, at, at)
    }
    const [before, after] = [randomBytes(MiB), randomBytes(MiB)]
    await write(before)
    await wherry.json(['put', file, 'me:'])
    await write(after)
    expect(await wherry.json(['put', file, 'me:'])).toMatchObject({ files: 1, sentBytes: 0 })
    expect(await wherry.json(['put', file, 'me:elsewhere.bin'])).toMatchObject({ sentBytes: MiB })
    await wherry.json(['get', 'me:elsewhere.bin', join(home, 'elsewhere.bin')])
    expect(after.equals(await readFile(join(home, 'elsewhere.bin')))).toBe(true)
    expect(await wherry.json(['put', file, 'me:', '--check'])).toMatchObject({ reusedBytes: MiB })
    await wherry.json(['get', 'me:same date.bin', join(home, 'got.bin')])
    expect(after.equals(await readFile(join(home, 'got.bin')))).toBe(true)
  })

  test('what a browser uploaded is recognised at any depth, though browsers cut dates where this machine rounds', async () => {
    const tree = join(home, 'dated')
    await mkdir(join(tree, 'sub/deep'), { recursive: true })
    const files = [[], ['sub'], ['sub', 'deep']].flatMap(path =>
      [
        { name: 'a', size: 9000 },
        { name: 'b', size: MiB },
      ].map(file => ({ ...file, path, bytes: randomBytes(file.size) })),
    )
    const at = 1_700_000_000.1237
    for (const { path, name, bytes } of files) {
      await writeFile(join(tree, ...path, name), bytes)
      await utimes(join(tree, ...path, name), at, at)
    }
    await uploadAsBrowser(
      files.map(({ path, name, bytes }) => ({
        ...{ path: ['dated', ...path], name, bytes, modifiedAt: 1_700_000_000_123 },
      })),
    )
    const again = (await wherry.json(['put', tree, 'me:'])) as PutResult
    expect(again).toMatchObject({ files: 6, sentBytes: 0, failed: 0 })
    expect(again.reusedBytes).toBe(again.bytes)

    // Copied to another machine without its dates: read again, not sent again.
    for (const { path, name } of files) await utimes(join(tree, ...path, name), at + 1000, at + 1000)
    const copied = (await wherry.json(['put', tree, 'me:'])) as PutResult
    expect(copied).toMatchObject({ files: 6, sentBytes: 0, failed: 0 })
    expect(copied.reusedBytes).toBe(copied.bytes)

    const other = randomBytes(9000)
    await writeFile(join(tree, 'sub/deep/a'), other)
    const changed = (await wherry.json(['put', tree, 'me:'])) as PutResult
    expect(changed).toMatchObject({ files: 6, sentBytes: 9000, failed: 0 })
    await wherry.json(['get', 'me:dated/sub/deep/a', join(home, 'changed')])
    expect(await readFile(join(home, 'changed'))).toEqual(other)
  })

  test('what cannot go up is told, and all the rest goes up', async () => {
    const tree = join(home, 'odd')
    await mkdir(join(tree, 'Case'), { recursive: true })
    await mkdir(join(tree, 'case'))
    await mkdir(join(tree, 'empty\n'))
    for (const [name, content] of Object.entries({
      'A.txt': 'one',
      'a.txt': 'two',
      'Case/x': 'three',
      'case/y': 'four',
      'bad\r': 'five',
      good: 'six',
    }))
      await writeFile(join(tree, name), content)
    await writeFile(Buffer.concat([Buffer.from(`${tree}/not-utf8-`), Buffer.of(0xff)]), 'seven')
    const { code, stdout, stderr } = await wherry.run(['put', tree, 'me:', '--json'])
    expect(code).toBe(1)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ files: 3, failed: 5 })
    expect(result.failures).toContainEqual({
      file: expect.stringContaining('bad'),
      why: expect.stringContaining('control characters'),
    })
    expect(stderr).toContain('control characters')
    expect(stderr.match(/it would have the place of/g)).toHaveLength(1)
    expect(stderr.match(/its folder would be the same as \S+\/[Cc]ase on the hub/g)).toHaveLength(1)
    expect(await wherry.json(['ls', 'me:odd'])).toHaveLength(3)
    const again = await wherry.run(['put', tree, 'me:', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ files: 3, failed: 5, sentBytes: 0 })
  })

  test('what is named and is no file is a failure, and so is one with more in it than it says', async () => {
    const pipe = join(home, 'named pipe')
    execFileSync('mkfifo', [pipe])
    for (const [file, words] of [
      [pipe, 'it is neither a file nor a folder'],
      ['/proc/version', 'There is more in the file than its size says'],
    ] as const) {
      const { code, stdout, stderr } = await wherry.run(['put', file, 'me:', '--json'])
      expect(stderr).toContain(words)
      expect(JSON.parse(stdout)).toMatchObject({ failed: 1 })
      expect(code).toBe(1)
    }
    expect((await wherry.run(['ls', 'me:version'])).code).toBe(4)
  })

  test('of commands that download to one place at once one does, and the others say so or find it there', async () => {
    const bytes = randomBytes(40 * MiB)
    const [file, target] = [join(home, 'at once.bin'), join(home, 'at once')]
    await writeFile(file, bytes)
    await mkdir(target)
    await wherry.json(['put', file, 'me:'])
    const get = ['get', 'me:at once.bin', target]
    const results = await Promise.all(Array.from({ length: 3 }, () => wherry.run(get)))
    const words = `wherry: ${join(target, 'at once.bin')}: another command is downloading to that place\n`
    expect(results.map(({ code }) => code)).toContain(0)
    for (const { code, stderr } of results)
      expect({ code, stderr }).toEqual({ code, stderr: code ? words : '' })
    expect(sha256(await readFile(join(target, 'at once.bin')))).toBe(sha256(bytes))
    expect(await readdir(target)).toEqual(['at once.bin'])
    expect((await wherry.run(get)).code).toBe(0)
  })

  test('what cannot be downloaded is told on a line of its own, not in that of the progress', async () => {
    const tree = join(home, 'partly here')
    await mkdir(tree)
    // As many as are downloaded at once come before the one that is in the way.
    for (const name of ['1', '2', '3', '4']) await writeFile(join(tree, name), randomBytes(8 * MiB))
    await writeFile(join(tree, 'taken'), 'hers')
    await wherry.json(['put', tree, 'me:'])
    const target = join(home, 'partly back')
    await mkdir(join(target, 'partly here'), { recursive: true })
    await writeFile(join(target, 'partly here/taken'), 'his')
    const { code, stdout } = await commandLine(home, inTerminal).run(['get', 'me:partly here', target])
    expect(code).toBe(1)
    const lines = stdout.split('\n').filter(line => line.includes('--force'))
    expect(lines).toEqual([expect.stringMatching(/^wherry: .*taken: there is another file/)])
    expect(stdout.indexOf('MB/s')).toBeLessThan(stdout.indexOf('wherry:'))
  })

  test('a download whose file is deleted on the hub says what is left of it here', async () => {
    const file = join(home, 'deleted.bin')
    await writeFile(file, randomBytes(150 * MiB))
    await wherry.json(['put', file, 'me:'])
    const target = join(home, 'of deleted')
    await mkdir(target)
    const { process, result } = wherry.start(['get', 'me:deleted.bin', target])
    let part = ''
    while (part === '') part = (await readdir(target)).find(name => name.endsWith('part')) ?? ''
    process.kill('SIGSTOP')
    await wherry.json(['rm', 'me:deleted.bin'])
    process.kill('SIGCONT')
    const { code, stderr } = await result
    expect(stderr).toContain(`What arrived of it is in ${join(target, part)}; nothing continues it`)
    expect(code).toBe(1)
    expect(await readdir(target)).toEqual([part])
  })

  test('what is here already needs no place: the download makes no lock', async () => {
    const file = join(home, 'here.bin')
    await writeFile(file, randomBytes(MiB))
    await wherry.json(['put', file, 'me:'])
    const place = join(home, 'here again')
    await mkdir(place)
    const get = ['get', 'me:here.bin', place]
    await wherry.json(get)
    const before = await stat(place)
    expect(await wherry.json(get)).toMatchObject({ receivedBytes: 0, reusedBytes: MiB })
    expect((await stat(place)).mtimeMs).toBe(before.mtimeMs)
  })

  test('what the system refuses is told in its words, with the path', async () => {
    const file = join(home, 'in the way')
    await writeFile(file, 'x')
    await wherry.json(['put', file, 'me:'])
    const { code, stderr } = await wherry.run(['get', 'me:in the way', join(file, 'below')])
    expect(stderr).toBe(`wherry: ${join(file, 'below')}: not a directory\n`)
    expect(code).toBe(1)
  })

  test('links and the like are passed over, and named with --json too', async () => {
    const tree = join(home, 'with a link')
    await mkdir(tree)
    await writeFile(join(tree, 'file'), 'x')
    await symlink('file', join(tree, 'link'))
    execFileSync('mkfifo', [join(tree, 'pipe')])
    const { files, failed, skipped } = (await wherry.json(['put', tree, 'me:'])) as PutResult
    expect({ files, failed }).toEqual({ files: 1, failed: 0 })
    expect(skipped.sort((a, b) => a.file.localeCompare(b.file))).toEqual([
      { file: join(tree, 'link'), why: 'it is a symbolic link' },
      { file: join(tree, 'pipe'), why: 'it is neither a file nor a folder' },
    ])
  })

  test('files that are skipped are no failure', async () => {
    const file = join(home, 'skipped')
    await writeFile(file, 'a')
    await wherry.json(['put', file, 'me:'])
    await writeFile(file, 'bb')
    const { code, stdout, stderr } = await wherry.run(['put', file, 'me:', '--on-clash', 'skip'])
    expect(stdout).toMatch(/^0 files, 0 B: /)
    expect(stderr).toContain('passed over skipped: the hub has a file of that name')
    expect(code).toBe(0)
  })

  test('a name that is taken stops mv and cp before anything is done, and --keep-both finds a free one', async () => {
    await wherry.json(['mkdir', 'me:taken/a/x', 'me:taken/b'])
    const file = join(home, 'y')
    await writeFile(file, 'y')
    await wherry.json(['put', file, 'me:taken/b'])
    const names = async (path: string) =>
      ((await wherry.json(['ls', path])) as { name: string }[]).map(({ name }) => name)
    for (const command of ['mv', 'cp']) {
      const { code, stderr } = await wherry.run([command, 'me:taken/a/x', 'me:taken/b/y'])
      expect(stderr).toContain('an entry named "y"')
      expect(code).toBe(1)
    }
    expect(await names('me:taken/a')).toEqual(['x'])
    expect(await names('me:taken/b')).toEqual(['y'])
    await wherry.json(['mv', 'me:taken/a/x', 'me:taken/b/y', '--keep-both'])
    expect((await names('me:taken/b')).sort()).toEqual(['y', 'y (2)'])
  })

  test('what is no file is never replaced', async () => {
    const pipe = join(home, 'pipe')
    execFileSync('mkfifo', [pipe])
    const file = join(home, 'for-the-pipe')
    await writeFile(file, 'x')
    await wherry.json(['put', file, 'me:'])
    const { code, stderr } = await wherry.run(['get', 'me:for-the-pipe', pipe, '--force'])
    expect(stderr).toContain('is no file')
    expect(code).toBe(1)
    expect((await stat(pipe)).isFIFO()).toBe(true)
  })

  test('mkdir, mv, cp, ls and rm do what their names say', async () => {
    await wherry.json(['mkdir', 'me:a/b/c'])
    await writeFile(join(home, 'note.txt'), 'hello')
    const put = await wherry.run(['put', join(home, 'note.txt'), 'me:a/renamed.txt'])
    expect(put.stdout).toMatch(/^1 file, 5 B: 5 B sent, 0 B there already/)
    const got = await wherry.run(['get', 'me:a/renamed.txt', join(home, 'got.txt')])
    expect(got.stdout).toMatch(/^1 file, 5 B: 5 B received, 0 B here already/)
    await wherry.json(['cp', 'me:a/renamed.txt', 'me:a/b'])
    await wherry.json(['mv', 'me:a/renamed.txt', 'me:a/b/c/moved.txt'])
    const listed = (await wherry.json(['ls', 'me:a/b'])) as { name: string; size: number }[]
    expect(await wherry.json(['du', 'me:a', 'me:a/b/c', 'me:a/b/renamed.txt'])).toEqual([
      { path: 'me:a', files: 2, folders: 2, bytes: 10 },
      { path: 'me:a/b/c', files: 1, folders: 0, bytes: 5 },
      { path: 'me:a/b/renamed.txt', files: 1, folders: 0, bytes: 5 },
    ])
    expect(listed.map(entry => entry.name)).toEqual(['c', 'renamed.txt'])
    expect((await wherry.json(['ls', 'me:a/b/c'])) as unknown[]).toMatchObject([
      { name: 'moved.txt', size: 5 },
    ])
    await wherry.json(['mv', 'me:a/b/c', 'me:a/b/C'])
    expect((await wherry.json(['ls', 'me:a/b'])) as unknown[]).toMatchObject([
      { name: 'C' },
      { name: 'renamed.txt' },
    ])
    expect(await wherry.json(['rm', 'me:a'])).toEqual({ removed: 5 })
    expect((await wherry.run(['ls', 'me:a'])).code).toBe(4)
  })

  test('mv tells how much of what was granted it took back', async () => {
    const ivy = { email: 'ivy@example.org', password: 'the password of Ivy' }
    await wherry.json(['users', 'create', ivy.email, '--name', 'Ivy', '--password-stdin'], ivy.password)
    const hers = commandLine(join(home, 'ivy'))
    await hers.json(['login', hub.url, '--email', ivy.email, '--password-stdin'], ivy.password)
    await wherry.json(['mkdir', 'me:team/one', 'me:team/two/inner', 'me:team/private'])
    await wherry.json(['access', 'me:team', 'grant', ivy.email, 'delete'])
    const { shared } = (await hers.json(['ls'])) as Result<'space.list'>
    const space = `${shared.find(({ path }) => path[0] === 'team')?.spaceName}:team`
    for (const path of ['one', 'two', 'two/inner'])
      await wherry.json(['access', `me:team/${path}`, 'grant', 'everyone', 'read'])
    expect(await hers.run(['mv', `${space}/one`, `${space}/private`])).toMatchObject({
      code: 0,
      stderr:
        'wherry: What was granted there was taken back (1 grant), and moving it back does not give it again.\n',
    })
    const both = await hers.run(['mv', `${space}/two`, `${space}/private`, '--json'])
    expect(both.stderr).toContain('(2 grants)')
    expect(JSON.parse(both.stdout)).toMatchObject([{ name: 'two' }])
    expect(await hers.run(['mv', `${space}/private/two`, space])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await hers.json(['mv', `${space}/two`, `${space}/three`])).toMatchObject([{ name: 'three' }])
  })

  test.each([
    { target: "me:Anna's things/new/note.txt", missing: "'me:Anna'\\''s things/new'" },
    { target: 'me:missing/folder/note.txt', missing: 'me:missing/folder' },
  ])('put to $target, where there is no folder, says what makes it', async ({ target, missing }) => {
    const note = join(home, 'note for a folder.txt')
    await writeFile(note, 'hello')
    const { code, stderr } = await wherry.run(['put', note, target])
    const [, command = ''] = /: `wherry (.*)` makes it\.\n$/.exec(stderr) ?? []
    expect({ code, command }).toEqual({ code: 4, command: `mkdir ${missing}` })
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    await wherry.json(words.trimEnd().split('\n'))
    expect(await wherry.json(['put', note, target])).toMatchObject({ files: 1, failed: 0 })
  })

  test('a path that ends with a slash is a folder, which put makes with those above it', async () => {
    const file = join(home, 'big.iso')
    await writeFile(file, 'big')
    expect(await wherry.json(['put', file, 'me:isos/debian/'])).toMatchObject({ files: 1, failed: 0 })
    expect(await wherry.json(['put', file, 'me:isos/debian/'])).toMatchObject({ files: 1, sentBytes: 0 })
    expect(await wherry.json(['ls', 'me:isos/debian'])).toMatchObject([{ name: 'big.iso' }])
    const intoFile = await wherry.run(['put', file, 'me:isos/debian/big.iso/'])
    expect(intoFile).toMatchObject({ code: 1, stderr: expect.stringContaining('is a file, not a folder') })
    expect(await wherry.run(['mv', 'me:isos/debian/big.iso', 'me:iso/'])).toMatchObject({ code: 4 })
  })

  test('several things go into a folder alone: what is missing is said to be, and a file too', async () => {
    const files = ['one.txt', 'two.txt'].map(name => join(home, name))
    for (const file of files) await writeFile(file, file)
    const nowhere = await wherry.run(['put', ...files, 'me:several'])
    expect(nowhere).toMatchObject({
      code: 4,
      stderr: 'wherry: There is no folder "me:several": `wherry mkdir me:several` makes it.\n',
    })
    await wherry.json(['put', ...files.slice(0, 1), 'me:several'])
    for (const command of [
      ['put', ...files],
      ['cp', 'me:several', 'me:several'],
    ])
      expect(await wherry.run([...command, 'me:several'])).toMatchObject({
        code: 1,
        stderr: 'wherry: "me:several" is a file, not a folder.\n',
      })
  })

  test('a signed address gives the file to any HTTP client', async () => {
    await writeFile(join(home, 'signed.txt'), 'signed')
    await wherry.json(['put', join(home, 'signed.txt'), 'me:'])
    const { url } = (await wherry.json(['url', 'me:signed.txt'])) as { url: string }
    const answer = await fetch(url)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('signed')
  })

  test('watch prints what others do', async () => {
    await wherry.json(['mkdir', 'me:watched'])
    const watching = wherry.start(['watch', 'me:watched', '--json'])
    const printed: string[] = []
    const line = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const found = printed.find(one => pattern.test(one))
        if (found) return found
        await new Promise(resolve => watching.process.stdout?.once('data', resolve))
      }
    }
    watching.process.stdout?.on('data', (text: string) => printed.push(...text.split('\n').filter(Boolean)))
    // The first change that is seen proves that the watch stands; earlier ones are part of the listing.
    let seen = false
    const watched = line(/"added"/).then(() => {
      seen = true
    })
    for (let i = 0; !seen; i++) await wherry.json(['mkdir', `me:watched/${i}`])
    await watched
    await wherry.json(['rm', 'me:watched/0'])
    expect(await line(/"removed"/)).toContain('"name":"0"')
    watching.process.kill('SIGINT')
    expect((await watching.result).code).toBe(0)
  })

  test('watch misses nothing that happened while its folder went to another space, and prints nothing else', async () => {
    const ann = { email: 'ann@example.org', password: 'the password of Ann' }
    await wherry.json(['users', 'create', ann.email, '--name', 'Ann', '--password-stdin'], ann.password)
    const ada = await signedInClient(hub.url, administrator)
    const other = await signedInClient(hub.url, ann)
    const subject = { kind: 'email', email: administrator.email } as const
    await other.client.call('access.grant', { entry: other.root, subject, level: 'admin' })
    const make = async (folder: string, name: string) =>
      (await ada.client.call('folder.create', { folder, name, onClash: 'fail' })).entry.id
    const folder = await make(ada.root, 'wanders')
    await make(folder, 'stays')
    const goes = await make(folder, 'goes')
    const watching = wherry.start(['watch', 'me:wanders'])
    let printed = ''
    watching.process.stdout?.on('data', (text: string) => {
      printed += text
    })
    for (let i = 0; printed === ''; i++) await make(folder, `first ${i}`)
    watching.process.kill('SIGSTOP')
    await ada.client.call('entry.delete', { entries: [goes] })
    await ada.client.call('entry.move', { entries: [folder], folder: other.root, onClash: 'fail' })
    await make(folder, 'second')
    watching.process.kill('SIGCONT')
    while (!printed.includes('+ second/'))
      await new Promise(resolve => watching.process.stdout?.once('data', resolve))
    watching.process.kill('SIGINT')
    expect((await watching.result).code).toBe(0)
    expect(printed).toContain('- goes')
    expect(printed).not.toContain('stays')
    for (const { client } of [ada, other]) client.close()
  })

  test('watch takes nothing for removed that it may not see any more', async () => {
    const una = { email: 'una@example.org', password: 'the password of Una' }
    await wherry.json(['users', 'create', una.email, '--name', 'Una', '--password-stdin'], una.password)
    const { client, root } = await signedInClient(hub.url, una)
    const make = async (folder: string, name: string) =>
      (await client.call('folder.create', { folder, name, onClash: 'fail' })).entry.id
    const lent = await make(root, 'lent')
    await make(lent, 'inside')
    const ada = await signedInClient(hub.url, administrator)
    const subject = { kind: 'user', user: ada.client.user?.id ?? '' } as const
    ada.client.close()
    await client.call('access.grant', { entry: lent, subject, level: 'read' })
    const watching = wherry.start(['watch', 'Una:lent', '--json'])
    let printed = ''
    watching.process.stdout?.on('data', (text: string) => {
      printed += text
    })
    for (let i = 0; printed === ''; i++) await make(lent, `seen ${i}`)
    await client.call('access.revoke', { entry: lent, subject })
    expect((await watching.result).code).toBe(4)
    expect(printed).not.toContain('"removed"')
    client.close()
  })

  test('watch ends with words and 4 when its folder is deleted', async () => {
    await wherry.json(['mkdir', 'me:short lived'])
    const watching = wherry.start(['watch', 'me:short lived'])
    let seen = false
    watching.process.stdout?.once('data', () => {
      seen = true
    })
    for (let i = 0; !seen; i++) await wherry.json(['mkdir', `me:short lived/${i}`])
    await wherry.json(['rm', 'me:short lived'])
    const { code, stderr } = await watching.result
    expect(stderr).toContain('The folder was deleted')
    expect(code).toBe(4)
  })
})

describe('passwords', () => {
  const account = async (name: string) => {
    const who = { email: `${name}@example.org`, password: `the password of ${name}` }
    const create = ['users', 'create', who.email, '--name', name, '--password-stdin', '--quota', '2G']
    expect(await wherry.json(create, who.password)).toMatchObject({ email: who.email })
    const own = commandLine(join(home, name))
    return { ...who, own, login: ['login', hub.url, '--email', who.email, '--password-stdin'] }
  }

  test('are lines of standard input, which need not end', async () => {
    const { own, login, password } = await account('Nora')
    const signingIn = own.start(login, null)
    signingIn.process.stdin?.write(`${password}\n`)
    expect((await signingIn.result).code).toBe(0)
    const next = 'another password of Nora'
    const mistyped = await own.run(['passwd', '--password-stdin'], `of somebody else\n${next}\n`)
    expect(mistyped).toMatchObject({ code: 1, stderr: 'wherry: That is not the present password.\n' })
    const changed = await own.run(['passwd', '--password-stdin'], `${password}\n${next}\n`)
    expect(changed.stdout).toContain('Changed.')
    expect((await own.run(login, password)).code).toBe(1)
    expect((await own.run(login, next)).code).toBe(0)
    const list = (await own.json(['sessions'])) as { id: string; current: boolean }[]
    const ended = await own.run(['sessions', 'revoke', list.find(({ current }) => current)?.id ?? ''])
    expect(ended).toEqual({ code: 0, stdout: 'Ended.\n', stderr: '' })
    expect((await own.run(['ls'])).code).toBe(3)
  })

  test('are typed unseen, also ahead of the questions', async () => {
    const { own, login, password } = await account('Olga')
    expect((await own.run(login, password)).code).toBe(0)
    const next = 'another password of Olga'
    const typing = commandLine(join(home, 'Olga'), inTerminal)
    const changing = typing.start(['passwd'], null)
    changing.process.stdout?.once('data', () =>
      changing.process.stdin?.write(`${password}\n${next}\n${next}\n`),
    )
    const { code, stdout } = await changing.result
    expect(stdout).toContain('Changed.')
    expect(stdout).not.toContain(next)
    expect(code).toBe(0)
    expect((await own.run(login, next)).code).toBe(0)
    const again = typing.start(['passwd'], null)
    // Ctrl+C, as a terminal sends it.
    again.process.stdout?.once('data', () => again.process.stdin?.write('\x03'))
    expect(await again.result).toMatchObject({
      code: 130,
      stdout: 'Current password: \r\nwherry: stopped\r\n',
    })
  })

  test('that were forgotten are replaced by an administrator, but for the own one', async () => {
    const { own, login, email, password } = await account('Rita')
    expect((await own.run(login, password)).code).toBe(0)
    const next = 'given by the administrator'
    const set = ['users', 'passwd', email.toUpperCase(), '--password-stdin']
    expect(await wherry.run(set, next)).toEqual({
      code: 0,
      stdout: `Changed the password of ${email}. Sessions ended: 1.\n`,
      stderr: '',
    })
    expect((await own.run(['ls'])).code).toBe(3)
    expect((await own.run(login, password)).code).toBe(1)
    expect((await own.run(login, next)).code).toBe(0)
    expect((await own.run(set, next)).code).toBe(4)
    const typing = commandLine(home, inTerminal).start(['users', 'passwd', email], null)
    typing.process.stdout?.once('data', () => typing.process.stdin?.write('typed by the administrator\n'))
    const { code, stdout } = await typing.result
    expect(stdout).toBe(
      `New password for ${email}: \r\nChanged the password of ${email}. Sessions ended: 1.\r\n`,
    )
    expect(code).toBe(0)
    const mine = ['users', 'passwd', administrator.email, '--password-stdin']
    expect((await wherry.run(mine, next)).stderr).toContain('asks for the present one')
    expect((await wherry.run(['users', 'passwd', 'nobody@example.org', '--password-stdin'], next)).code).toBe(
      4,
    )
  })

  test('that are missing, and quotas that are no size, are said to be', async () => {
    const create = ['users', 'create', 'paul@example.org', '--password-stdin']
    expect((await wherry.run(create, '\n')).stderr).toContain('standard input has no password')
    for (const quota of ['', '1e3', '-1', '10X']) {
      const { code, stderr } = await wherry.run([...create, `--quota=${quota}`], 'the password of Paul')
      expect(stderr).toContain('--quota takes a number of bytes')
      expect(code).toBe(2)
    }
  })
})

describe('administration', () => {
  test.each([
    ['A password has 10 to 256 characters.', { password: 'too short' }],
    ['A password has 10 to 256 characters.', { password: 'long'.repeat(65) }],
    ['An e-mail address looks like name@example.org.', { email: 'nobody' }],
    ['An e-mail address has at most 254 characters.', { email: `${'a'.repeat(250)}@b.org` }],
    ['The name of a person has 1 to 100 characters.', { name: ' ' }],
  ])('an account that cannot be is refused in a sentence: %s', async (words, wrong) => {
    const { email, name, password } = {
      email: 'a@example.org',
      name: 'Al',
      password: 'long enough',
      ...wrong,
    }
    const create = ['users', 'create', email, '--name', name, '--password-stdin']
    expect(await wherry.run(create, password)).toMatchObject({ code: 1, stderr: `wherry: ${words}\n` })
  })

  test('a command whose session is ended says so', async () => {
    const mary = { email: 'mary@example.org', password: 'the password of Mary' }
    await wherry.json(['users', 'create', mary.email, '--name', 'Mary', '--password-stdin'], mary.password)
    const hers = commandLine(join(home, 'mary'))
    await hers.json(['login', hub.url, '--email', mary.email, '--password-stdin'], mary.password)
    await hers.json(['mkdir', 'me:watched'])
    const watching = hers.start(['watch', 'me:watched'])
    let seen = false
    watching.process.stdout?.once('data', () => {
      seen = true
    })
    for (let i = 0; !seen; i++) await hers.json(['mkdir', `me:watched/${i}`])
    await wherry.json(['users', 'disable', mary.email])
    const { code, stderr } = await watching.result
    expect(stderr).toContain('account was disabled')
    expect(code).toBe(3)
  })

  test('an administrator makes an account, shares a folder, which is given up again, and disables the account', async () => {
    const ben = commandLine(join(home, 'ben'))
    await wherry.json(
      ['users', 'create', 'ben@example.org', '--name', 'Ben', '--password-stdin'],
      'another long password',
    )
    await ben.json(
      ['login', hub.url, '--email', 'ben@example.org', '--password-stdin'],
      'another long password',
    )
    await wherry.json(['mkdir', 'me:shared'])
    await writeFile(join(home, 'for ben.txt'), 'hi')
    await wherry.json(['put', join(home, 'for ben.txt'), 'me:shared'])

    const { spaces } = (await wherry.json(['ls'])) as { spaces: { name: string }[] }
    const path = `${spaces[0]?.name}:shared`
    expect((await ben.run(['ls', path])).code).toBe(4)
    await wherry.json(['access', 'me:shared', 'grant', 'ben@example.org', 'read'])
    expect(await ben.json(['ls', path])).toMatchObject([{ name: 'for ben.txt' }])
    expect((await ben.run(['rm', `${path}/for ben.txt`])).code).toBe(4)
    await writeFile(join(home, 'of ben.txt'), 'hi too')
    const put = await ben.run(['put', join(home, 'of ben.txt'), path])
    expect(put).toMatchObject({ code: 1, stderr: 'wherry: of ben.txt: You may not write there.\n' })
    expect(await ben.json(['access', path])).toEqual({ level: 'read', grants: null })
    const slip = await wherry.run(['access', 'me:shared', 'revoke', 'ben@example.org', 'everyone'])
    expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining('one too many: everyone') })
    const below = await wherry.run(['access', 'me:shared/for ben.txt', 'revoke', 'ben@example.org'])
    expect(below.stdout).toBe(
      'There was nothing to revoke here.\nStill holds: ben@example.org may read, from shared.\n',
    )
    await wherry.json(['access', 'me:shared/for ben.txt', 'grant', 'everyone', 'write'])
    const reviewed = await wherry.run(['access', 'me:', 'below'])
    const ofShared = reviewed.stdout.split('\n').filter(line => line.startsWith('me:shared'))
    expect(ofShared.map(line => line.split(/ {2,}/))).toEqual([
      ['me:shared', 'ben@example.org', 'read', `by ${spaces[0]?.name}`],
      ['me:shared/for ben.txt', 'everyone', 'write', `by ${spaces[0]?.name}`],
    ])
    const given = (await wherry.run(['users', 'access', 'BEN@example.org'])).stdout.split('\n')
    expect(given[0]).toBe('ben@example.org was given, besides the own space:')
    expect(given.map(line => line.split(/ {2,}/))).toEqual(
      expect.arrayContaining([
        [path, 'ben@example.org', 'read', `by ${spaces[0]?.name}`],
        [`${path}/for ben.txt`, 'everyone', 'write', `by ${spaces[0]?.name}`],
      ]),
    )
    await wherry.json(['access', 'me:shared/for ben.txt', 'revoke', 'everyone'])
    expect(await ben.run(['users', 'access', 'ben@example.org'])).toMatchObject({ code: 4 })
    expect((await ben.run(['access', path, 'leave'])).stdout).toBe('Left.\n')
    expect((await ben.run(['ls', path])).code).toBe(4)
    await wherry.json(['access', 'me:shared', 'grant', 'ben@example.org', 'admin'])
    const own = await ben.run(['access', path, 'revoke', 'ben@example.org'])
    expect(own).toEqual({ code: 0, stdout: 'Revoked.\n', stderr: '' })
    expect((await ben.run(['ls', path])).code).toBe(4)
    await wherry.json(['users', 'disable', 'ben@example.org'])
    expect((await ben.run(['ls'])).code).toBe(3)
  })
})

describe('interruptions', () => {
  test('an upload whose hub and client are killed in the middle goes on with the same command, and little is sent twice', async () => {
    const bytes = randomBytes(96 * MiB)
    await writeFile(join(home, 'large.bin'), bytes)
    const interrupted = wherry.start(['put', join(home, 'large.bin'), 'me:'])
    const storedBytes = async (): Promise<number> => {
      const uploads = (await wherry.json(['uploads'])) as { name: string; storedBytes: number }[]
      return uploads.find(upload => upload.name === 'large.bin')?.storedBytes ?? 0
    }
    let stored = 0
    while (stored === 0 && interrupted.process.exitCode === null) stored = await storedBytes()
    await hub.kill()
    interrupted.process.kill('SIGKILL')
    await interrupted.result
    await hub.start()

    const before = await storedBytes()
    const result = (await wherry.json(['put', join(home, 'large.bin'), 'me:'])) as PutResult
    expect(result.failed).toBe(0)
    if (before > 0) {
      expect(before).toBeGreaterThanOrEqual(stored)
      expect(result.sentBytes).toBe(bytes.length - before)
    }
    await wherry.json(['get', 'me:large.bin', join(home, 'large.back')])
    expect(sha256(await readFile(join(home, 'large.back')))).toBe(sha256(bytes))
  })
})
