import { expect, test } from 'vitest'
import { createPace } from '../../client/core/upload/upload-pace.ts'

const KiB = 1024

const paced = () => {
  const link = { epoch: 1, bufferedBytes: 0 }
  const pace = createPace(link)
  /** How much the socket may hold before nothing more is put there. */
  const room = () => {
    let bytes = 0
    while (bytes < 64 * 1024 * KiB) {
      link.bufferedBytes = bytes + 1
      if (!pace.ready()) break
      bytes += KiB
    }
    link.bufferedBytes = 0
    return bytes
  }
  return { link, pace, room }
}

test('a connection begins with little, and with twice as much each time it has taken all', () => {
  const { pace, room } = paced()
  const rooms = Array.from({ length: 4 }, () => {
    pace.ready()
    const bytes = room()
    pace.sent()
    return bytes
  })
  expect(rooms).toEqual([64, 128, 256, 512].map(KiBs => KiBs * KiB))
})

test('an empty socket into which nothing was put says nothing, however many look', () => {
  const { pace, room } = paced()
  for (let i = 0; i < 7; i++) pace.ready()
  expect(room()).toBe(64 * KiB)
})

test('another connection begins with little again', () => {
  const { link, pace, room } = paced()
  for (let i = 0; i < 5; i++) {
    pace.ready()
    pace.sent()
  }
  link.epoch++
  pace.ready()
  expect(room()).toBe(64 * KiB)
})
