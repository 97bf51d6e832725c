import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from '../../protocol/values.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import type { Storage } from '../../storage/storage.ts'
import { bytesOf, temporaryDirectory, upload, withAda } from './open-temporary.ts'

/** A client's picture of one folder: pages first, then changes, applied only where they are newer. */
const openFolder = async (storage: Storage, folder: string) => {
  const rows = new Map<string, Entry>()
  const page = await storage.entries.list(folder, {
    order: 'name',
    descending: false,
    after: null,
    limit: 1000,
  })
  for (const entry of page.entries) rows.set(entry.id, entry)
  let cursor = page.seq
  const catchUp = async (): Promise<void> => {
    for (let more = true; more; ) {
      const answer = await storage.changes.ofFolder(folder, cursor, 2)
      expect(answer.reset).toBe(false)
      for (const change of answer.changes) {
        const known = rows.get(change.kind === 'put' ? change.entry.id : change.id)
        if (known !== undefined && known.seq > change.seq) continue
        if (change.kind === 'put') rows.set(change.entry.id, change.entry)
        else rows.delete(change.id)
      }
      cursor = answer.seq
      more = answer.more
    }
  }
  return { rows, catchUp }
}

const step = fc.record({
  kind: fc.constantFrom('create', 'rename', 'move', 'copy', 'remove', 'put', 'replace'),
  pick: fc.nat(20),
  into: fc.nat(2),
  name: fc.constantFrom('a', 'B', 'c'),
  look: fc.boolean(),
})

test('a client that applies pages and changes has what the table has, whatever happened', async () => {
  const directory = temporaryDirectory()
  const { storage, ada, actor, root } = await withAda(null, { directory })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async steps => {
      const { entry: base } = await storage.entries.createFolder(actor, root, `run ${run++}`, 'fail')
      const folders = [base.id]
      for (const name of ['one', 'two'])
        folders.push((await storage.entries.createFolder(actor, base.id, name, 'fail')).entry.id)
      const views = await Promise.all(folders.map(folder => openFolder(storage, folder)))
      for (const { kind, pick, into, name, look } of steps) {
        const folder = folders[into] ?? base.id
        const all = views.flatMap(view => [...view.rows.keys()]).filter(id => !folders.includes(id))
        const id = all[pick % Math.max(1, all.length)] ?? ''
        const work = {
          create: () => storage.entries.createFolder(actor, folder, name, 'keepBoth'),
          rename: () => storage.entries.rename(actor, id, name),
          move: () => storage.entries.move(actor, [id], folder, 'keepBoth'),
          copy: () => storage.entries.copy(actor, [id], folder, 'keepBoth'),
          remove: () => storage.entries.remove(actor, [id]),
          put: () => upload(storage, ada, folder, name, [bytesOf(`${name}${pick}`)], 'keepBoth'),
          replace: () => upload(storage, ada, folder, name, [bytesOf(`${name}${pick}`)], 'replace'),
        }[kind]
        await work().catch((error: { reason?: string }) =>
          expect(['not_found', 'name_taken', 'invalid_move']).toContain(error.reason),
        )
        if (look) for (const view of views) await view.catchUp()
      }
      for (const [i, view] of views.entries()) {
        await view.catchUp()
        const now = await openFolder(storage, folders[i] ?? '')
        expect(new Map([...view.rows].sort())).toEqual(new Map([...now.rows].sort()))
      }
    }),
    { numRuns: 25, endOnFailure: true },
  )
  expect(await checkDirectory(directory)).toEqual([])
}, 60_000)

test('the history of a space has every number once, in order, and rings before promises resolve', async () => {
  const { storage, actor, root, space } = await withAda()
  const order: string[] = []
  storage.onCommit(commit => order.push(`commit ${commit.seqs.get(space)}`))
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      await storage.entries.createFolder(actor, root, `f${i}`, 'fail')
      if (i === 199) order.push('done')
    }),
  )
  expect(order.at(-1)).toBe('done')
  expect(order.at(-2)).toBe('commit 200')
  expect(order.length).toBeLessThan(20)
  const changes = await storage.changes.ofSpace(space, 0, 1000)
  expect(changes.map(({ change }) => change.seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
  expect(await storage.changes.ofSpace(space, 150, 10)).toHaveLength(10)
  expect(await storage.changes.ofFolder(root, 201, 10)).toMatchObject({ reset: true, seq: 200 })
})
