import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { joinRoom } from '../../client/core/peer/room.ts'
import { startReceipt } from '../../client/core/peer/session.ts'
import { partStore } from '../../client/node/peer/part-store.ts'
import { type CommandLine, commandLine, inTerminal } from '../support/command-line.ts'
import { beginSend, outcomeOf } from '../support/direct-sends.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { administrator } from '../support/hub-process.ts'
import { terminalRig } from '../support/terminal-rig.ts'
import { signedInClient } from '../support/transfer-client.ts'

const MiB = 2 ** 20
/** What may be on its way when something breaks: the receiver's window and what the link has not seen acknowledged. */
const window = 48 * MiB

/** Root may read everything: what a command of root is started by, so that it may not. */
const asAnybody = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []

const rig = terminalRig()

let work: string
let target: string
/** Somebody without an account. */
let bob: CommandLine

beforeEach(async () => {
  ;({ work, target } = await rig.makeWork())
  bob = commandLine(join(work, 'bob'))
})

const receiveArguments = (...more: string[]) => ['receive', target, '--hub', rig.hub.url, '--json', ...more]

/** Resolves when so many bytes of a file are on the disk. */
const whenWritten = async (path: string, bytes: number): Promise<void> => {
  for (;;) {
    const found = await stat(path).catch(() => null)
    // A file that is written out of order is long before it is full.
    if (found && found.blocks * 512 >= bytes) return
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** What ada's command keeps of the send through this room. */
const keptOf = async (room: string): Promise<string> => {
  const folder = join(rig.directory, 'ada/config/wherry/sends')
  const names = (await readdir(folder)).filter(name => name.endsWith('.json'))
  const kept = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8').catch(() => '')))
  return kept.find(text => text.includes(room)) ?? ''
}

const kill = async (
  { process, result }: ReturnType<CommandLine['start']>,
  signal: NodeJS.Signals = 'SIGKILL',
) => {
  process.kill(signal)
  return result
}

/** The next line that a process prints. */
const nextLine = async (process: ChildProcess, where: 'stdout' | 'stderr' = 'stdout'): Promise<string> => {
  const output = process[where]
  if (!output) throw new Error('no output')
  const [text] = await once(output, 'data')
  return String(text).split('\n')[0] ?? ''
}

describe('a send', () => {
  test('arrives byte for byte by a code that is typed, straight from one process to the other', async () => {
    const file = await randomFile(join(work, 'big.bin'), 40 * MiB + 12_345)
    await utimes(file, 1_500_000_000, 1_500_000_000.5)
    const sending = rig.ada.start(['send', file, '--path', 'direct'])
    const code = await nextLine(sending.process)
    expect(code).toMatch(/^\d+-[a-z]+-[a-z]+$/)
    const received = await bob.run(
      ['receive', target, '--hub', rig.hub.url, '--path', 'direct'],
      `${code}\ny\n`,
    )
    expect(received.stderr).toContain('big.bin')
    expect(received.stderr).toContain('Path: direct.')
    expect(received.code).toBe(0)
    const sent = await sending.result
    expect(sent.code).toBe(0)
    expect(sent.stderr).toContain('Path: direct.')
    expect(sent.stderr).not.toContain('relayed')
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
    expect((await stat(join(target, 'big.bin'))).mtimeMs).toBe(1_500_000_000_500)
    expect(await readdir(target)).toEqual(['big.bin'])
  })

  test('of a folder arrives by the link with all its names, empty files and empty folders', async () => {
    const tree = join(work, 'tree')
    const names = [
      '-rf',
      '$(id)',
      'it\'s "so"',
      'ünï 👩‍👩‍👧.txt',
      ' blank ',
      '%2e%2e',
      'CON',
      'é'.repeat(127),
    ]
    await mkdir(join(tree, 'deep/er'), { recursive: true })
    await mkdir(join(tree, 'empty/folder'), { recursive: true })
    await writeFile(join(tree, 'nothing'), '')
    for (const name of names) await writeFile(join(tree, 'deep/er', name), `of ${name}`)
    for (let i = 0; i < 200; i++) await writeFile(join(tree, 'deep', `small ${i}`), `file ${i}`)
    await symlink('/etc/passwd', join(tree, 'link'))
    const sending = await beginSend(rig.ada, [tree])
    const received = await bob.run(['receive', target, '--json', '--yes'], sending.link ?? '')
    expect(outcomeOf(received)).toMatchObject({ files: 201 + names.length })
    expect(outcomeOf(await sending.result)).toMatchObject({ files: 201 + names.length })
    const all = await readdir(join(target, 'tree'), { recursive: true })
    expect(all.sort()).toEqual(
      (await readdir(tree, { recursive: true })).filter(name => name !== 'link').sort(),
    )
    for (const name of names)
      expect(await readFile(join(target, 'tree/deep/er', name), 'utf8')).toBe(`of ${name}`)
    expect((await stat(join(target, 'tree/nothing'))).size).toBe(0)
  })

  test('names what cannot be sent before somebody comes, sends all the rest, and ends with 1', async () => {
    const tree = join(work, 'tree')
    await mkdir(join(tree, 'locked'), { recursive: true })
    await mkdir(join(tree, 'empty'))
    await writeFile(join(tree, 'good'), 'good')
    await writeFile(join(tree, 'locked/inside'), 'unseen')
    await writeFile(join(tree, 'private'), 'unread')
    await writeFile(Buffer.concat([Buffer.from(`${tree}/not-utf8-`), Buffer.of(0xff)]), 'unnamed')
    await mkdir(Buffer.concat([Buffer.from(`${tree}/folder-`), Buffer.of(0xff)]))
    await chmod(join(tree, 'locked'), 0)
    await chmod(join(tree, 'private'), 0)
    execFileSync('mkfifo', [join(work, 'pipe'), join(tree, 'pipe inside')])
    const ada = commandLine(join(rig.directory, 'ada'), asAnybody)
    const sending = await beginSend(ada, [tree, join(work, 'pipe')])
    const received = await bob.run(receiveArguments('--yes'), sending.code ?? '')
    expect(outcomeOf(received)).toMatchObject({ files: 1 })
    expect((await readdir(join(target, 'tree'))).sort()).toEqual(['empty', 'good'])
    const { code, stdout, stderr } = await sending.result
    const named = [...stderr.matchAll(/^wherry: (.*): (.*)$/gm)].map(([, file, why]) => [file, why])
    const missing = 'no such file or directory'
    expect(named.sort()).toEqual([
      [join(work, 'pipe'), 'it is neither a file nor a folder'],
      [join(tree, 'folder-\ufffd'), missing],
      [join(tree, 'locked'), 'permission denied'],
      [join(tree, 'not-utf8-\ufffd'), missing],
      [join(tree, 'private'), 'permission denied'],
    ])
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      files: 1,
      failed: 5,
      skipped: [{ file: join(tree, 'pipe inside'), why: 'it is neither a file nor a folder' }],
    })
    expect(code).toBe(1)
    expect(await rig.ada.run(['send', join(work, 'pipe')])).toEqual({
      code: 1,
      stdout: '',
      stderr: `wherry: ${join(work, 'pipe')}: it is neither a file nor a folder\n`,
    })
  })

  test('goes through the hub where no direct way is wanted, and says so', async () => {
    const file = await randomFile(join(work, 'big.bin'), 9 * MiB)
    const sending = await beginSend(rig.ada, [file, '--path', 'relay'])
    const received = outcomeOf(
      await bob.run(receiveArguments('--yes', '--path', 'relay'), sending.code ?? ''),
    )
    expect(received).toMatchObject({ path: 'relayed', bytes: 9 * MiB, movedBytes: 9 * MiB })
    expect(outcomeOf(await sending.result)).toMatchObject({ path: 'relayed' })
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
  })

  test('of a text prints it, and writes over nothing that is there', async () => {
    const sending = await beginSend(rig.ada, ['--text', 'two\nlines \u001b[31m'])
    const received = await bob.run(['receive', target, '--hub', rig.hub.url, '--yes'], sending.code ?? '')
    expect(received).toMatchObject({ code: 0, stdout: 'two\nlines \u001b[31m\n' })
    expect((await sending.result).code).toBe(0)

    const { process, result } = rig.ada.start(['send', '--text', 'in words'])
    const code = await nextLine(process)
    expect((await bob.run(['receive', target, '--hub', rig.hub.url, '--yes'], code)).stdout).toBe(
      'in words\n',
    )
    expect((await result).stdout).toMatch(/\nThe text was sent\.\n$/)

    await writeFile(join(work, 'note.txt'), 'hers')
    await writeFile(join(target, 'note.txt'), 'mine')
    const second = await beginSend(rig.ada, [join(work, 'note.txt')])
    outcomeOf(await bob.run(receiveArguments('--yes'), second.code ?? ''))
    await second.result
    expect(await readFile(join(target, 'note.txt'), 'utf8')).toBe('mine')
    expect(await readFile(join(target, 'note (2).txt'), 'utf8')).toBe('hers')
  })

  test('whose names are taken is saved under others, which are told', async () => {
    const offered = [join(work, 'note.txt'), join(work, 'tree'), join(work, 'free')]
    await writeFile(join(work, 'note.txt'), 'hers')
    await writeFile(join(work, 'free'), 'free')
    await mkdir(join(work, 'tree'))
    await writeFile(join(work, 'tree/leaf'), 'hers')
    await writeFile(join(target, 'note.txt'), 'mine')
    await mkdir(join(target, 'tree'))
    const receive = async (...more: string[]) => {
      const sending = await beginSend(rig.ada, offered)
      const received = await bob.run(
        ['receive', target, '--hub', rig.hub.url, '--yes', ...more],
        sending.code ?? '',
      )
      await sending.result
      return received
    }
    const { stderr } = await receive()
    expect(stderr.match(/^.*saved as.*$/gm)?.sort()).toEqual([
      '"note.txt" was there already: saved as "note (2).txt"',
      '"tree" was there already: saved as "tree (2)"',
    ])
    const { renamed } = outcomeOf(await receive('--json'))
    expect(renamed?.sort((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: 'free', savedAs: 'free (2)' },
      { path: 'note.txt', savedAs: 'note (3).txt' },
      { path: 'tree', savedAs: 'tree (3)' },
    ])
    expect(await readFile(join(target, 'tree (3)/leaf'), 'utf8')).toBe('hers')
  })

  test('whose names another device may not take is told to who sends it', async () => {
    await mkdir(join(work, 'odd'))
    for (const name of ['Makefile', 'makefile', 'a\\b', 'fine'])
      await writeFile(join(work, 'odd', name), name)
    const sending = await beginSend(rig.ada, [join(work, 'odd')])
    outcomeOf(await bob.run(receiveArguments('--yes'), sending.code ?? ''))
    const { renamed = [] } = outcomeOf(await sending.result)
    expect(renamed).toHaveLength(2)
    expect(renamed).toContainEqual({ path: 'odd/a\\b', sentAs: 'odd/a_b' })
    for (const { path, sentAs = '' } of renamed)
      expect(await readFile(join(target, sentAs), 'utf8')).toBe(path.slice('odd/'.length))
    const told = rig.ada.start(['send', join(work, 'odd')])
    expect(await nextLine(told.process, 'stderr')).toMatch(/^"odd\/.*" is sent as "odd\/.*"$/)
    await kill(told)
  })

  test('that was interrupted before anybody came shows the same code again', async () => {
    await writeFile(join(work, 'x'), 'x')
    const first = await beginSend(rig.ada, [join(work, 'x')])
    await kill(first)
    const second = await beginSend(rig.ada, [join(work, 'x')])
    expect([second.code, second.link]).toEqual([first.code, first.link])
    outcomeOf(await bob.run(receiveArguments('--yes'), second.code ?? ''))
    outcomeOf(await second.result)
  })

  test('whose sender is away says so to who comes, and goes on with them under the same code', async () => {
    await writeFile(join(work, 'x'), 'x')
    const first = await beginSend(rig.ada, [join(work, 'x')])
    await kill(first, 'SIGTERM')
    const receiving = bob.start(receiveArguments('--yes'), first.code ?? '')
    expect(await nextLine(receiving.process, 'stderr')).toContain('The sender is away.')
    const second = await beginSend(rig.ada, [join(work, 'x')])
    expect(second.code).toBe(null)
    outcomeOf(await receiving.result)
    outcomeOf(await second.result)
    expect(await readdir(target)).toEqual(['x'])
  })

  test('that somebody came to before it was interrupted has a new code: a code is good for one guess', async () => {
    await writeFile(join(work, 'x'), 'x')
    const first = await beginSend(rig.ada, [join(work, 'x')])
    const { client } = await signedInClient(rig.hub.url, administrator)
    try {
      const { id } = await joinRoom(client, { kind: 'slot', slot: Number.parseInt(first.code ?? '', 10) })
      await expect.poll(() => keptOf(id), { timeout: 10_000 }).toContain('"isMet":true')
      await kill(first)
      const second = await beginSend(rig.ada, [join(work, 'x')])
      expect(second.code).toMatch(/^\d+-[a-z]+-[a-z]+$/)
      expect(second.code?.split('-').slice(1)).not.toEqual(first.code?.split('-').slice(1))
      await kill(second)
    } finally {
      client.close()
    }
  })

  test('answers nobody before it is noted that somebody came', async () => {
    await writeFile(join(work, 'x'), 'x')
    const first = await beginSend(rig.ada, [join(work, 'x')])
    const { client } = await signedInClient(rig.hub.url, administrator)
    try {
      const room = await joinRoom(client, { kind: 'slot', slot: Number.parseInt(first.code ?? '', 10) })
      const answered = new Promise<void>(resolve => void room.onSignal(() => resolve()))
      const secret = { via: 'code', secret: 'copper-violin' } as const
      startReceipt({ room, secret, store: partStore(target) }).finished.catch(() => {})
      await answered
      first.process.kill('SIGKILL')
      expect(await keptOf(room.id)).toContain('"isMet":true')
      await first.result
    } finally {
      client.close()
    }
  })

  test('says its new code when the hub was restarted before anybody came', async () => {
    await writeFile(join(work, 'x'), 'x')
    const sending = await beginSend(rig.ada, [join(work, 'x')])
    const lines = nextLine(sending.process)
    await rig.hub.kill()
    await rig.hub.start()
    const { code } = JSON.parse(await lines)
    outcomeOf(await bob.run(receiveArguments('--yes'), code))
    outcomeOf(await sending.result)
  })

  test('to several people at once has a code for each', async () => {
    const file = await randomFile(join(work, 'file.bin'), 3 * MiB)
    const sends = [await beginSend(rig.ada, [file]), await beginSend(rig.ada, [file])]
    expect(new Set(sends.map(({ code }) => code)).size).toBe(2)
    for (const { code } of sends) outcomeOf(await bob.run(receiveArguments('--yes'), code ?? ''))
    for (const { result } of sends) outcomeOf(await result)
    expect((await readdir(target)).sort()).toEqual(['file (2).bin', 'file.bin'])
  })

  test('needs a sign-in, and something to send', async () => {
    await writeFile(join(work, 'x'), 'x')
    expect((await bob.run(['send', join(work, 'x'), '--hub', rig.hub.url])).code).toBe(3)
    expect((await rig.ada.run(['send'])).code).toBe(2)
  })
})

