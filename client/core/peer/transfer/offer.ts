import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../../../../protocol/digest.ts'
import { WherryError } from '../../../../protocol/errors.ts'
import { limits } from '../../../../protocol/limits.ts'
import { nameKey, nameProblem, numberedName } from '../../../../protocol/names.ts'
import { type PeerMessage, peerLimits } from '../../../../protocol/peer.ts'
import type { PeerFile, PeerOffer, PeerSource } from '../api.ts'

const encoder = new TextEncoder()

/** What a person is shown of a file: nothing of a folder's date, which browsers do not know. */
const shownOf = (file: PeerFile) => ({ ...toMessage(file), ...(file.kind === 'folder' && { modifiedAt: 0 }) })

const contentOf = ({ transfer, text, files }: PeerOffer): string =>
  JSON.stringify([transfer, text, files.map(shownOf)])

/** SHA-256 (hexadecimal) of what a person saw of the offer when it was accepted, but for who sends it. */
export const offerDigest = (offer: PeerOffer): string => bytesToHex(sha256(encoder.encode(contentOf(offer))))

/** A person sees the same in both. */
export const isSameOffer = (a: PeerOffer, b: PeerOffer): boolean =>
  JSON.stringify(a.from) === JSON.stringify(b.from) && contentOf(a) === contentOf(b)

/** A name that every side takes: the one place where names of this device are made fit for another. */
export const safeName = (name: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  let safe = name.toWellFormed().replace(/[\u0000-\u001f\u007f/\\]/g, '_')
  while (encoder.encode(safe).length > limits.nameBytes) safe = [...safe].slice(0, -1).join('')
  return nameProblem(safe) === null ? safe : '_'
}

/**
 * Names that are taken, by folder: folders of the same name are one, files are not. Answers whether the path was free, or
 * which of its names to change.
 */
const createTaken = () => {
  const kinds = new Map<string, PeerFile['kind']>()
  return (path: readonly string[], kind: PeerFile['kind']): 'free' | 'first' | 'last' => {
    const folders = path.slice(1).map((_, i) => keyOf(path.slice(0, i + 1)))
    if (folders.some(folder => kinds.get(folder) === 'file')) return 'first'
    const key = keyOf(path)
    const there = kinds.get(key)
    if (there !== undefined && (there === 'file' || kind === 'file')) return 'last'
    for (const folder of folders) kinds.set(folder, 'folder')
    kinds.set(key, kind)
    return 'free'
  }
}

const keyOf = (path: readonly string[]): string => path.map(nameKey).join('/')

/** `report (2).pdf` for the second file of that name, `photos (2)/...` for a folder that is named as a file is. */
const freePath = (file: PeerFile, take: ReturnType<typeof createTaken>): string[] => {
  const names = file.path.map(safeName)
  const path = [...names]
  for (let n = 2; ; n++) {
    const change = take(path, file.kind)
    if (change === 'free') return path
    const at = change === 'first' ? 0 : path.length - 1
    path[at] = numberedName(names[at] ?? '_', n)
  }
}

/** Paths under which sources are offered, in their order: fit for every device, and each once. */
export const offeredPaths = (sources: readonly PeerSource[]): string[][] => {
  const take = createTaken()
  return sources.map(({ file }) => freePath(file, take))
}

/** What is offered of these sources, in their order. Throws `too_large` for more than one send can hold. */
export const makeOffer = (
  sources: readonly PeerSource[],
  { transfer, from, text }: { transfer: string; from: string; text: string | null },
): PeerOffer => {
  if (sources.length > peerLimits.files)
    throw new WherryError('too_large', `A send can have at most ${peerLimits.files} files.`)
  if (text !== null && text.length > peerLimits.textChars)
    throw new WherryError(
      'too_large',
      `The text has more than ${peerLimits.textChars} characters: send it as a file.`,
    )
  const paths = offeredPaths(sources)
  const files = sources.map(({ file }, i) => ({
    path: paths[i] ?? [],
    kind: file.kind,
    size: file.kind === 'folder' ? 0 : file.size,
    modifiedAt: Math.trunc(file.modifiedAt),
  }))
  return { transfer, from: from.slice(0, peerLimits.fromChars), text, files }
}

/** Files in one message: their paths stay well below its limit. */
const pageBytes = 256 * 1024

export const offerMessages = function* ({ files, ...offer }: PeerOffer): Generator<PeerMessage> {
  yield { kind: 'offer', ...offer, files: files.length }
  let page: PeerFile[] = []
  let bytes = 0
  for (const file of files) {
    const own = 3 * file.path.join('/').length
    if (page.length > 0 && (bytes + own > pageBytes || page.length === peerLimits.filesPage)) {
      yield { kind: 'files', files: page.map(toMessage) }
      page = []
      bytes = 0
    }
    page.push(file)
    bytes += own
  }
  if (page.length > 0) yield { kind: 'files', files: page.map(toMessage) }
}

const toMessage = (file: PeerFile) => ({ ...file, path: [...file.path] })

/** Puts an offer together from its messages. Throws `invalid_message` for one that no honest side makes. */
export const createOfferReader = () => {
  const take = createTaken()
  const files: PeerFile[] = []
  let head: Extract<PeerMessage, { kind: 'offer' }> | null = null
  let pathBytes = 0
  let bytes = 0

  const check = (file: PeerFile) => {
    pathBytes += 3 * file.path.reduce((sum, name) => sum + name.length, 0)
    const isTooMuch = pathBytes > peerLimits.pathBytes
    if (isTooMuch || (file.kind === 'folder' && file.size > 0) || take(file.path, file.kind) !== 'free')
      throw new WherryError('invalid_message')
    bytes += file.size
  }

  return {
    /** The offer once it is whole. */
    add(message: Extract<PeerMessage, { kind: 'offer' | 'files' }>): PeerOffer | null {
      if ((message.kind === 'offer') !== (head === null)) throw new WherryError('invalid_message')
      if (message.kind === 'offer') head = message
      else {
        for (const file of message.files) check(file)
        files.push(...message.files)
      }
      if (!head || files.length > head.files) throw new WherryError('invalid_message')
      const { transfer, from, text } = head
      if (!Number.isSafeInteger(bytes)) throw new WherryError('invalid_message')
      return files.length === head.files ? { transfer, from, text, files } : null
    },
  }
}
