import { isForeignToTexts } from '../../../protocol/text-characters.ts'

/** `isGuess`: nothing in the bytes says that this is how they are meant. */
export type DecodedText = { text: string; isGuess: boolean }

const marks: readonly [encoding: string, mark: readonly number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

const markedEncoding = (bytes: Uint8Array): string | undefined =>
  marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0]

/** Whether most of what is not ASCII is UTF-8: a long text may be broken in one place. */
const isMostlyUtf8 = (text: string): boolean => {
  const whole = text.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0
  const broken = text.match(/\ufffd/g)?.length ?? 0
  return whole > broken
}

/** By their byte order mark, or as UTF-8; what is neither is taken for windows-1252. Bytes of a beginning may end within a character. */
export const decodeText = (buffer: ArrayBuffer, isWhole: boolean): DecodedText => {
  const bytes = new Uint8Array(buffer)
  const decode = (encoding: string, fatal: boolean) =>
    new TextDecoder(encoding, { fatal }).decode(bytes, { stream: !isWhole })
  const marked = markedEncoding(bytes)
  if (marked !== undefined) return { text: decode(marked, false), isGuess: false }
  try {
    return { text: decode('utf-8', true), isGuess: false }
  } catch {
    const text = decode('utf-8', false)
    return { text: isMostlyUtf8(text) ? text : decode('windows-1252', false), isGuess: true }
  }
}

export const isReadable = (text: string): boolean =>
  ![...text].some(character => isForeignToTexts(character.charCodeAt(0)))
