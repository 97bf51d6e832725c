import { emailKey } from '../../../protocol/names.ts'
import type { Person } from '../../../protocol/values.ts'
import { mostTrusted } from './pairing/trusted.ts'

/**
 * Whom a device belongs to, as this side knows it, so that nobody's device passes for somebody else's: to whom something is
 * sent by the address that was typed, from whom it comes by what the hub says.
 */
export const recipient = (email: string): string => `to ${emailKey(email)}`
export const origin = ({ id, name }: Person): string => `from ${id} ${name}`

/** The secrets of a person's devices with one more, the latest first: as many as a pairing tries. */
export const withDevice = (secrets: readonly string[], secret: string): string[] =>
  [secret, ...secrets.filter(one => one !== secret)].slice(0, mostTrusted)
