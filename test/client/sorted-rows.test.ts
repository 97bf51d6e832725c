import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareRows, type Row, toRow } from '../../client/core/folder/entry-order.ts'
import { applyEdits, findEdits, withEdits } from '../../client/core/folder/sorted-rows.ts'

const compare = compareRows({ by: 'name', descending: false })

const row = (id: number): Row =>
  toRow({
    id: `entry-${String(id).padStart(16, '0')}`,
    space: 'space-space-space-spac',
    folder: null,
    kind: id % 7 === 0 ? 'folder' : 'file',
    name: String(id % 50),
    size: 0,
    type: null,
    digest: null,
    version: null,
    modifiedAt: 0,
    createdAt: 0,
    by: null,
    seq: id,
  })

const ids = fc.uniqueArray(fc.nat(999), { maxLength: 300, size: 'max' })

it('edits a sorted list, few places or many, as if it were sorted anew', () => {
  fc.assert(
    fc.property(ids, ids, fc.nat(300), (before, after, keep) => {
      const rows = before.map(row).sort(compare)
      const removed = before.filter(id => after.includes(id)).slice(keep)
      const added = after.filter(id => !before.includes(id)).slice(0, keep)
      const removedRows = rows.filter(({ entry }) => removed.includes(entry.seq))
      const edits = findEdits(rows, removedRows, added.map(row).sort(compare), {
        rowOf: (one: Row) => one,
        compare,
      })
      const expected = [...before.filter(id => !removed.includes(id)), ...added].map(row).sort(compare)
      const names = applyEdits(
        rows.map(({ entry }) => entry.name),
        edits,
        ({ entry }) => entry.name,
      )
      expect(names).toEqual(expected.map(({ entry }) => entry.name))
      expect(withEdits(rows, edits, kept => kept)).toEqual(expected)
      expect(rows).toEqual(before.map(row).sort(compare))
      expect(applyEdits(rows, edits, kept => kept)).toEqual(expected)
    }),
  )
})
