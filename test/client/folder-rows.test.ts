import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { FolderOrder } from '../../client/core/api.ts'
import { compareRows, toRow } from '../../client/core/folder/entry-order.ts'
import { createFolderRows } from '../../client/core/folder/folder-rows.ts'
import type { Entry } from '../../protocol/values.ts'

type Made = { id: number; name: number; isFolder: boolean; size: number; modifiedAt: number }

const made = fc.record<Made>({
  id: fc.nat(40),
  name: fc.nat(9),
  isFolder: fc.boolean(),
  size: fc.constantFrom(0, 1, 2, 65_535, 65_536, 2 ** 32, 2 ** 50),
  modifiedAt: fc.constantFrom(-1, -65_536, 0, 1.5, 1_700_000_000_000, 1_700_000_000_001),
})
const order = fc.record<FolderOrder>({
  by: fc.constantFrom('name', 'size', 'modified'),
  descending: fc.boolean(),
})

const entry = ({ id, name, isFolder, size, modifiedAt }: Made): Entry => ({
  id: `entry-${String(id).padStart(16, '0')}`,
  space: 'space-space-space-spac',
  folder: null,
  kind: isFolder ? 'folder' : 'file',
  name: String(name),
  size,
  type: null,
  digest: null,
  version: null,
  modifiedAt,
  createdAt: 0,
  by: null,
  seq: 1,
})

it('has its entries in the chosen order after any changes, whenever it was chosen', () => {
  const step = fc.record({ put: fc.uniqueArray(made, { selector: ({ id }) => id, maxLength: 90 }), order })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.array(fc.nat(40)), (steps, gone) => {
      const rows = createFolderRows()
      const expected = new Map<string, Entry>()
      const shown: { list: readonly Entry[]; was: Entry[] }[] = []
      for (const { put, order: chosen } of steps) {
        const entries = put.map(entry)
        const removed = [...new Set(gone)]
          .map(id => entry({ id, name: 0, isFolder: false, size: 0, modifiedAt: 0 }).id)
          .filter(id => !entries.some(one => one.id === id))
        rows.apply(entries, removed)
        for (const id of removed) expected.delete(id)
        for (const one of entries) expected.set(one.id, one)
        for (const now of [rows.order, chosen]) {
          rows.setOrder(now)
          const sorted = [...expected.values()].map(toRow).sort(compareRows(now))
          expect(rows.entries).toEqual(sorted.map(row => row.entry))
          shown.push({ list: rows.entries, was: [...rows.entries] })
        }
      }
      for (const { list, was } of shown) expect(list).toEqual(was)
    }),
  )
})

it('looks once at each entry to sort by size or date, and at none to sort by name', () => {
  let looks = 0
  const counted = (id: number): Entry => {
    const { size, modifiedAt, ...rest } = entry({
      id,
      name: id,
      isFolder: false,
      size: id % 7,
      modifiedAt: id % 5,
    })
    return {
      ...rest,
      get size() {
        looks += 1
        return size
      },
      get modifiedAt() {
        looks += 1
        return modifiedAt
      },
    }
  }
  const looksOf = (by: FolderOrder['by'], descending: boolean) => {
    looks = 0
    rows.setOrder({ by, descending })
    return looks
  }
  const rows = createFolderRows()
  rows.apply(
    Array.from({ length: 1_000 }, (_, id) => counted(id)),
    [],
  )
  expect(looksOf('size', true)).toBe(1_000)
  expect(looksOf('modified', false)).toBe(1_000)
  expect(looksOf('name', true)).toBe(0)
})
