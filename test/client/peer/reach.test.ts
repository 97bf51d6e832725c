import { expect, test } from 'vitest'
import type { Timers } from '../../../client/core/api.ts'
import { watchReach } from '../../../client/core/peer/reach.ts'
import { memoryRoom } from './memory-rooms.ts'

test('who stops looking when told that the other side is gone leaves no timer behind', () => {
  const pending = new Set<() => void>()
  const timers: Timers = {
    now: () => 0,
    after(_ms, run) {
      pending.add(run)
      return () => pending.delete(run)
    },
  }
  const { sender } = memoryRoom()
  sender.come()
  const told: string[] = []
  const stop = watchReach({ room: sender.room, timers, link: () => null }, reach => {
    told.push(reach)
    stop()
  })
  for (let ticks = 0; ticks < 10 && pending.size > 0; ticks++)
    for (const run of [...pending]) {
      pending.delete(run)
      run()
    }
  expect(told).toEqual(['gone'])
  expect(pending.size).toBe(0)
})
