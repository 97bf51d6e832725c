import { expect, test } from 'vitest'
import type { TransferProgress } from '../../protocol/values.ts'
import { createProgress, waitingMs } from '../../server/transfers/progress.ts'

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
  progress.sweep()
  expect(progress.of('folder')).toHaveLength(2)
  expect(told).toHaveLength(4)
  now = waitingMs + 1
  progress.sweep()
  expect(told).toHaveLength(5)
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
