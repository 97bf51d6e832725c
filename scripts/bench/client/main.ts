import { type FromClient, type ToClient, tasks } from './tasks.ts'

/** A client process of the benchmark: does the tasks that it is told, and ends with the benchmark. */
const answer = (message: FromClient): void => void process.send?.(message)

process.on('message', ({ task, params }: ToClient) => {
  const run = tasks[task] as (params: unknown, tell: (what: string) => void) => Promise<unknown>
  run(params, tell => answer({ tell })).then(
    result => answer({ result }),
    (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())
