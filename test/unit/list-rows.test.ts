import type { LitElement } from 'lit'
import { describe, expect, test } from 'vitest'
import type { LiveFolder } from '../../client/core/api.ts'
import { LiveRows } from '../../client/web/files/live-rows.ts'
import { NameFilter } from '../../client/web/files/name-filter.ts'
import { placeOf } from '../../client/web/files/row-places.ts'
import { type Row, rowId } from '../../client/web/files/rows.ts'
import { anchorShift } from '../../client/web/files/scroll-anchor.ts'
import type { Entry } from '../../protocol/values.ts'

const entry = (name: string) => ({ id: name, name, kind: 'file' }) as Entry
const named = (count: number) => Array.from({ length: count }, (_, i) => entry(`file ${i}.txt`))

describe('placeOf', () => {
  const rows = named(10)

  test.each([0, 4, 9, 25])('finds a row from %i on, in either direction', near => {
    for (const [at, { id }] of rows.entries()) expect(placeOf(rows, id, near)).toBe(at)
  })

  test('answers -1 for a row that is not there, or too far away', () => {
    expect(placeOf(rows, 'gone', 3)).toBe(-1)
    expect(placeOf(rows, 'file 9.txt', 3, 5)).toBe(-1)
    expect(placeOf([], 'file 1.txt', 3)).toBe(-1)
  })
})

describe('anchorShift', () => {
  const before = named(100)
  const seen = { first: 40, last: 60, hovered: null }

  test('says how far the first row in view has moved', () => {
    expect(anchorShift(before, [entry('a'), entry('b'), ...before], seen)).toBe(2)
    expect(anchorShift(before, before.slice(3), seen)).toBe(-3)
    expect(anchorShift(before, [...before, entry('z')], seen)).toBe(0)
  })

  test('holds the row under the pointer, and the next one where that is gone', () => {
    const after = [...before.slice(0, 45), entry('new'), ...before.slice(45)]
    expect(anchorShift(before, after, { ...seen, hovered: 50 })).toBe(1)
    expect(anchorShift(before, after, seen)).toBe(0)
    expect(anchorShift(before, [...before.slice(0, 38), ...before.slice(42)], seen)).toBe(-4)
  })

  test('does not go after a row that was renamed', () => {
    const renamed = { ...before[45], name: 'zz', seq: 1_000 } as Entry
    const after = [...before.slice(0, 45), ...before.slice(46), renamed]
    expect(anchorShift(before, after, { ...seen, hovered: 45 })).toBe(-1)
    expect(anchorShift(before, after, { ...seen, hovered: 44 })).toBe(0)
  })
})

describe('NameFilter', () => {
  const find = (filter: NameFilter, entries: readonly Entry[], wanted: string) =>
    new Promise<string[]>(resolve =>
      filter.run(entries, wanted, found => resolve(found.map(({ name }) => name))),
    )

  test('finds names without case, narrows, and widens again', async () => {
    const filter = new NameFilter()
    const entries = ['Émile.txt', 'emil.txt', 'E\u0301milie.txt', 'other'].map(entry)
    expect(await find(filter, entries, 'ÉMIL')).toEqual(['Émile.txt', 'E\u0301milie.txt'])
    expect(await find(filter, entries, 'émile')).toEqual(['Émile.txt'])
    expect(await find(filter, entries, ' emil ')).toEqual(['emil.txt'])
    expect(await find(filter, entries, '')).toHaveLength(4)
  })

  test('finds all of a long folder, and an older search never after a newer one', async () => {
    const filter = new NameFilter()
    const entries = Array.from({ length: 300_000 }, (_, i) => entry(`fïle ${i}`))
    const told: number[] = []
    filter.run(entries, 'fïle', found => told.push(found.length))
    const older = told.length
    expect(await find(filter, entries, 'fïle 29999')).toHaveLength(11)
    expect(told).toHaveLength(older)
  })

  test('comes to its end in a long folder that changes all the time, and then to the latest', async () => {
    const filter = new NameFilter()
    let all = Array.from({ length: 200_000 }, (_, i) => entry(`photo ${i}`))
    const found: number[] = []
    for (let i = 0; i < 200 && found.length === 0; i++) {
      all = all.slice(1)
      filter.run(all, 'photo', kept => found.push(kept.length))
      await new Promise(resolve => setTimeout(resolve))
    }
    expect(found.length).toBeGreaterThan(0)
    await expect.poll(() => found.at(-1)).toBe(all.length)
  })
})

describe('LiveRows', () => {
  const host: Pick<LitElement, 'addController' | 'requestUpdate'> = { addController() {}, requestUpdate() {} }
  const folderOf = (entries: readonly Entry[]) => {
    let byId = new Map<string, Entry>()
    const folder = {
      folder: entries[0]?.id ?? '',
      entries,
      uploads: [],
      get: (id: string) => byId.get(id),
      become(now: readonly Entry[]) {
        folder.entries = now
        byId = new Map(now.map(entry => [entry.id, entry]))
      },
    }
    folder.become(entries)
    return folder
  }
  const photos = (folder: string) => Array.from({ length: 200_000 }, (_, i) => entry(`photo ${folder}${i}`))
  const building = () => {
    const live = new LiveRows(host as LitElement, () => 'me')
    const build = (folder: unknown) => {
      const shown = {
        order: { by: 'name', descending: false } as const,
        filter: 'photo',
        ownUploads: new Set<string>(),
      }
      return new Promise<readonly Row[]>(resolve =>
        live.build({ ...shown, folder: folder as LiveFolder }, () => resolve(live.rows)),
      )
    }
    return { live, build }
  }

  test('a long filtered folder never shows what went while it was looked through', async () => {
    const { build } = building()
    const folder = folderOf(photos('a'))
    const first = build(folder)
    const [gone] = folder.entries
    folder.become(folder.entries.slice(1))
    const last = build(folder)
    for (const rows of [await first, await last])
      expect(rows.some(row => rowId(row) === gone?.id)).toBe(false)
  })

  test('what was found in another folder is not shown in the next one', async () => {
    const { build } = building()
    const first = build(folderOf(photos('a')))
    const last = build(folderOf(photos('b')))
    for (const rows of [await first, await last]) expect(rows[0]?.name).toBe('photo b0')
  })
})
