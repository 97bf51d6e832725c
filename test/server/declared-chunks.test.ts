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

test('a stream that goes on behind the first chunks knows the others, and no chunk before them', () => {
  const chunks = declaredChunks()
  const [c, d] = refs('c', 'd').map((ref, i) => ({ ...ref, stored: i === 0 }))
  if (c && d) chunks.learn(2, [c, d], 4)
  chunks.hold(chunks.announce(4, refs('e')), [])
  const known = [0, 1, 2, 3, 4, 5].map(chunks.lookUp)
  const wanted = expect.objectContaining({ ref: { hash: 'd'.repeat(64), size: 1 } })
  expect(known).toEqual(['unread', 'unread', 'stored', wanted, 'stored', 'undeclared'])
})
