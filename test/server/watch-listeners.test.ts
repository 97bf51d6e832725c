import { expect, test } from 'vitest'
import type { Connection } from '../../server/connection.ts'
import { createBroadcaster } from '../../server/live/broadcast.ts'
import { openRig } from './transfers-rig.ts'

test('folders that were watched and left are not remembered with the connection', async () => {
  const { storage, transfers, root, space, connect } = await openRig()
  const broadcaster = createBroadcaster({
    storage,
    transfers,
    levelOf: storage.access.level,
    publish: () => undefined,
    failed: () => undefined,
  })
  const listeners = new Set<() => void>()
  const connection: Connection = {
    ...connect(),
    onClose: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  for (let i = 0; i < 10; i++) {
    await broadcaster.watch(connection, { id: root, space }, 'admin')
    broadcaster.unwatch(connection, root)
  }
  expect(listeners.size).toBe(0)
  await broadcaster.watch(connection, { id: root, space }, 'admin')
  expect(broadcaster.people(root)).toHaveLength(1)
  for (const listener of listeners) listener()
  expect(broadcaster.people(root)).toHaveLength(0)
  broadcaster.stop()
})
