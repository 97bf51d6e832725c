import { expect, onTestFinished, test } from 'vitest'
import { findSpace } from '../../client/node/cli/remote-path.ts'
import { limits } from '../../protocol/limits.ts'
import { newId, person } from '../storage/open-temporary.ts'
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

test('a space holds as many entries as WHERRY_MAX_SPACE_ENTRIES says, also where an upload would be one more', async () => {
  const hub = await temporaryHub({ WHERRY_MAX_SPACE_ENTRIES: '1' })
  onTestFinished(() => hub.remove())
  const { client, root } = await signedInClient(`http://127.0.0.1:${hub.port}`, administrator)
  onTestFinished(() => client.close())
  const folder = { folder: root, name: 'one', onClash: 'fail' } as const
  const { entry } = await client.call('folder.create', folder)
  const words = 'A space of this hub holds 1 files and folders, not more.'
  const refused = { reason: 'quota_exceeded', message: words }
  await expect(client.call('folder.create', { ...folder, name: 'two' })).rejects.toMatchObject(refused)
  const upload = {
    upload: newId(),
    stream: 1,
    folder: root,
    name: 'two',
    size: 1,
    modifiedAt: 0,
    onClash: 'fail',
  } as const
  await expect(client.call('upload.open', upload)).rejects.toMatchObject(refused)
  await client.call('entry.delete', { entries: [entry.id] })
  await client.call('upload.open', upload)
})