describe('refusing', () => {
  test('a wrong code ends the send on both sides, in words', async () => {
    await writeFile(join(work, 'x'), 'x')
    const sending = await beginSend(rig.ada, [join(work, 'x')])
    const [slot] = (sending.code ?? '').split('-')
    const received = await bob.run(receiveArguments('--yes'), `${slot}-copper-violin`)
    expect(received.code).toBe(1)
    expect(received.stderr).toContain('code was wrong')
    const sent = await sending.result
    expect(sent.code).toBe(1)
    expect(sent.stderr).toContain('wrong code')
    const again = await beginSend(rig.ada, [join(work, 'x')])
    outcomeOf(await bob.run(receiveArguments('--yes'), again.code ?? ''))
    outcomeOf(await again.result)
  })

  test('a code that nobody gave out, or that is none, is told apart', async () => {
    const unknown = await bob.run(receiveArguments('--yes'), '9999-copper-violin')
    expect(unknown.code).toBe(4)
    expect(unknown.stderr).toContain('no such send')
    const misspelt = await bob.run(receiveArguments('--yes'), '7-coper-violin')
    expect(misspelt.code).toBe(1)
    expect(misspelt.stderr).toContain('coper')
    expect((await bob.run(receiveArguments('--yes'), '')).code).toBe(2)
    const nowhere = await bob.run(['receive', target, '--yes'], '7-copper-violin')
    expect(nowhere.code).toBe(2)
    expect(nowhere.stderr).toContain('--hub')
  })

  test('declining ends it before a byte travelled', async () => {
    const file = await randomFile(join(work, 'big.bin'), 3 * MiB)
    const sending = await beginSend(rig.ada, [file])
    const received = await bob.run(['receive', target, '--hub', rig.hub.url], `${sending.code}\nno\n`)
    expect(received.code).toBe(1)
    expect(received.stderr).toMatch(/^Code or link: $/m)
    expect(received.stderr).toContain('Accept? [y/N] \nwherry: Declined')
    const sent = await sending.result
    expect(sent.code).toBe(1)
    expect(sent.stderr).toContain('declined')
    expect(await readdir(target)).toEqual([])
  })

  test('is told from an interruption: a receiver that cancels says so to the sender', async () => {
    const file = await randomFile(join(work, 'big.bin'), 3 * MiB)
    const sending = await beginSend(rig.ada, [file, '--path', 'relay'])
    const { client } = await signedInClient(rig.hub.url, administrator)
    try {
      const [slot = '', ...words] = (sending.code ?? '').split('-')
      const room = await joinRoom(client, { kind: 'slot', slot: Number(slot) })
      const secret = { via: 'code', secret: words.join('-') } as const
      const receipt = startReceipt({ room, secret, store: partStore(target, join(work, 'journals')) })
      receipt.finished.catch(() => {})
      await new Promise<void>(resolve => {
        receipt.onChange(() => receipt.status.phase === 'offered' && resolve())
      })
      receipt.cancel()
      const { code, stderr } = await sending.result
      expect(stderr).toBe('wherry: The other side cancelled this.\n')
      expect(code).toBe(1)
    } finally {
      client.close()
    }
  })

  test('without a terminal and without --yes nothing is taken, and the code stays good', async () => {
    await writeFile(join(work, 'x'), 'x')
    const sending = await beginSend(rig.ada, [join(work, 'x')])
    const code = sending.code ?? ''
    for (const received of [
      await bob.run(receiveArguments(), code),
      await bob.run(['receive', code, ...receiveArguments().slice(1)]),
    ]) {
      expect(received.code).toBe(2)
      expect(received.stderr).toContain('--yes')
    }
    outcomeOf(await bob.run(receiveArguments('--yes'), code))
    outcomeOf(await sending.result)
  })
})

