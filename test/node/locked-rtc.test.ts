import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { beginSend, outcomeOf, type RunningSend } from '../support/direct-sends.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { isRunning, rtcProcessesOf } from '../support/rtc-processes.ts'
import { terminalRig } from '../support/terminal-rig.ts'

/** Nobody is there; that the hub names one puts WebRTC into a process of its own. */
const rig = terminalRig({
  WHERRY_TURN_URL: 'turn:127.0.0.1:9',
  WHERRY_TURN_SECRET: 'a secret that nobody is asked for',
})
const bytes = 160 * 2 ** 20

let work: string
let target: string
let file: string

beforeEach(async () => {
  ;({ work, target } = await rig.makeWork())
  file = await randomFile(join(work, 'big.bin'), bytes)
})

/** Starts both sides; resolves when WebRTC has begun on the side of the sender. */
const begin = async (path: 'auto' | 'direct') => {
  const sending = await beginSend(rig.ada, [file, '--path', path])
  const receive = ['receive', target, '--hub', rig.hub.url, '--yes', '--json', '--path', path]
  const receiving = commandLine(join(work, 'bob')).start(receive, sending.code ?? '')
  return { sending, receiving, pid: await rtcOf(sending) }
}

const rtcOf = async ({ process }: RunningSend): Promise<number> => {
  for (;;) {
    const [pid] = await rtcProcessesOf(process.pid ?? 0)
    if (pid !== undefined) return pid
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

test('a send goes on by the relay while WebRTC is locked up on one side, and both end', async () => {
  const { sending, receiving, pid } = await begin('auto')
  // Stopped, it is as one whose threads all wait for each other.
  process.kill(pid, 'SIGSTOP')
  outcomeOf(await sending.result)
  outcomeOf(await receiving.result)
  expect(await sha256OfFile(join(target, 'big.bin'))).toBe(await sha256OfFile(file))
  expect(await isRunning(pid)).toBe(false)
})

test('a send goes straight where the TURN server is not there, and leaves no process behind when it is killed', async () => {
  const { sending, receiving, pid } = await begin('direct')
  outcomeOf(await sending.result)
  expect(outcomeOf(await receiving.result).path).toBe('direct')
  expect(await isRunning(pid)).toBe(false)
  const again = await begin('direct')
  again.sending.process.kill('SIGKILL')
  await expect.poll(() => isRunning(again.pid)).toBe(false)
  again.receiving.process.kill('SIGKILL')
  await again.receiving.result
})
