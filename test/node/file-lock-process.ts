import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { tryFileLock, withFileLock } from '../../client/node/file-lock.ts'

/** Takes the lock that it is told of by its parent, each time in its way, and notes when it has it and has it no more. */
process.on('message', async ({ path, log, waits }: { path: string; log: string; waits: boolean }) => {
  const work = async () => {
    appendFileSync(log, 'in\n')
    await setTimeout(20)
    appendFileSync(log, 'out\n')
  }
  if (waits) await withFileLock(path, work)
  else {
    const release = await tryFileLock(path)
    if (release) await work()
    await release?.()
  }
  process.send?.('done')
})
process.send?.('ready')
