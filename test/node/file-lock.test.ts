import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../storage/open-temporary.ts'

const program = fileURLToPath(new URL('./file-lock-process.ts', import.meta.url))

/** No process of this machine has so high a number (proc(5): at most 4,194,304). */
const nobody = '4194305'

const startProcess = async () => {
  const child = fork(program, { execArgv: ['--disable-warning=ExperimentalWarning'] })
  onTestFinished(() => void child.kill())
  await once(child, 'message')
  return async (task: object) => {
    const done = once(child, 'message')
    child.send(task)
    await done
  }
}

for (const waits of [true, false])
  test(`a lock that a killed process left is one process's at a time, where the others ${waits ? 'wait' : 'do not wait'}`, async () => {
    const directory = temporaryDirectory()
    const processes = await Promise.all(Array.from({ length: 4 }, startProcess))
    for (let round = 0; round < 30; round++) {
      const task = { path: join(directory, `${round}.lock`), log: join(directory, `${round}.log`), waits }
      await writeFile(task.path, nobody)
      await Promise.all(processes.map(run => run(task)))
      const notes = (await readFile(task.log, 'utf8')).trim().split('\n')
      expect(notes, `round ${round}`).toEqual(notes.map((_, i) => (i % 2 === 0 ? 'in' : 'out')))
      if (waits) expect(notes).toHaveLength(2 * processes.length)
    }
    expect((await readdir(directory)).filter(name => !name.endsWith('.log'))).toEqual([])
  })
