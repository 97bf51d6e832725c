import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchContext } from './row.ts'

export type Peer = { port: number; pid: number; stop(): Promise<void> }

/** Runs a server of scripts/bench/peers in a process of its own; it prints its port as the first line. */
const startPeer = async (
  { defer }: BenchContext,
  script: 'raw-sockets.ts' | 'tus.ts',
  ...args: string[]
): Promise<Peer> => {
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  defer(stop)
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())))
    child.once('exit', () => reject(new Error(`${script} ended before it listened`)))
  })
  return { port, pid: child.pid ?? 0, stop }
}

/** What `work` finds with such a server, which ends with it. */
export const withPeer = async <T>(
  context: BenchContext,
  script: 'raw-sockets.ts' | 'tus.ts',
  work: (peer: Peer) => Promise<T>,
): Promise<T> => {
  const peer = await startPeer(context, script, context.directory)
  try {
    return await work(peer)
  } finally {
    await peer.stop()
  }
}
