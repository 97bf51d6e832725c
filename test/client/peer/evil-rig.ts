import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect } from 'vitest'
import { directPaths } from '../../../client/core/peer/direct.ts'
import { decodePairing } from '../../../client/core/peer/pairing/pairing-messages.ts'
import { loadRtc, type Rtc } from '../../../client/node/peer/rtc/rtc.ts'
import { type Deeds, type EvilHub, evilHub } from '../../support/evil-hub.ts'
import { administrator, type HubProcess, hubProcess } from '../../support/hub-process.ts'
import {
  type DirectSend,
  type DirectSendOptions,
  type Meeting,
  meet,
  randomFile,
  startDirectSend,
} from '../../support/meeting.ts'

export const files = [randomFile('a photo.bin', 3 * 2 ** 20 + 7), randomFile('empty', 0)]

/** Sends through a real hub behind one that is told what evil to do, for the tests of one file. */
export const evilRig = () => {
  let hub: HubProcess
  let rtc: Rtc
  const evils: EvilHub[] = []
  const meetings: Meeting[] = []

  beforeAll(async () => {
    hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
    })
    await hub.start()
    const loaded = await loadRtc()
    if (!loaded) throw new Error('node-datachannel has no binary here')
    rtc = loaded
  })
  afterAll(async () => {
    for (const meeting of meetings) meeting.close()
    for (const evil of evils) await evil.close()
    await rtc?.close()
    await hub?.remove()
  })

  /** Two that are in one room; nobody has said anything yet. */
  const meetThere = async (deeds: Deeds = {}): Promise<{ evil: EvilHub; meeting: Meeting }> => {
    const evil = await evilHub(hub.url)
    evils.push(evil)
    const meeting = await meet(evil.url)
    meetings.push(meeting)
    evil.deeds = deeds
    return { evil, meeting }
  }

  return {
    meet: meetThere,
    /** Starts a send through a hub that does this. */
    async send(deeds: Deeds, options: Partial<DirectSendOptions> = {}) {
      const { evil, meeting } = await meetThere(deeds)
      const started = startDirectSend(meeting, { files, ...options })
      return { ...started, evil, meeting }
    },
    /** For sends that look for a direct way. */
    direct: () => ({ sender: directPaths(rtc.make), receiver: directPaths(rtc.make) }),
  }
}

/** Whatever was done: what is called finished is what was sent, byte for byte. */
export const expectNoWrongByte = ({ store }: DirectSend): void => {
  for (const { path, bytes } of files) {
    const got = store.files.get(path.join('/'))
    if (got) expect(Buffer.from(got).equals(Buffer.from(bytes))).toBe(true)
  }
}

export const expectWhole = async (started: DirectSend): Promise<void> => {
  expect(await started.ends).toEqual({ sender: 'done', receiver: 'done' })
  expect(started.store.files.size).toBe(files.length)
  expectNoWrongByte(started)
}

/** What tells a person that something is wrong, and how it may end for the other side, which may have had all before. */
const detections = ['not_authentic', 'wrong_code']
export const consequences = [...detections, 'peer_left', 'peer_away', 'done']

export const expectDetected = async (started: DirectSend): Promise<void> => {
  const ends = await started.ends
  const isDetected = detections.some(reason => reason === ends.sender || reason === ends.receiver)
  expect(isDetected, JSON.stringify(ends)).toBe(true)
  expect(consequences).toContain(ends.sender)
  expect(consequences).toContain(ends.receiver)
  expectNoWrongByte(started)
}

export const expectNothingLearned = ({ store, receiver }: DirectSend): void => {
  expect(receiver.status.offer).toBeNull()
  expect(store.opened).toBe(0)
}

export const flipBit = (bytes: Uint8Array, from = 0): Uint8Array<ArrayBuffer> => {
  const altered = Uint8Array.from(bytes)
  const at = randomInt(from, altered.length)
  altered[at] = (altered[at] ?? 0) ^ (1 << randomInt(8))
  return altered
}

export const isSealed = (envelope: string): boolean => decodePairing(envelope) === null
