import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { findProgram } from '../../scripts/find-chromium.mjs'
import { readTrace, type SystemCall } from './system-calls.ts'

const program = findProgram('strace')

/** Null where processes can be traced, else why not, as a sentence. */
export const whyNoTrace = (): string | null => {
  if (program === null) return 'strace is not installed.'
  const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' })
  try {
    const options = ['-o', '/dev/null', '-e', 'trace=none', '-p', String(sleeper.pid)]
    const { error, stderr } = spawnSync(program, options, { encoding: 'utf8', timeout: 1_000 })
    // Attached, it traces until its time is over; refused, it says so at once.
    return error ? null : `strace may not attach to a process: ${stderr.trim()}`
  } finally {
    sleeper.kill('SIGKILL')
  }
}

/** Strings are noted up to this many bytes: enough for every answer to a client. */
const stringBytes = 16_384

export type Trace = {
  /** Resolves with the calls, in the order in which they were seen, once the traced process has ended or is let go. */
  end(): Promise<SystemCall[]>
}

/** Attaches to all threads of a process. `options` are strace's own, such as `-e inject=…`. */
export const trace = async (pid: number, file: string, options: readonly string[]): Promise<Trace> => {
  const fixed = ['-f', '-y', '-s', String(stringBytes), '-o', file]
  const tracer = spawn(program ?? '', [...fixed, ...options, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await attached(tracer)
  return {
    async end() {
      tracer.kill('SIGINT')
      if (tracer.exitCode === null && tracer.signalCode === null) await once(tracer, 'exit')
      return readTrace(await readFile(file, 'latin1'))
    },
  }
}

/** A command to start a process by, which stays the child that is waited for and killed. */
export const traceFromStart = (file: string, options: readonly string[]): string[] => [
  program ?? '',
  ...['-D', '-f', '-o', file],
  ...options,
]

const attached = (tracer: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    tracer.stderr?.on('data', piece => {
      said += piece
      if (said.includes('attached')) resolve()
    })
    tracer.once('exit', () => reject(new Error(`strace ended: ${said}`)))
  })
