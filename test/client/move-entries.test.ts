import { expect, test } from 'vitest'
import type { HubClient } from '../../client/core/api.ts'
import { moveEntries } from '../../client/core/move-entries.ts'
import { type Reason, WherryError } from '../../protocol/errors.ts'

const moving = { entries: ['entry'], folder: 'folder' }

/** Refuses a parameter; answers without it as a hub does that never heard of it. */
const hubWithout = (field: string, reason: Reason) => {
  const asked: object[] = []
  const call = async (_: string, params: object) => {
    asked.push(params)
    if (field in params) throw new WherryError(reason, 'refused', { field })
    return { entries: [] }
  }
  return { asked, client: { call } as unknown as Pick<HubClient, 'call'> }
}

test('an older hub moves all the same, and tells of no grants that it dropped', async () => {
  const { asked, client } = hubWithout('tellDropped', 'invalid_params')
  expect(await moveEntries(client, moving)).toEqual({ entries: [], droppedGrants: 0 })
  expect(asked).toEqual([{ ...moving, tellDropped: true }, moving])
})

test.each([
  { field: 'folder', reason: 'invalid_params' as const },
  { field: 'tellDropped', reason: 'forbidden' as const },
])('a move that fails with $reason for $field is not tried again', async ({ field, reason }) => {
  const { asked, client } = hubWithout(field, reason)
  await expect(moveEntries(client, moving)).rejects.toMatchObject({ reason })
  expect(asked).toHaveLength(1)
})
