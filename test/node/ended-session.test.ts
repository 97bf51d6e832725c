import { readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { beginSend, outcomeOf } from '../support/direct-sends.ts'
import { randomFile } from '../support/files.ts'
import { terminalRig } from '../support/terminal-rig.ts'

const MiB = 2 ** 20
/** A command that is told that its session ended is over by then: it waits half a second, and says goodbye. */
const soonMs = 10_000

const rig = terminalRig()

let work: string
let target: string
let mal: CommandLine
let email: string

let made = 0
beforeEach(async () => {
  ;({ work, target } = await rig.makeWork())
  const account = { email: `mal${made++}@example.org`, password: 'the password of Mal' }
  email = account.email
  await rig.ada.json(['users', 'create', email, '--name', 'Mal', '--password-stdin'], account.password)
  mal = await rig.signIn(`mal${made}`, account)
})

/** Disables the account; the command stands still meanwhile, so that it is not through before. */
const disable = async ({ process }: Pick<ReturnType<CommandLine['start']>, 'process'>) => {
  process.kill('SIGSTOP')
  await rig.ada.json(['users', 'disable', email])
  process.kill('SIGCONT')
}

/** Disables the account; the command has to say so, and to end soon. */
const expectEnded = async ({ process, result }: ReturnType<CommandLine['start']>) => {
  await disable({ process })
  const tooLong = setTimeout(() => process.kill('SIGKILL'), soonMs)
  const { code, stderr } = await result
  clearTimeout(tooLong)
  expect(stderr).toContain('account was disabled')
  expect(code).toBe(3)
  return stderr
}

const onlyReason = 'wherry: This account was disabled by an administrator.\n'

/** Of zeros: long to transfer, without room on the disk. */
const longFile = async (bytes: number) => {
  const file = join(work, 'long.bin')
  await writeFile(file, '')
  await truncate(file, bytes)
  return file
}

const hasArrived = (name: string, bytes: number) =>
  expect
    .poll(async () => (await stat(join(target, name)).catch(() => null))?.blocks ?? 0, {
      interval: 5,
      timeout: 30_000,
    })
    .toBeGreaterThan(bytes / 512)

describe('of an account that was disabled', () => {
  test('an upload ends that runs, and says only why', async () => {
    const putting = mal.start(['put', await longFile(20_000 * MiB), 'me:'])
    await expect.poll(() => mal.json(['uploads']), { timeout: 30_000 }).toHaveLength(1)
    expect(await expectEnded(putting)).toBe(onlyReason)
  })

  test('a download ends that runs, and says only why', async () => {
    await mal.json(['put', await longFile(1_500 * MiB), 'me:'])
    const getting = mal.start(['get', 'me:long.bin', target])
    const parts = async () => (await readdir(target)).filter(name => name.endsWith('.wherry-part'))
    await expect.poll(parts, { interval: 5, timeout: 30_000 }).toHaveLength(1)
    expect(await expectEnded(getting)).toBe(onlyReason)
  })

  test('a send ends that nobody came to', async () => {
    await writeFile(join(work, 'x'), 'x')
    await expectEnded(await beginSend(mal, [join(work, 'x')]))
  })

  test('a send ends that runs', async () => {
    const file = await randomFile(join(work, 'big.bin'), 500 * MiB)
    const sending = await beginSend(mal, [file, '--path', 'relay'])
    const bob = commandLine(join(work, 'bob'))
    const receiving = bob.start(
      ['receive', target, '--hub', rig.hub.url, '--path', 'relay', '--yes'],
      sending.code ?? '',
    )
    await hasArrived('big.bin.part', 8 * MiB)
    await expectEnded(sending)
    receiving.process.kill('SIGKILL')
    await receiving.result
  })

  test('a receipt ends that waits for what people send', async () => {
    const receiving = mal.start(['receive', target], '\n')
    await new Promise<void>(resolve =>
      receiving.process.stderr?.on('data', text => String(text).includes('Waiting') && resolve()),
    )
    await expectEnded(receiving)
  })

  test('a receipt from a person ends that runs', async () => {
    const file = await randomFile(join(work, 'big.bin'), 500 * MiB)
    const sending = rig.ada.start(['send', file, '--to', email, '--path', 'relay'], 'y\n')
    const receiving = mal.start(['receive', target, '--path', 'relay'], '\ny\ny\n')
    await hasArrived('big.bin.part', 8 * MiB)
    await expectEnded(receiving)
    sending.process.kill('SIGKILL')
    await sending.result
  })

  test('a receipt by a code goes on: whoever has the code may receive, signed in or not', async () => {
    const file = await randomFile(join(work, 'big.bin'), 500 * MiB)
    const sending = await beginSend(rig.ada, [file, '--path', 'relay'])
    const receiving = mal.start(['receive', target, '--path', 'relay', '--yes'], sending.code ?? '')
    await hasArrived('big.bin.part', 8 * MiB)
    await disable(receiving)
    expect(await readdir(target)).toEqual(['big.bin.part'])
    expect(await receiving.result).toMatchObject({ code: 0 })
    expect(outcomeOf(await sending.result)).toMatchObject({ files: 1, bytes: 500 * MiB })
    expect(await mal.run(['ls'])).toMatchObject({ code: 3 })
  })
})
