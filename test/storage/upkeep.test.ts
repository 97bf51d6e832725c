import { expect, onTestFinished, test, vi } from 'vitest'
import { WherryError } from '../../protocol/errors.ts'
import { startUpkeep } from '../../storage/index/upkeep.ts'
import type { Writer } from '../../storage/index/writer.ts'

test('what could not be given up is tried again after a while', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const asked: unknown[] = []
  let isFull = true
  const run = async (op: string, args: unknown): Promise<unknown> => {
    if (op === 'copies.giveUp') asked.push(args)
    if (isFull) throw new WherryError('storage_full')
    return op === 'history.prune' || op === 'uploads.giveBack' ? null : false
  }
  const upkeep = startUpkeep({ run, onCommit: () => () => {} } as unknown as Writer)
  upkeep.giveUp(['a'])
  await vi.advanceTimersByTimeAsync(30_000)
  upkeep.giveUp(['b'])
  isFull = false
  await vi.advanceTimersByTimeAsync(61_000)
  expect(asked).toContainEqual({ staged: ['a', 'b'] })
  const tries = asked.length
  upkeep.giveUp(['c'])
  await vi.advanceTimersByTimeAsync(0)
  expect(asked.slice(tries)).toEqual([{ staged: ['c'] }])
  await upkeep.stop()
})
