import { expect, test } from 'vitest'
import type { GrantCursor } from '../../protocol/values.ts'
import { placedGrantReads } from '../../storage/index/reads/placed-grants.ts'
import type { GrantPage } from '../../storage/storage.ts'
import { indexOfAda } from './index-of-ada.ts'
import { newId, person, withAda } from './open-temporary.ts'
import { openPlanned } from './query-plans.ts'

/** All pages of `limit`, and how many they were. */
const allOf = async (
  limit: number,
  page: (after: GrantCursor | null, limit: number) => Promise<GrantPage>,
) => {
  const grants: GrantPage['grants'] = []
  let pages = 0
  let after: GrantCursor | null = null
  do {
    const answer: GrantPage = await page(after, limit)
    expect(answer.grants.length).toBeLessThanOrEqual(limit)
    grants.push(...answer.grants)
    after = answer.next
    pages++
  } while (after !== null)
  return { pages, grants }
}

/** Ada shares `plans`, `plans/house` and `plans/house/roof`, and `beside`; Bob shares his whole space with Ada. */
const withShares = async () => {
  const { storage, ada, actor, root } = await withAda()
  const bob = await storage.users.create(actor, person('Bob'))
  const carol = await storage.users.create(actor, person('Carol'))
  const asBob = { user: bob.id, requestId: null }
  const [bobs] = await storage.spaces.visibleTo(bob.id)
  const folder = async (parent: string, name: string) =>
    (await storage.entries.createFolder(actor, parent, name, 'fail')).entry
  const plans = await folder(root, 'plans')
  const house = await folder(plans.id, 'house')
  const roof = await folder(house.id, 'roof')
  const beside = await folder(root, 'beside')
  const to = (user: string) => ({ kind: 'user' as const, user })
  await storage.access.grant(actor, plans.id, to(bob.id), 'admin')
  await storage.access.grant(asBob, house.id, to(carol.id), 'read')
  await storage.access.grant(actor, roof.id, { kind: 'everyone' }, 'write')
  await storage.access.grant(actor, roof.id, to(bob.id), 'delete')
  await storage.access.grant(actor, beside.id, to(carol.id), 'read')
  await storage.access.grant(asBob, bobs?.root ?? '', to(ada), 'read')
  return { storage, ada, bob, carol, root, plans, house, roof, beside }
}

const said = ({ grants }: { grants: GrantPage['grants'] }) =>
  grants
    .map(({ spaceName, path, subject, level, grantedBy }) =>
      [
        `${spaceName}:${path.join('/')}`,
        subject.kind === 'user' ? subject.user.name : subject.kind,
        level,
        `by ${grantedBy?.name}`,
      ].join(' '),
    )
    .sort()

test.each([1, 2, 100])('all grants below a folder, with their places in it, by pages of %i', async limit => {
  const { storage, plans, house, root, beside } = await withShares()
  const below = (folder: typeof plans) =>
    allOf(limit, (after, most) => storage.access.below(folder, after, most))
  const atHouse = await below(house)
  expect(said(atHouse)).toEqual([
    'Ada: Carol read by Bob',
    'Ada:roof Bob delete by Ada',
    'Ada:roof everyone write by Ada',
  ])
  expect(atHouse.pages).toBe(Math.ceil(5 / limit))
  expect(said(await below(plans))).toEqual([
    'Ada: Bob admin by Ada',
    'Ada:house Carol read by Bob',
    'Ada:house/roof Bob delete by Ada',
    'Ada:house/roof everyone write by Ada',
  ])
  expect(said(await below(beside))).toEqual(['Ada: Carol read by Ada'])
  const space = await storage.entries.get(root)
  expect((await below(space ?? beside)).grants).toHaveLength(5)
})

test.each([1, 100])('all that a user and everyone was given, in all spaces, by pages of %i', async limit => {
  const { storage, ada, bob, carol } = await withShares()
  const givenTo = async (user: string) =>
    said(await allOf(limit, (after, most) => storage.access.givenTo(user, after, most)))
  const toAll = 'Ada:plans/house/roof everyone write by Ada'
  expect(await givenTo(carol.id)).toEqual([
    'Ada:beside Carol read by Ada',
    'Ada:plans/house Carol read by Bob',
    toAll,
  ])
  expect(await givenTo(bob.id)).toEqual([
    'Ada:plans Bob admin by Ada',
    'Ada:plans/house/roof Bob delete by Ada',
    toAll,
  ])
  // In the own space nothing has to be given.
  expect(await givenTo(ada)).toEqual(['Bob: Ada read by Bob'])
})

test('a page of grants is read by the index of its space or its subject, and sorts nothing', async () => {
  const { db, steps } = openPlanned()
  const { user, root } = await indexOfAda(db, newId)
  const [space] = await db.selectFrom('spaces').select('id').execute()
  const cursor = { entry: root, subject: user }
  const stepsOf = async (read: Promise<GrantPage>) => {
    await read
    return steps.splice(0).filter(step => step.includes(' g ') || step.startsWith('USE TEMP'))
  }
  steps.length = 0
  const access = placedGrantReads(db)
  for (const after of [null, cursor]) {
    const [below, ...more] = await stepsOf(access.below({ id: root, space: space?.id ?? '' }, after, 10))
    expect(below).toMatch(/^SEARCH g USING INDEX grants_by_space \(space=\?/)
    const [given, ...others] = await stepsOf(access.givenTo(user, after, 10))
    expect(given).toMatch(/^SEARCH g USING INDEX grants_by_subject \(subject=\?/)
    expect([...more, ...others]).toEqual([])
  }
})