describe('a question', () => {
  test('that is answered by Ctrl+C ends the command, which says nothing of continuing what was not begun', async () => {
    const receiving = bob.start(['receive', target, '--hub', rig.hub.url], null)
    expect(await nextLine(receiving.process, 'stderr')).toBe('Code or link: ')
    receiving.process.kill('SIGINT')
    expect(await receiving.result).toEqual({
      code: 130,
      stdout: '',
      stderr: 'Code or link: \nwherry: stopped\n',
    })
  })

  test.for([
    { names: ['1', '2', 'a/', 'b/'], words: '2 files and 2 empty folders, 2 B' },
    { names: ['1', 'a/'], words: '1 file and 1 empty folder, 1 B' },
    { names: ['a/'], words: '1 empty folder, 0 B' },
  ])('counts files as files: $words', async ({ names, words }) => {
    for (const name of names)
      await (name.endsWith('/') ? mkdir(join(work, name)) : writeFile(join(work, name), 'x'))
    const sending = await beginSend(
      rig.ada,
      names.map(name => join(work, name)),
    )
    const received = await bob.run(['receive', target, '--hub', rig.hub.url, '--yes'], sending.code ?? '')
    expect(received.stderr).toContain(`ada sends ${words}:`)
    outcomeOf(await sending.result)
  })

  test.for([
    ['a terminal', inTerminal],
    ['lines of standard input', []],
  ] as const)('on %s is asked again below what is told while it is open', async ([, under]) => {
    await writeFile(join(work, 'x'), 'x')
    const sending = await beginSend(rig.ada, [join(work, 'x'), '--path', 'direct'])
    const carl = commandLine(join(work, 'carl'), under)
    const receiving = carl.start(['receive', sending.code ?? '', target, '--hub', rig.hub.url], null)
    let printed = ''
    const collect = (text: string) => {
      printed += text
    }
    receiving.process.stdout?.on('data', collect)
    receiving.process.stderr?.on('data', collect)
    const question = 'Accept? [y/N] '
    const isAskedAgain = () => {
      const told = printed.indexOf('Path: direct.')
      return told >= 0 && printed.lastIndexOf(question) > told
    }
    await expect.poll(isAskedAgain, { timeout: 15_000 }).toBe(true)
    expect(printed).not.toContain(`${question}Path`)
    receiving.process.stdin?.write('y\n')
    const { code } = await receiving.result
    expect(code).toBe(0)
    outcomeOf(await sending.result)
  })
})

