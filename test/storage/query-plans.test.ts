import { expect, test } from 'vitest'
import type { OperationName } from '../../storage/index/operations.ts'
import { entryReads } from '../../storage/index/reads/entries.ts'
import { spaceReads } from '../../storage/index/reads/spaces.ts'
import type { Filling } from '../../storage/index/writes/copy-steps.ts'
import { indexOfAda } from './index-of-ada.ts'
import { emptyFiles, newId, person } from './open-temporary.ts'
import { openPlanned } from './query-plans.ts'

/** A step in which every row of a table is looked at, and the names of tables that are not in the index. */
const walk = /^(?:SCAN|SEARCH) (?<name>\w+)(?: USING (?:COVERING )?INDEX \w+)?(?: LEFT-JOIN)?$/
const madeByTheStatement = ['json_each', 'above', 'below', 'now', 'found']

const isWalk = (step: string): boolean => {
  const name = walk.exec(step)?.groups?.name
  return name !== undefined && !madeByTheStatement.includes(name)
}

/** Ada's folder `top` with a folder in it, and an empty folder `beside` it. */
const openWithFolders = async () => {
  const { db, steps } = openPlanned()
  const { run, user, root, folderIn } = await indexOfAda(db, newId)
  const [top, beside] = [await folderIn(root, 'top'), await folderIn(root, 'beside')]
  const inner = await folderIn(top, 'inner')
  const walks = async (op: OperationName, args: unknown) => {
    steps.length = 0
    await run(op, args)
    return steps.filter(isWalk)
  }
  return { db, run, steps, user, walks, root, top, beside, inner }
}

test('entries are moved and removed without a walk through all grants of the hub', async () => {
  const { walks, top, beside } = await openWithFolders()
  expect(await walks('entries.move', { entries: [top], folder: beside, onClash: 'fail' })).toEqual([])
  expect(await walks('entries.remove', { entries: [beside] })).toEqual([])
})

test('what was shared with everyone is read space by space, and sorted within one alone', async () => {
  const { db, steps, user } = await openWithFolders()
  steps.length = 0
  await spaceReads(db).sharedWith(user)
  const sorted = steps.filter(step => step.startsWith('USE TEMP B-TREE'))
  expect(new Set(sorted)).toEqual(new Set(['USE TEMP B-TREE FOR LAST TERM OF ORDER BY']))
  const grants = steps.filter(step => step.startsWith('SEARCH g USING COVERING'))
  expect(new Set(grants)).toEqual(
    new Set(['SEARCH g USING COVERING INDEX grants_by_space (space=? AND subject=?)']),
  )
})

test('what is over in sessions is looked for by its time', async () => {
  const { walks } = await openWithFolders()
  expect(await walks('sessions.prune', null)).toEqual([])
})

test('a damaged chunk is looked for by its hash, however many chunks unfinished uploads have', async () => {
  const { run, steps } = await openWithFolders()
  steps.length = 0
  await run('chunks.mark', { rows: [], damaged: true })
  expect(steps.filter(step => step.includes(' content_chunks '))).toEqual([
    'SEARCH content_chunks USING INDEX content_chunks_by_hash (hash=? AND content=?)',
  ])
})

test('the path of an entry is read at once, however deep it lies', async () => {
  const { db, steps, user, root, top, inner } = await openWithFolders()
  const stepsFor = async (entry: string) => {
    steps.length = 0
    const path = await entryReads(db).path(user, entry)
    return { names: path.map(({ name, level }) => [name, level]), steps: [...steps] }
  }
  const [shallow, deep] = [await stepsFor(root), await stepsFor(inner)]
  expect(deep.names).toEqual(['Ada', 'top', 'inner'].map(name => [name, 'admin']))
  expect(deep.steps).toEqual(shallow.steps)
  expect((await entryReads(db).path('nobody', top)).map(({ level }) => level)).toEqual([null, null])
})

test('a folder is copied without a walk through all entries of the hub', async () => {
  const { walks, top, beside } = await openWithFolders()
  expect(await walks('entries.copy', { entries: [top], folder: beside, onClash: 'fail' })).toEqual([])
})

test('a large folder is copied without a walk through all entries of the hub', async () => {
  const { run, walks, top, beside, inner } = await openWithFolders()
  await run('uploads.putMany', { folder: inner, files: emptyFiles(1_000) })
  const copying = { entries: [top], folder: beside, onClash: 'fail' }
  expect(await walks('entries.copy', copying)).toEqual([])
  const { staged, fillings } = await run<{ staged: string[]; fillings: Filling[] }>('copies.begin', copying)
  expect(await walks('copies.fill', { fillings })).toEqual([])
  expect(await walks('entries.copy', { ...copying, staged })).toEqual([])
  expect(await walks('copies.giveUp', { staged })).toEqual([])
})

test('reservations without a right are found without a walk through finished uploads, entries or grants', async () => {
  const { run, walks, inner } = await openWithFolders()
  const opening = { id: newId(), folder: inner, name: 'n', size: 7, modifiedAt: 0, onClash: 'fail' }
  const bob = await run<{ id: string }>('users.create', person('Bob'))
  await run('uploads.open', { user: bob.id, upload: opening, keptMs: 1_000 })
  expect(await walks('uploads.giveBack', { after: '' })).toEqual([])
})

test('what is left of large folders that were deleted is found without a walk through all entries', async () => {
  const { run, walks, top, inner } = await openWithFolders()
  await run('uploads.putMany', { folder: inner, files: emptyFiles(1_000) })
  expect(await walks('entries.remove', { entries: [top] })).toEqual([])
  for (let i = 0; i < 3; i++) expect(await walks('removals.sweep', null)).toEqual(['SCAN removals'])
})
