import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CommandLine, type CommandResult, commandLine } from '../support/command-line.ts'
import { beginSend, outcomeOf } from '../support/direct-sends.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { terminalRig } from '../support/terminal-rig.ts'

const MiB = 2 ** 20
const bob = { email: 'bob@example.org', password: 'a-long-password-of-bob' }

const rig = terminalRig()
/** Bob's, beside Ada's. */
let laptop: CommandLine
let phone: CommandLine

beforeAll(async () => {
  await rig.ada.json(['users', 'create', bob.email, '--name', 'Bob', '--password-stdin'], bob.password)
  laptop = await rig.signIn('laptop', bob)
  phone = await rig.signIn('phone', bob)
})

let work: string
let target: string
let file: string

beforeEach(async () => {
  ;({ work, target } = await rig.makeWork())
  file = join(work, 'plans.txt')
  await writeFile(file, 'the plans')
})

const pictures = ({ stderr }: CommandResult): string | undefined => /^ {2}(\S+ .+ {3}.+)$/m.exec(stderr)?.[1]
const hasArrived = async () => (await readdir(target)).length > 0

/** Enter instead of a code, then the answers. */
const receiveWith = (...answers: string[]) => ['', ...answers, ''].join('\n')

describe('a send to a person of the hub', () => {
  test('shows both the same pictures, and arrives after both said so', async () => {
    const big = await randomFile(join(work, 'big.bin'), 20 * MiB + 5)
    const sending = rig.ada.start(['send', big, '--to', 'Bob@Example.org'], 'y\n')
    const received = await laptop.run(['receive', target], receiveWith('y', 'y'))
    const sent = await sending.result
    expect([sent.code, received.code]).toEqual([0, 0])
    expect(received.stderr).toContain('wants to send you something directly')
    expect(pictures(sent)).toBeTruthy()
    expect(pictures(sent)?.split('   ')).toHaveLength(4)
    expect(pictures(received)).toBe(pictures(sent))
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(big))
  })

  test('reaches who waited before, and who came later', async () => {
    const waiting = laptop.start(['receive', target, '--json'], receiveWith('y', 'y'))
    const sent = await rig.ada.run(['send', file, '--to', bob.email, '--json'], 'y\n')
    expect(outcomeOf(sent)).toMatchObject({ files: 1 })
    const lines = (await waiting.result).stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const [{ offered }, { comparison }, { offer }] = lines
    expect(offered.from.name).toBe(offer.from)
    expect(comparison).toMatchObject({ trust: 'new', isDone: false, emoji: { length: 4 } })
    expect(await readFile(join(target, 'plans.txt'), 'utf8')).toBe('the plans')
  })

  test('tells the receiver no name when the sender sees other pictures', async () => {
    const sending = rig.ada.start(['send', file, '--to', bob.email], 'n\n')
    const received = await laptop.run(['receive', target], receiveWith('y', 'y'))
    const sent = await sending.result
    expect(sent.stderr).toContain('The pictures were not the same')
    expect(sent.code).not.toBe(0)
    expect(received.code).not.toBe(0)
    expect(received.stderr).not.toContain('plans.txt')
    expect(await hasArrived()).toBe(false)
  })

  test('is refused by a receiver that sees other pictures', async () => {
    const sending = rig.ada.start(['send', file, '--to', bob.email], 'y\n')
    const received = await laptop.run(['receive', target], receiveWith('y', 'n'))
    expect(received.stderr).toContain('Declined')
    expect((await sending.result).stderr).toMatch(/declined/i)
    expect(await hasArrived()).toBe(false)
  })

  test('that is not opened is declined, and the receiver waits for the next', async () => {
    const first = rig.ada.start(['send', file, '--to', bob.email], 'y\n')
    const receiving = laptop.start(['receive', target], receiveWith('n', 'y', 'y'))
    expect((await first.result).stderr).toContain('They declined')
    const second = await rig.ada.run(['send', file, '--to', bob.email], 'y\n')
    expect(second.code).toBe(0)
    expect((await receiving.result).code).toBe(0)
    expect(await hasArrived()).toBe(true)
  })

  test('is left to a later run by Ctrl+C at the question whether to open it', async () => {
    const sending = rig.ada.start(['send', file, '--to', bob.email], 'y\n')
    const asked = laptop.start(['receive', target], null)
    asked.process.stdin?.write('\n')
    await new Promise<void>(resolve =>
      asked.process.stderr?.on('data', piece => String(piece).includes('Look at it?') && resolve()),
    )
    asked.process.kill('SIGINT')
    expect((await asked.result).stderr).not.toContain('terminal')
    expect((await asked.result).code).toBe(130)
    expect((await laptop.run(['receive', target], receiveWith('y', 'y'))).code).toBe(0)
    expect((await sending.result).code).toBe(0)
  })

  test('is not begun without somebody to compare, whatever --yes says, and stays offered to who can', async () => {
    const words = 'wherry: there is no terminal to compare the pictures on\n'
    const unasked = await rig.ada.run(['send', file, '--to', bob.email], '')
    expect(unasked).toEqual({ code: 2, stdout: '', stderr: words })
    const sending = rig.ada.start(['send', file, '--to', bob.email], 'y\n')
    const received = await laptop.run(['receive', target, '--yes'], receiveWith('y'))
    expect(received.stderr).toContain(words)
    expect(received.code).toBe(2)
    expect(await hasArrived()).toBe(false)
    expect((await laptop.run(['receive', target], receiveWith('y', 'y'))).code).toBe(0)
    expect((await sending.result).code).toBe(0)
  })

  test('compares nothing any more between devices that trust each other, and says when it is another one', async () => {
    const send = (to: CommandLine, answers: string, options: string[], typed: string[]) => {
      const sending = rig.ada.start(['send', file, '--to', bob.email, ...options], answers)
      return Promise.all([sending.result, to.run(['receive', target, ...options], receiveWith(...typed))])
    }
    for (const { code } of await send(laptop, 'y\n', ['--trust'], ['y', 'y'])) expect(code).toBe(0)
    await rm(join(target, 'plans.txt'))

    // No answers but to open and accept.
    const [sent, received] = await send(laptop, '', [], ['y', 'y'])
    expect([sent.code, received.code]).toEqual([0, 0])
    for (const { stderr } of [sent, received]) {
      expect(stderr).toContain('This is a device that you trust.')
      expect(stderr).not.toContain('pictures')
    }
    expect(await hasArrived()).toBe(true)
    await rm(join(target, 'plans.txt'))

    const [toPhone, onPhone] = await send(phone, 'n\n', [], ['y', 'y'])
    expect(toPhone.stderr).toContain('Caution: this is not a device of theirs that you trust')
    expect(pictures(onPhone)).toBe(pictures(toPhone))
    expect(onPhone.stderr).not.toContain('Caution')
    expect(await hasArrived()).toBe(false)
    const kept = join(rig.directory, 'ada', 'config', 'wherry', 'trusted')
    for (const name of (await readdir(kept)).filter(one => one.endsWith('.json')))
      expect((await stat(join(kept, name))).mode & 0o777).toBe(0o600)
  })

  test('arrives also where the trusted device cannot be noted, and says so', async () => {
    const trusted = ['ada', 'laptop'].map(name => join(rig.directory, name, 'config', 'wherry', 'trusted'))
    for (const folder of trusted) {
      await rm(folder, { recursive: true, force: true })
      await writeFile(folder, 'in the way')
    }
    const sending = rig.ada.start(['send', file, '--to', bob.email, '--trust'], 'y\n')
    const receiving = laptop.start(['receive', target, '--trust'], receiveWith('y', 'y'))
    const sent = await sending.result
    if (sent.code !== 0) receiving.process.kill()
    for (const { code, stderr } of [sent, await receiving.result]) {
      expect(stderr).toContain('wherry: their device could not be noted as trusted: file already exists\n')
      expect(code).toBe(0)
    }
    expect(await hasArrived()).toBe(true)
    for (const folder of trusted) await rm(folder)
  })

  test('is offered again by itself when the hub was restarted before anybody came', async () => {
    const sending = rig.ada.start(['send', file, '--to', bob.email, '--json'], 'y\n')
    await new Promise(resolve => sending.process.stdout?.once('data', resolve))
    await rig.hub.kill()
    await rig.hub.start()
    const received = await laptop.run(['receive', target], receiveWith('y', 'y'))
    expect([(await sending.result).code, received.code]).toEqual([0, 0])
    expect(await hasArrived()).toBe(true)
  })

  test('that was interrupted before anybody came goes on as the same offer', async () => {
    const offered = async () => {
      const sending = rig.ada.start(['send', file, '--to', bob.email, '--json'], 'y\n')
      const line = await new Promise<string>(resolve =>
        sending.process.stdout?.once('data', piece => resolve(String(piece))),
      )
      return { ...sending, room: JSON.parse(line).offered.room }
    }
    const first = await offered()
    first.process.kill('SIGKILL')
    await first.result
    const second = await offered()
    expect(second.room).toBe(first.room)
    const received = await laptop.run(['receive', target], receiveWith('y', 'y'))
    expect([(await second.result).code, received.code]).toEqual([0, 0])
    expect(await hasArrived()).toBe(true)
  })

  test('that they opened while its sender was away goes on with them', async () => {
    const first = rig.ada.start(['send', file, '--to', bob.email, '--json'], 'y\n')
    await new Promise(resolve => first.process.stdout?.once('data', resolve))
    first.process.kill('SIGKILL')
    await first.result
    const receiving = laptop.start(['receive', target], receiveWith('y', 'y'))
    await new Promise<void>(resolve =>
      receiving.process.stderr?.on('data', piece => String(piece).includes('is away') && resolve()),
    )
    const second = await rig.ada.run(['send', file, '--to', bob.email], 'y\n')
    expect(second.stderr).toContain('Somebody came')
    expect([second.code, (await receiving.result).code]).toEqual([0, 0])
    expect(await hasArrived()).toBe(true)
  })

  test('goes on after both were killed, without comparing again', async () => {
    const big = await randomFile(join(work, 'big.bin'), 160 * MiB)
    const begin = (answers: string, typed: string) => {
      const sending = rig.ada.start(['send', big, '--to', bob.email, '--path', 'relay'], answers)
      return [sending, laptop.start(['receive', target, '--path', 'relay', '--json'], typed)] as const
    }
    const first = begin('y\n', receiveWith('y', 'y'))
    for (let size = 0; size < 96 * MiB; ) {
      const parts = await readdir(target, { recursive: true })
      const sizes = await Promise.all(parts.map(name => stat(join(target, name)).catch(() => null)))
      size = sizes.reduce((sum, one) => sum + (one?.isFile() ? one.blocks * 512 : 0), 0)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    for (const { process } of first) process.kill('SIGKILL')
    await Promise.all(first.map(({ result }) => result))
    const [sending, receiving] = begin('', '\n')
    const outcome = outcomeOf(await receiving.result)
    expect((await sending.result).stderr).toContain('Continuing')
    expect(outcome.movedBytes).toBeLessThan(160 * MiB)
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(big))
  })
})

