import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a server of scripts/bench/peers in a process of its own; it prints its port as the first line. */
export const startPeer = async (
  script: string,
  ...args: string[]
): Promise<{ port: number; stop(): void }> => {
  const path = fileURLToPath(new URL(`./peers/${script}`, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())))
    child.once('exit', () => reject(new Error(`${script} ended before it listened`)))
  })
  return { port, stop: () => child.kill('SIGKILL') }
}