describe('an interrupted send', () => {
  /** A file so large that it is still on its way when it is noticed that it began. */
  const size = 160 * MiB

  const restored = async (): Promise<number> => {
    const folder = join(work, 'bob/state/wherry/receipts')
    const journal = (await readdir(folder)).find(name => name.endsWith('.journal')) ?? ''
    const text = await readFile(join(folder, journal), 'utf8')
    return [...text.matchAll(/\[\d+,"[0-9a-f]{64}"\]/g)].length * MiB
  }

  test.for(['SIGKILL', 'SIGINT'] as const)(
    'goes on after a %s of the receiver, and sends nothing again that was durable',
    async signal => {
      const file = await randomFile(join(work, 'big.bin'), size)
      const sending = await beginSend(rig.ada, [file])
      const first = bob.start(receiveArguments('--yes'), sending.code ?? '')
      await whenWritten(join(target, 'big.bin.part'), size / 4)
      const ended = await kill(first, signal)
      if (signal === 'SIGINT')
        expect(ended).toMatchObject({
          code: 130,
          stderr: 'wherry: stopped; the same command continues where this one was\n',
        })
      const durable = await restored()
      expect(durable).toBeGreaterThan(0)
      const second = outcomeOf(await bob.run(receiveArguments(), ''))
      expect(second.movedBytes).toBe(size - durable)
      const sent = outcomeOf(await sending.result)
      expect(sent.movedBytes).toBeLessThanOrEqual(size + window)
      expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
      expect(await readdir(target)).toEqual(['big.bin'])
    },
  )

  test.for(['SIGKILL', 'SIGINT'] as const)(
    'goes on after a %s of the sender, in the same room and without another code',
    async signal => {
      const file = await randomFile(join(work, 'big.bin'), size)
      const sending = await beginSend(rig.ada, [file])
      const receiving = bob.start(receiveArguments('--yes'), sending.code ?? '')
      await whenWritten(join(target, 'big.bin.part'), size / 4)
      await kill(sending, signal)
      const again = await beginSend(rig.ada, [file])
      expect(again.code).toBe(null)
      const sent = outcomeOf(await again.result)
      expect(sent.movedBytes).toBeLessThan(size)
      const received = outcomeOf(await receiving.result)
      expect(received.movedBytes).toBeLessThanOrEqual(size + window)
      expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
    },
  )

  test('goes on after both were killed', async () => {
    const file = await randomFile(join(work, 'big.bin'), size)
    const sending = await beginSend(rig.ada, [file])
    const receiving = bob.start(receiveArguments('--yes'), sending.code ?? '')
    await whenWritten(join(target, 'big.bin.part'), size / 4)
    await kill(receiving)
    await kill(sending)
    const durable = await restored()
    const [sent, received] = await Promise.all([rig.ada.run(['send', file]), bob.run(receiveArguments(), '')])
    expect(outcomeOf(received).movedBytes).toBe(size - durable)
    // It was accepted before, and is not shown to be accepted again.
    expect(received.stdout).not.toContain('"offer"')
    expect(sent.stderr).toContain('Continuing with whoever received this before')
    expect(sent.stderr).not.toContain('looks at what is offered')
    expect(sent.code).toBe(0)
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
  })

  test('goes on by itself when the hub was killed and comes back, through the hub alone', async () => {
    const file = await randomFile(join(work, 'big.bin'), size)
    const sending = await beginSend(rig.ada, [file, '--path', 'relay'])
    const receiving = bob.start(receiveArguments('--yes', '--path', 'relay'), sending.code ?? '')
    await whenWritten(join(target, 'big.bin.part'), size / 4)
    await rig.hub.kill()
    await rig.hub.start()
    const received = outcomeOf(await receiving.result)
    expect(received.movedBytes).toBeLessThanOrEqual(size + window)
    outcomeOf(await sending.result)
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
  })

  test('keeps its secrets in files that nobody else can read, and forgets them at the end', async () => {
    const file = await randomFile(join(work, 'big.bin'), size)
    const sending = await beginSend(rig.ada, [file])
    const first = bob.start(receiveArguments('--yes'), sending.code ?? '')
    await whenWritten(join(target, 'big.bin.part'), size / 4)
    const kept = async (wherry: string) => {
      const entries = await readdir(join(wherry, 'config/wherry'), { recursive: true, withFileTypes: true })
      return entries.filter(one => one.isFile() && /sends|receipts/.test(one.parentPath))
    }
    const files = [...(await kept(join(rig.directory, 'ada'))), ...(await kept(join(work, 'bob')))]
    expect(files.length).toBeGreaterThanOrEqual(4)
    for (const one of files) expect((await stat(join(one.parentPath, one.name))).mode & 0o077).toBe(0)
    outcomeOf(await first.result)
    outcomeOf(await sending.result)
    expect(await kept(join(work, 'bob'))).toEqual([])
    expect(await readdir(join(work, 'bob/state/wherry/receipts'))).toEqual([])
  })
})

