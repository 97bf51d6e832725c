import { WherryError } from '../../../protocol/errors.ts'
import type { ChunkRef } from '../../../protocol/values.ts'
import type { KnownChunk } from './upload-binding.ts'
import type { Piece } from './upload-pieces.ts'

/**
 * `cut`: the hub does not know of it. `asked`: declared, no answer yet. `missing`: has to be sent. `sent`: not known to be
 * durable. `stored`: durable.
 */
type SlotState = 'cut' | 'asked' | 'missing' | 'sent' | 'stored'

type Slot = {
  ref: ChunkRef
  position: number
  state: SlotState
  piece: Piece | null
  mismatches: number
  /** What the hub has of it already. */
  begunBytes: number
  /** What it said to have of it since then. */
  comingBytes: number
  sentOnce: boolean
}

/** What an upload knows of its chunks. Pieces are kept in memory until their chunk was sent or is known to the hub. */
export type UploadLedger = ReturnType<typeof createLedger>

export const createLedger = () => {
  const slots: Slot[] = []
  /** Chunks that an earlier run declared: this file has to be cut the same. */
  let expected: readonly KnownChunk[] = []
  let declared = 0
  let toSend: number[] = []
  let nextToSend = 0
  let stored = 0
  let checkedBytes = 0
  let storedBytes = 0
  let reusedBytes = 0
  let comingBytes = 0
  let onceSentBytes = 0
  let isCut = false

  const drop = (slot: Slot) => {
    slot.piece?.release()
    slot.piece = null
  }

  const setComing = (slot: Slot, bytes: number) => {
    comingBytes += bytes - slot.comingBytes
    slot.comingBytes = bytes
  }

  const setStored = (slot: Slot) => {
    if (slot.state === 'stored') return
    setComing(slot, 0)
    slot.state = 'stored'
    stored++
    storedBytes += slot.ref.size
    if (!slot.sentOnce) reusedBytes += slot.ref.size
    drop(slot)
  }

  const at = (index: number): Slot => {
    const slot = slots[index]
    if (!slot) throw new WherryError('conflict', 'The hub named a chunk that was not declared.')
    return slot
  }

  const setMissing = (index: number) => {
    at(index).state = 'missing'
    toSend.push(index)
  }

  const expectSame = (index: number, ref: ChunkRef) => {
    const other = expected[index]
    if (other && (other.hash !== ref.hash || other.size !== ref.size))
      throw new WherryError('conflict', 'This is not the file whose upload was begun.', { otherFile: true })
  }

  return {
    slot: at,
    get chunks(): number {
      return slots.length
    },
    get progress() {
      return { checkedBytes, storedBytes, reusedBytes, comingBytes }
    },
    get isCut(): boolean {
      return isCut
    },
    /** Nothing more to send, unless a connection breaks: the rest is the hub's to do. */
    get isSent(): boolean {
      return isCut && onceSentBytes + reusedBytes >= checkedBytes
    },
    get isStored(): boolean {
      return isCut && stored === slots.length
    },
    refs: (): ChunkRef[] => slots.map(slot => slot.ref),
    add(ref: ChunkRef, piece: Piece | null): void {
      expectSame(slots.length, ref)
      const nothingSent = { mismatches: 0, begunBytes: 0, comingBytes: 0, sentOnce: false }
      slots.push({ ref, position: checkedBytes, state: 'cut', piece, ...nothingSent })
      checkedBytes += ref.size
    },
    cutDone(): void {
      isCut = true
      if (expected.length > slots.length)
        throw new WherryError('conflict', 'This is not the file whose upload was begun.', { otherFile: true })
    },
    /** Bytes of the chunks that wait to be declared. */
    get undeclaredBytes(): number {
      return checkedBytes - (slots[declared]?.position ?? checkedBytes)
    },
    /** How many chunks wait to be sent. */
    get unsent(): number {
      return toSend.length - nextToSend
    },
    /** The next chunks to declare, which count as asked from now on. */
    nextBatch(most: number): { from: number; chunks: ChunkRef[] } {
      const from = declared
      declared = Math.min(slots.length, from + most)
      const batch = slots.slice(from, declared)
      for (const slot of batch) if (slot.state === 'cut') slot.state = 'asked'
      return { from, chunks: batch.map(slot => slot.ref) }
    },
    answered(from: number, count: number, missing: readonly number[]): void {
      const needed = new Set(missing)
      for (let index = from; index < from + count; index++) {
        const slot = at(index)
        if (slot.state !== 'asked') continue
        if (needed.has(index)) setMissing(index)
        else setStored(slot)
      }
    },
    /** The next chunk to send; it counts as sent from now on. */
    takeMissing(): number | null {
      while (nextToSend < toSend.length) {
        const index = toSend[nextToSend++] ?? -1
        if (nextToSend > 1024) {
          toSend = toSend.slice(nextToSend)
          nextToSend = 0
        }
        const slot = at(index)
        if (slot.state !== 'missing') continue
        slot.state = 'sent'
        return index
      }
      return null
    },
    sent(index: number): void {
      const slot = at(index)
      if (!slot.sentOnce) onceSentBytes += slot.ref.size
      slot.sentOnce = true
      drop(slot)
    },
    arrived(index: number, bytes: number): void {
      const slot = at(index)
      if (slot.state === 'sent') setComing(slot, Math.min(bytes, slot.ref.size))
    },
    stored(indexes: readonly number[]): void {
      for (const index of indexes) setStored(at(index))
    },
    /** The bytes did not match, or the hub forgot what it had of it: answers whether another try makes sense. */
    refused(index: number): boolean {
      const slot = at(index)
      if (slot.begunBytes === 0) slot.mismatches++
      slot.begunBytes = 0
      if (slot.state === 'sent') {
        setComing(slot, 0)
        setMissing(index)
      }
      return slot.mismatches < 3
    },
    /** The chunks from the first one on that the hub said to have: it loses none of them by itself. */
    firstStored(): KnownChunk[] {
      const known: KnownChunk[] = []
      for (;;) {
        const slot = slots[known.length]
        const ofHub = expected[known.length]
        const ref = slot?.state === 'stored' ? slot.ref : ofHub?.stored && ofHub
        if (!ref) return known
        known.push({ hash: ref.hash, size: ref.size, stored: true })
      }
    },
    /** What is known so far of an earlier run. */
    expect(known: readonly KnownChunk[]): void {
      expected = known
    },
    /** A new stream: what the hub said of the declared chunks is all that is known. */
    rebound(known: readonly KnownChunk[]): void {
      expected = known
      toSend = []
      nextToSend = 0
      declared = Math.min(known.length, slots.length)
      for (const [index, slot] of slots.entries()) {
        const ofHub = known[index]
        if (ofHub) expectSame(index, slot.ref)
        slot.begunBytes = ofHub?.begunBytes ?? 0
        if (ofHub?.stored) setStored(slot)
        else if (slot.state === 'stored') {
          stored--
          storedBytes -= slot.ref.size
          slot.state = 'cut'
        }
        if (slot.state !== 'stored') {
          setComing(slot, slot.begunBytes)
          slot.state = 'cut'
          if (ofHub) setMissing(index)
        }
      }
    },
    /** The upload waits for long: its memory is freed, bytes are read again when they are needed. */
    dropPieces(): void {
      for (const slot of slots) if (slot.piece) drop(slot)
    },
  }
}
