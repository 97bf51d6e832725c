import { expect, onTestFinished, test } from 'vitest'
import { findSpace } from '../../client/node/cli/remote-path.ts'
import { limits } from '../../protocol/limits.ts'
import { person } from '../storage/open-temporary.ts'
import { administrator, temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/transfer-client.ts'

const accountOf = (name: string) => ({ ...person(name), password: 'another long password' })

/** Zoe shares a folder with Carol; Aaron, whose space comes first, shares `count` with everyone. */
const openShared = async (count: number) => {
  const hub = await temporaryHub()
  onTestFinished(() => hub.remove())
  const { storage } = hub.hub
  const url = `http://127.0.0.1:${hub.port}`
  const { client: ada } = await signedInClient(url, administrator)
  for (const name of ['Aaron', 'Carol', 'Zoe']) {
    const { email, password } = accountOf(name)
    await ada.call('user.create', { email, name, password })
  }
  const [aaron, carol, zoe] = await Promise.all(
    ['Aaron', 'Carol', 'Zoe'].map(name => signedInClient(url, accountOf(name))),
  )
  if (!aaron || !carol || !zoe) throw new Error('Nobody signed in.')
  onTestFinished(() => {
    for (const client of [ada, aaron.client, carol.client, zoe.client]) client.close()
  })
  const { entry: plan } = await zoe.client.call('folder.create', {
    folder: zoe.root,
    name: 'plan',
    onClash: 'fail',
  })
  await zoe.client.call('access.grant', {
    entry: plan.id,
    subject: { kind: 'email', email: accountOf('Carol').email },
    level: 'write',
  })
  const actor = { user: aaron.client.user?.id ?? '', requestId: null }
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const { entry } = await storage.entries.createFolder(actor, aaron.root, `${i}`, 'fail')
      await storage.access.grant(actor, entry.id, { kind: 'everyone' }, 'read')
    }),
  )
  return { ada, carol: carol.client, zoe: zoe.client, plan }
}

test('what was shared with somebody comes before what was shared with everyone, and a list that was cut says so', async () => {
  const { ada, carol, plan } = await openShared(limits.listItems)
  const cut = await carol.call('space.list', {})
  expect([cut.more, cut.shared.length]).toEqual([true, limits.listItems])
  expect(cut.shared[0]).toMatchObject({ entry: { id: plan.id }, level: 'write', path: ['plan'] })
  expect(cut.shared[1]).toMatchObject({ spaceName: 'Aaron', level: 'read', path: ['0'] })
  const whole = await ada.call('space.list', {})
  expect([whole.more, whole.shared.length]).toEqual([undefined, limits.listItems])
})

test('a space is found by its name, also where the list was cut before it', async () => {
  const { ada, zoe, plan } = await openShared(limits.listItems)
  const subject = { kind: 'everyone' } as const
  await zoe.call('access.grant', { entry: plan.id, subject, level: 'read' })
  const { shared, more } = await ada.call('space.list', {})
  expect([more, shared.some(one => one.entry.id === plan.id)]).toEqual([true, false])
  const named = await ada.call('space.list', { name: 'zOE' })
  expect([named.spaces, named.shared.map(one => one.entry.id)]).toEqual([[], [plan.id]])
  expect(await findSpace(ada, 'Zoe')).toBe(plan.space)
  await expect(findSpace(ada, 'Nobody')).rejects.toMatchObject({ reason: 'not_found' })
  expect((await ada.call('space.list', { name: 'Ada' })).spaces).toHaveLength(1)
})
