import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { fileSource } from '../../client/node/file-source.ts'
import { limits } from '../../protocol/limits.ts'
import { randomFile as fileOnDisk, sha256OfFile } from '../support/files.ts'
import { sha256OfEntry } from '../support/hub-looks.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { meet, randomFile, startDirectSend } from '../support/meeting.ts'
import { type RawClient, rawClient, signedInClient as signedInRaw } from '../support/raw-client.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { bob, byRoom, bySlot, newId } from './rooms-rig.ts'

const MiB = 2 ** 20
/** Of one address: what a wrong code costs five times as much as one that is found. */
const guesses = 20
const guessers = 40
const addresses = 5
const signallers = 10

let hub: HubProcess
let directory: string
const flood = new AbortController()
const clients: RawClient[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-flood-'))
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_ROOM_GUESSES_PER_ADDRESS: String(guesses),
    WHERRY_TRUSTED_PROXIES: '127.0.0.1,::1',
  })
  await hub.start()
})
afterAll(async () => {
  flood.abort()
  for (const client of clients) client.close()
  await hub?.remove()
  await rm(directory, { recursive: true, force: true })
})

const socketUrl = () => `ws://127.0.0.1:${hub.port}/ws`

const guestFrom = async (address: string): Promise<RawClient> => {
  const client = await rawClient(socketUrl(), { headers: { 'x-forwarded-for': address } })
  clients.push(client)
  return client
}

/** What became of calls, by the reason they were refused for, or `ok`. */
type Tally = Map<string, number>
const count = (tally: Tally, what: string) => tally.set(what, (tally.get(what) ?? 0) + 1)

/** Makes a call again and again, so often a second, however late the answers come. */
const keepCalling = async (tally: Tally, aSecond: number, call: () => Promise<unknown>): Promise<void> => {
  const answers: Promise<unknown>[] = []
  while (!flood.signal.aborted) {
    const answer = call().then(
      () => 'ok',
      error => error.reason ?? 'closed',
    )
    answers.push(answer.then(what => count(tally, what)))
    await sleep(1000 / aSecond)
  }
  await Promise.all(answers)
}

const guess = async (address: string, tally: Tally): Promise<void> => {
  const client = await guestFrom(address)
  await keepCalling(tally, 20, () =>
    client.call('room.join', bySlot(1 + Math.floor(Math.random() * limits.slots))),
  )
}

/** Sits in a room of Eve's and says as much as it can. */
const signal = async (eve: RawClient, number: number, tally: Tally): Promise<void> => {
  const [client, room] = [await guestFrom(`203.0.113.${200 + number}`), newId()]
  await eve.call('room.create', { room })
  await client.call('room.join', byRoom(room))
  const envelope = 'e'.repeat(limits.envelopeChars)
  await keepCalling(tally, 4 * limits.signalsPerSecond, () => client.call('room.signal', { room, envelope }))
}

test('while 50 guests guess codes and signal all they can, others send, meet and upload', async () => {
  const { client, root } = await signedInClient(hub.url, administrator)
  await client.call('user.create', { ...bob, role: 'member', quotaBytes: null })
  const eve = await signedInRaw(socketUrl(), bob)
  clients.push(eve)
  const began = performance.now()
  const byAddress = Array.from({ length: addresses }, (): Tally => new Map())
  const signals: Tally = new Map()
  const flooding = [
    ...Array.from({ length: guessers }, (_, i) =>
      guess(`203.0.113.${i % addresses}`, byAddress[i % addresses] ?? new Map()),
    ),
    ...Array.from({ length: signallers }, (_, i) => signal(eve, i, signals)),
  ]
  // Until then a guess may find a code, which is what the limit is for.
  const isLimited = (tally: Tally) => (tally.get('too_many_requests') ?? 0) > 0
  while (!byAddress.every(isLimited)) await sleep(50)

  const file = randomFile('big.bin', 64 * MiB)
  const meeting = await meet(hub.url)
  const sending = startDirectSend(meeting, { files: [file] })
  const path = await fileOnDisk(join(directory, 'upload.bin'), 64 * MiB)
  const queue = createUploadQueue({ link: client })
  queue.add([{ source: fileSource(path), folder: root, path: [], name: 'upload.bin', onClash: 'fail' }])
  await queue.whenIdle()
  expect(await sending.ends).toEqual({ sender: 'done', receiver: 'done' })
  expect(Buffer.from(sending.store.files.get('big.bin') ?? []).equals(Buffer.from(file.bytes))).toBe(true)
  const [uploaded] = queue.items
  expect(await sha256OfEntry(client, hub.url, uploaded?.entry?.id ?? '')).toBe(await sha256OfFile(path))
  const second = await meet(hub.url)
  expect(second.rooms.sender.present || second.rooms.receiver.present).toBe(true)

  flood.abort()
  await Promise.all(flooding)
  const seconds = (performance.now() - began) / 1000
  for (const tally of byAddress) {
    expect((tally.get('not_found') ?? 0) + (tally.get('ok') ?? 0) / 5).toBeLessThanOrEqual(guesses)
    expect(tally.get('too_many_requests')).toBeGreaterThan(guesses)
  }
  expect(signals.get('ok')).toBeGreaterThan(0)
  expect(signals.get('ok')).toBeLessThanOrEqual(signallers * limits.signalsPerSecond * (seconds + 1))
  expect([...signals.keys()].toSorted()).toEqual(['ok', 'too_many_requests'])
  meeting.close()
  second.close()
  client.close()
})
