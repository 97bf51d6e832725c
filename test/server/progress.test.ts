import { expect, test } from 'vitest'
import type { TransferProgress } from '../../protocol/values.ts'
import { createProgress, quietMs, waitingMs } from '../../server/transfers/progress.ts'

const upload: TransferProgress = {
  ...{ upload: 'one', name: 'big.bin', size: 10, storedBytes: 4 },
  ...{ by: { id: 'eve', name: 'Eve' }, state: 'running' },
}

test('an upload that nobody sends any more is told for a while, one that runs for ever', () => {
  let now = 0
  const progress = createProgress(() => now)
  const told: string[] = []
  progress.onChange(folder => told.push(folder))
  progress.set('folder', upload)
  progress.set('folder', { ...upload, upload: 'two' })
  progress.update('one', { state: 'waiting' })
  now = waitingMs / 2
  progress.update('one', { storedBytes: 5 })
  now = waitingMs
  progress.update('two', { storedBytes: 5 })
  progress.sweep()
  expect(progress.of('folder')).toHaveLength(2)
  expect(told).toHaveLength(5)
  now = waitingMs + 1
  progress.sweep()
  expect(told).toHaveLength(6)
  expect(progress.of('folder')).toMatchObject([{ upload: 'two', state: 'running' }])
})

test('one that goes on is told again', () => {
  let now = 0
  const progress = createProgress(() => now)
  progress.set('folder', { ...upload, state: 'waiting' })
  now = waitingMs + 1
  progress.sweep()
  expect(progress.of('folder')).toEqual([])
  progress.set('folder', upload)
  expect(progress.of('folder')).toMatchObject([{ upload: 'one', state: 'running' }])
})

test('one of which nothing comes waits, is told so once, and runs again with the next bytes', () => {
  let now = 0
  const progress = createProgress(() => now)
  let told = 0
  progress.onChange(() => told++)
  progress.set('folder', upload)
  now = quietMs
  progress.update('one', { storedBytes: upload.storedBytes })
  progress.sweep()
  expect(progress.of('folder')).toMatchObject([{ state: 'running' }])
  expect(told).toBe(2)
  now = quietMs + 1
  for (let times = 0; times < 3; times++) progress.sweep()
  expect(progress.of('folder')).toMatchObject([{ state: 'waiting', storedBytes: 4 }])
  expect(told).toBe(3)
  // As long as it is bound to a connection it is not forgotten.
  now = 2 * waitingMs
  progress.sweep()
  expect(progress.of('folder')).toHaveLength(1)
  progress.update('one', { storedBytes: 6 })
  expect(progress.of('folder')).toMatchObject([{ state: 'running', storedBytes: 6 }])
})
