import { type PeerMessage, peerLimits } from '../../../../protocol/peer.ts'
import { createBell } from '../../bell.ts'
import type { Incoming, IncomingFile } from './incoming.ts'

/** Opened and wanted ahead of what arrives: enough for small files to follow each other without a round trip. */
const mostFiles = 256
const mostBytes = 64 * 1024 * 1024
/** However large. */
const leastFiles = 2
/** Asked for in one message. */
const filesAtOnce = 32

const haveMessages = function* ({ index, hashes }: IncomingFile): Generator<PeerMessage> {
  let page: string[] = []
  let from = 0
  for (const chunk of [...hashes.keys()].sort((a, b) => a - b)) {
    if (page.length > 0 && (chunk !== from + page.length || page.length === peerLimits.hashesPage)) {
      yield { kind: 'have', file: index, from, hashes: page }
      page = []
    }
    if (page.length === 0) from = chunk
    page.push(hashes.get(chunk) ?? '')
  }
  if (page.length > 0) yield { kind: 'have', file: index, from, hashes: page }
}

/** Opens the files of an offer in order, says what is there of them, and asks for the rest. */
export const createWants = (
  incoming: Incoming,
  files: number,
  {
    tell,
    opened,
  }: {
    tell(message: PeerMessage): Promise<void>
    /** One file was opened, or is done by being opened. */
    opened(file: IncomingFile | null): void
  },
) => {
  const bell = createBell()
  const bytesOf = new Map<number, number>()
  let bytes = 0
  let asked: number[] = []
  let isStopped = false

  const hasRoom = () => bytesOf.size < leastFiles || (bytesOf.size < mostFiles && bytes < mostBytes)

  const ask = async () => {
    if (asked.length === 0) return
    const wanted = asked
    asked = []
    await tell({ kind: 'want', files: wanted })
  }

  const want = async (file: IncomingFile) => {
    bytesOf.set(file.index, file.missingBytes)
    bytes += file.missingBytes
    for (const message of haveMessages(file)) await tell(message)
    asked.push(file.index)
    if (asked.length >= filesAtOnce) await ask()
  }

  return {
    /** Rejects with what the store says; the file is told by `index`. */
    async run(failed: (error: unknown, index: number) => void): Promise<void> {
      for (let index = 0; index < files && !isStopped; index++) {
        while (!hasRoom() && !isStopped) {
          await ask()
          if (!hasRoom()) await bell.rung()
        }
        try {
          const file = await incoming.open(index)
          if (isStopped) return
          if (file) await want(file)
          opened(file)
        } catch (error) {
          return failed(error, index)
        }
      }
      if (!isStopped) await ask()
    },
    isWanted: (index: number): boolean => bytesOf.has(index),
    done(index: number): void {
      bytes -= bytesOf.get(index) ?? 0
      bytesOf.delete(index)
      bell.ring()
    },
    stop(): void {
      isStopped = true
      bell.ring()
    },
  }
}
