import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type CommandResult, commandLine } from '../support/command-line.ts'
import { beginSend, outcomeOf } from '../support/direct-sends.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { terminalRig } from '../support/terminal-rig.ts'

const MiB = 2 ** 20
const size = 120 * MiB
/** What a receiver takes before it is durable. */
const windowBytes = 32 * MiB

const rig = terminalRig()

const hurried = fileURLToPath(new URL('../support/hurried-clock.mjs', import.meta.url))

/** A receipt of which more was written than may wait for the disk, so that some is kept, by somebody for whom ten minutes are ten seconds. */
const begin = async () => {
  const { work, target } = await rig.makeWork()
  const bob = commandLine(join(work, 'bob'), ['env', `NODE_OPTIONS=--import ${hurried}`])
  const file = await randomFile(join(work, 'big.bin'), size)
  const sending = await beginSend(rig.ada, [file, '--path', 'relay'])
  const args = ['receive', target, '--hub', rig.hub.url, '--json', '--path', 'relay']
  const receiving = bob.start([...args, '--yes'], sending.code ?? '')
  const part = join(target, 'big.bin.part')
  await expect
    .poll(async () => (await stat(part).catch(() => null))?.blocks ?? 0, { interval: 5, timeout: 30_000 })
    .toBeGreaterThan((windowBytes + 8 * MiB) / 512)
  const expectGivenUp = async ({ code, stderr }: CommandResult) => {
    expect(stderr).toContain('did not come back within ten minutes')
    expect(stderr).toContain('What has arrived is kept')
    expect(code).toBe(4)
    expect(await readdir(target)).toEqual(['big.bin.part'])
  }
  const receipts = join(work, 'bob/config/wherry/receipts')
  const keptReceipts = async () => (await readdir(receipts)).filter(name => name.endsWith('.json'))
  /** Both begin the same command again; there is a code for what the sender took to be over. */
  const expectContinued = async () => {
    const again = await beginSend(rig.ada, [file])
    const received = outcomeOf(await bob.run([...args, '--yes'], again.code ?? ''))
    expect(await keptReceipts()).toEqual([])
    expect(received.movedBytes).toBeLessThan(size)
    outcomeOf(await again.result)
    expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
  }
  return { bob, args, receipts, keptReceipts, sending, receiving, expectGivenUp, expectContinued }
}

test('a receipt that runs says so when the hub forgot the send and nobody came back', async () => {
  const { sending, receiving, expectGivenUp, expectContinued } = await begin()
  sending.process.kill('SIGKILL')
  await rig.hub.kill()
  await rig.hub.start()
  await expectGivenUp(await receiving.result)
  await expectContinued()
})

test('so does one that is continued, and waits no longer than that', async () => {
  const { bob, args, sending, receiving, expectGivenUp, expectContinued } = await begin()
  receiving.process.kill('SIGKILL')
  sending.process.kill('SIGKILL')
  await rig.hub.kill()
  await rig.hub.start()
  const { process, result } = bob.start(args, '')
  const tooLong = setTimeout(() => process.kill('SIGKILL'), 60_000)
  await expectGivenUp(await result)
  clearTimeout(tooLong)
  const sends = join(rig.directory, 'ada/config/wherry/sends')
  for (const name of (await readdir(sends)).filter(one => one.endsWith('.json'))) {
    const kept = JSON.parse(await readFile(join(sends, name), 'utf8'))
    await writeFile(join(sends, name), JSON.stringify({ ...kept, room: null }))
  }
  await expectContinued()
})

test('a receipt that nobody continued for a week is forgotten', async () => {
  const { bob, args, receipts, keptReceipts, sending, receiving } = await begin()
  receiving.process.kill('SIGKILL')
  sending.process.kill('SIGKILL')
  const [name = ''] = await keptReceipts()
  const kept = JSON.parse(await readFile(join(receipts, name), 'utf8'))
  const aWeekAgo = Date.now() - 7 * 24 * 60 * 60_000
  await writeFile(join(receipts, name), JSON.stringify({ ...kept, keptAt: aWeekAgo }))
  const { code, stderr } = await bob.run(args, '')
  expect(stderr).toContain('no code was entered')
  expect(code).toBe(2)
  expect(await keptReceipts()).toEqual([])
})

test('a send that runs shows no code again when the hub forgot it', async () => {
  const { sending, receiving } = await begin()
  await rig.hub.kill()
  await rig.hub.start()
  outcomeOf(await receiving.result)
  const sent = await sending.result
  outcomeOf(sent)
  expect(sent.stdout.match(/"code"/g)).toHaveLength(1)
})
