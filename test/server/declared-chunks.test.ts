import { expect, test } from 'vitest'
import { WherryError } from '../../protocol/errors.ts'
import { declaredChunks } from '../../server/transfers/declared-chunks.ts'

const refs = (...letters: string[]) => letters.map(letter => ({ hash: letter.repeat(64), size: 1 }))

test('a chunk that two declarations name is wanted by the one that holds, also where the first one failed', () => {
  const chunks = declaredChunks()
  const first = chunks.announce(0, refs('a', 'b'))
  const second = chunks.announce(0, refs('c', 'd'))
  chunks.fail(first, new WherryError('conflict'))
  chunks.hold(second, [0, 1])
  expect(chunks.lookUp(0)).toMatchObject({ ref: { hash: 'c'.repeat(64) } })
  expect(chunks.lookUp(1)).toMatchObject({ ref: { hash: 'd'.repeat(64) } })
})
