import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FromClient, TaskName, Tasks } from './client/tasks.ts'
import type { BenchContext } from './row.ts'

type Params<N extends TaskName> = Parameters<Tasks[N]>[0]
type Result<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>

/** A client in a process of its own, so that measuring takes no CPU from it. */
export type ClientProcess = {
  run<N extends TaskName>(task: N, params: Params<N>, told?: (what: string) => void): Promise<Result<N>>
  /** SIGKILL. */
  kill(): Promise<void>
}

const program = fileURLToPath(new URL('./client/main.ts', import.meta.url))

export const startClient = ({ defer }: BenchContext): ClientProcess => {
  const child = fork(program, {
    // As the command line runs (client/node/bin.mjs).
    execArgv: ['--disable-warning=ExperimentalWarning', '--single-threaded-gc'],
    serialization: 'advanced',
  })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  defer(kill)
  return {
    kill,
    run: (task, params, told) =>
      new Promise((resolve, reject) => {
        const end = () => {
          child.off('message', hear)
          child.off('exit', died)
        }
        const died = () => {
          end()
          reject(new Error(`the client ended during ${task}`))
        }
        const hear = (message: FromClient) => {
          if ('tell' in message) {
            told?.(message.tell)
            return
          }
          end()
          if ('error' in message) reject(new Error(message.error))
          // The table of tasks says what each of them answers.
          else resolve(message.result as Result<typeof task>)
        }
        child.on('message', hear)
        child.on('exit', died)
        child.send({ task, params })
      }),
  }
}

/** One task in a client process that ends with it. */
export const runAlone = async <N extends TaskName>(
  context: BenchContext,
  task: N,
  params: Params<N>,
): Promise<Result<N>> => {
  const client = startClient(context)
  try {
    return await client.run(task, params)
  } finally {
    await client.kill()
  }
}