test('an option that is empty, as a variable may be, is an error and makes no open code', async () => {
  const refused = async (args: string[]) => {
    const { process, result } = rig.ada.start([...args, '--json'])
    process.stdout?.once('data', () => process.kill('SIGKILL'))
    const { code, stdout, stderr } = await result
    expect([code, stdout]).toEqual([2, ''])
    return stderr
  }
  expect(await refused(['send', file, '--to', ''])).toContain('--to')
  expect(await refused(['send', file, '--to', ' '])).toContain('--to')
  expect(await refused(['send', file, '--path', ''])).toContain('--path')
  expect(await refused(['receive', target, '--path', ''])).toContain('--path')
  expect(await refused(['send', '--text', ''])).toContain('--text')
  const sending = await beginSend(rig.ada, [file, '--text', ''])
  const received = await laptop.run(['receive', target, '--yes', '--json'], sending.code ?? '')
  expect(JSON.parse(received.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ files: 1, text: null })
})

test('Nobody who is not signed in waits for offers, and --trust needs a person', async () => {
  const stranger = commandLine(join(work, 'stranger'))
  const received = await stranger.run(['receive', target, '--hub', rig.hub.url], '\n')
  expect(received.code).toBe(2)
  expect(received.stderr).toContain('no code was entered')
  expect((await rig.ada.run(['send', file, '--trust'])).code).toBe(2)
})