describe('what stands in the way', () => {
  test('without WebRTC on this system it goes through the hub, and says so', async () => {
    const hook = fileURLToPath(new URL('../support/without-rtc.mjs', import.meta.url))
    const carl = commandLine(join(work, 'carl'), ['env', `NODE_OPTIONS=--import ${hook}`])
    const file = await randomFile(join(work, 'file.bin'), 3 * MiB)
    const sending = await beginSend(rig.ada, [file])
    const received = await carl.run(['receive', target, '--hub', rig.hub.url, '--yes'], sending.code ?? '')
    expect(received.code).toBe(0)
    expect(received.stderr).toContain('Direct connections are not supported on this system')
    expect(outcomeOf(await sending.result)).toMatchObject({ path: 'relayed' })
    const direct = await carl.run(['receive', target, '--path', 'direct'], '7-copper-violin')
    expect(direct.stderr).toContain('--path relay')
  })

  test('a file that changes in between is refused clearly on both sides, and leaves no file', async () => {
    const file = await randomFile(join(work, 'big.bin'), 160 * MiB)
    const sending = await beginSend(rig.ada, [file])
    const receiving = bob.start(receiveArguments('--yes'), sending.code ?? '')
    await whenWritten(join(target, 'big.bin.part'), 16 * MiB)
    await utimes(file, 1, 1)
    const [sent, received] = await Promise.all([sending.result, receiving.result])
    expect(sent.code).toBe(1)
    expect(sent.stderr).toContain('changed while it was sent')
    expect(received.code).toBe(1)
    expect(received.stderr).toContain('changed on the other device')
    expect(await readdir(target)).toEqual([])
  })

  test('a disk that is too small, or gets full on the way, is said on both sides; it goes on when there is room', async context => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', target], { stdio: 'ignore' })
    } catch {
      return context.skip('mounting a small tmpfs needs root')
    }
    try {
      const file = await randomFile(join(work, 'big.bin'), 90 * MiB)
      await randomFile(join(target, 'ballast'), 20 * MiB)
      const small = await beginSend(rig.ada, [file])
      const refused = await bob.run(receiveArguments('--yes'), small.code ?? '')
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('not enough room')
      const told = await small.result
      expect(told.code).toBe(1)
      expect(told.stderr).toContain('not enough room on the other device')

      await rm(join(target, 'ballast'))
      const second = await beginSend(rig.ada, [file])
      const receiving = bob.start(receiveArguments('--yes'), second.code ?? '')
      await whenWritten(join(target, 'big.bin.part'), 8 * MiB)
      await writeFile(join(target, 'ballast'), Buffer.alloc(30 * MiB))
      const full = await receiving.result
      expect(full.code).toBe(1)
      expect(full.stderr).toContain('not enough room')
      expect((await second.result).stderr).toContain('not enough room on the other device')

      await rm(join(target, 'ballast'))
      const third = await beginSend(rig.ada, [file])
      const received = outcomeOf(await bob.run(receiveArguments('--yes'), third.code ?? ''))
      expect(received.movedBytes).toBeLessThan(90 * MiB)
      outcomeOf(await third.result)
      expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
      expect(await readdir(target)).toEqual(['big.bin'])
    } finally {
      execFileSync('umount', ['-l', target])
    }
  })
})
