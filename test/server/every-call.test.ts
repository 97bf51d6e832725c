import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallRow, LevelRule } from '../../protocol/call.ts'
import { includesLevel, type Level } from '../../protocol/levels.ts'
import { type CallName, calls } from '../../protocol/table.ts'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { type RawClient, rawClient, signedInClient } from '../support/raw-client.ts'
import { brokenParams, sampleParams } from '../support/sample-params.ts'

const names = Object.keys(calls) as CallName[]
const rowOf = (name: CallName): CallRow => calls[name]
const rulesOf = (name: CallName): readonly LevelRule[] => {
  const { access } = rowOf(name)
  return typeof access === 'string' ? [] : access
}
const asks = (name: CallName, level: Level): boolean =>
  rulesOf(name).some(
    rule => ['entry', 'folder', 'entries'].includes(rule.of) && !includesLevel(level, rule.level),
  )

let hub: TemporaryHub
let guest: RawClient
let admin: Awaited<ReturnType<typeof signedInClient>>
let member: Awaited<ReturnType<typeof signedInClient>>
let readable: string

beforeAll(async () => {
  hub = await temporaryHub()
  admin = await signedInClient(hub.socketUrl)
  const account = { email: 'bob@example.org', name: 'Bob', password: 'another long password' }
  await admin.call('user.create', account)
  member = await signedInClient(hub.socketUrl, account)
  const { entry } = await admin.call('folder.create', {
    folder: admin.root,
    name: 'readable',
    onClash: 'fail',
  })
  readable = entry.id
  await admin.call('access.grant', { entry: readable, subject: { kind: 'everyone' }, level: 'read' })
})
afterAll(async () => {
  for (const client of [guest, admin, member]) client?.close()
  await hub.remove()
})

describe('without a session', () => {
  test.each(names.filter(name => rowOf(name).access !== 'anyone'))('%s is unauthenticated', async name => {
    guest = await rawClient(hub.socketUrl)
    await expect(guest.callAnything(name, sampleParams(name))).rejects.toMatchObject({
      reason: 'unauthenticated',
    })
    guest.close()
  })
})

describe('without a right', () => {
  test.each(names.filter(name => rowOf(name).access === 'administrator'))(
    '%s is forbidden to a member',
    async name => {
      await expect(member.callAnything(name, sampleParams(name))).rejects.toMatchObject({
        reason: 'forbidden',
      })
    },
  )

  test.each(names.filter(name => rulesOf(name).length > 0))(
    '%s does not find what the caller may not read',
    async name => {
      await expect(member.callAnything(name, sampleParams(name))).rejects.toMatchObject({
        reason: 'not_found',
      })
      const params = sampleParams(name)
      for (const { of } of rulesOf(name)) {
        if (of === 'entries') params[of] = [admin.root]
        else if (of === 'entry' || of === 'folder') params[of] = admin.root
      }
      await expect(member.callAnything(name, params)).rejects.toMatchObject({ reason: 'not_found' })
    },
  )

  test.each(names.filter(name => rowOf(name).access === 'room'))(
    '%s does not find a room in which the caller has no seat',
    async name => {
      const { room } = sampleParams(name)
      await admin.call('room.create', { room: room as string })
      await expect(member.callAnything(name, sampleParams(name))).rejects.toMatchObject({
        reason: 'not_found',
      })
    },
  )

  test.each(names.filter(name => asks(name, 'read')))(
    '%s is forbidden where the caller may only read',
    async name => {
      const params = sampleParams(name)
      for (const { of } of rulesOf(name)) params[of] = of === 'entries' ? [readable] : readable
      await expect(member.callAnything(name, params)).rejects.toMatchObject({ reason: 'forbidden' })
    },
  )
})

describe('with a broken field', () => {
  test.each(names.flatMap(name => brokenParams(name).map(broken => ({ name, ...broken }))))(
    '$name with $what is refused by name',
    async ({ name, field, params }) => {
      await expect(admin.callAnything(name, params)).rejects.toMatchObject({
        reason: 'invalid_params',
        details: { field: expect.stringMatching(new RegExp(`^${field}`)) },
      })
    },
  )
})
