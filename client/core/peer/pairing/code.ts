import { WherryError } from '../../../../protocol/errors.ts'
import { limits } from '../../../../protocol/limits.ts'
import { newId } from '../../new-id.ts'
import type { Secret } from '../api.ts'
import { drawBelow, isWord, loadWords } from './words.ts'

/** What leads a receiver to the sender: the slot for the hub, the secret for the other side alone. */
export type Invitation = {
  slot: number
  via: 'code' | 'link'
  secret: string
  /** Address of the hub, where a link names it. */
  hub: string | null
}

/** What of an invitation cannot be read: its whole form, its number, or a word. */
type InvitationFault = 'form' | 'slot' | 'word'

/** Two words for a code and 128 random bits for a link. */
export const drawSecrets = async (): Promise<Secret[]> => {
  const words = await loadWords()
  const draw = () => words[drawBelow(words.length)] ?? ''
  return [
    { via: 'code', secret: `${draw()}-${draw()}` },
    { via: 'link', secret: newId() },
  ]
}

const secretOf = (secrets: readonly Secret[], via: Secret['via']): string =>
  secrets.find(secret => secret.via === via)?.secret ?? ''

/** As a person reads it aloud: `7-copper-violin`. */
export const codeText = (slot: number, secrets: readonly Secret[]): string =>
  `${slot}-${secretOf(secrets, 'code')}`

/** For a QR code or a message. The secret is in the fragment, which a browser sends to nobody. */
export const linkText = (hub: string, slot: number, secrets: readonly Secret[]): string =>
  `${hub.replace(/\/+$/, '')}/go#${slot}-${secretOf(secrets, 'link')}`

const fault = (fault: InvitationFault, message: string, word?: string) =>
  new WherryError('invalid_params', message, word === undefined ? { fault } : { fault, word })

const slotOf = (digits: string): number => {
  const slot = Number(digits)
  if (slot >= 1 && slot <= limits.slots) return slot
  throw fault('slot', `A code begins with a number from 1 to ${limits.slots}.`)
}

/** Address, slot and secret; what a messenger put behind the secret, such as a full stop, is left out. */
const linkForm = /^(?:.*?(https?:\/\/\S*?)\/go\/?)?[^\s#]*#(\d{1,6})-([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/s

/** Whether a text is meant to be a link, well formed or not: a code has no `#`. */
export const isLinkLike = (text: string): boolean => text.includes('#')

/** Reads a link, or what follows its path alone: `#7-...`. Throws `invalid_params` with the fault. */
export const parseLink = (text: string): Invitation => {
  const [, hub, digits = '', secret = ''] = linkForm.exec(text.trim()) ?? []
  if (!secret) throw fault('form', 'This link is not complete. Copy all of it, or ask for a new one.')
  return { slot: slotOf(digits), via: 'link', secret, hub: hub ?? null }
}

/**
 * Reads a code as people type it: any case, any punctuation, spaces. `words` are those of loadWords(): a word that is none of
 * them is found here, before it costs the one guess. Throws `invalid_params` with the fault and the word.
 */
export const parseCode = (text: string, words: readonly string[]): Invitation => {
  const parts =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? []
  const [digits = '', first, second] = parts
  if (parts.length !== 3 || !/^\d+$/.test(digits) || !first || !second)
    throw fault('form', 'A code is a number and two words, such as 7-copper-violin.')
  const slot = slotOf(digits)
  for (const word of [first, second])
    if (!isWord(words, word))
      throw fault('word', `No code has the word “${word}”. Check how it is spelt.`, word)
  return { slot, via: 'code', secret: `${first}-${second}`, hub: null }
}

/** Reads a code or a link, whatever somebody pasted. */
export const parseInvitation = async (text: string): Promise<Invitation> =>
  isLinkLike(text) ? parseLink(text) : parseCode(text, await loadWords())
