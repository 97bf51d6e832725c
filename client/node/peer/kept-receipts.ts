import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { id } from '../../../protocol/values.ts'
import type { Invitation } from '../../core/peer/pairing/code.ts'
import { configDirectory } from '../current-hub.ts'
import { keptComparison } from './kept-comparison.ts'
import { type KeptFile, openKept, readKept } from './kept-file.ts'
import { keptMs } from './old-files.ts'

const keptReceipt = v.object({
  hub: v.string(),
  room: id,
  again: v.string(),
  transfer: v.nullable(id),
  /** Of what was accepted; null before, and from earlier versions. */
  digest: v.optional(v.nullable(v.string()), null),
  /** The folder that it goes into. */
  target: v.string(),
  /** Digest of the code or link, which somebody may enter again; empty for what a person of the hub offered. */
  invitation: v.string(),
  /** Who offered it, as trusted-people.ts names people; null by code or link. */
  person: v.optional(v.nullable(v.string()), null),
  comparison: keptComparison,
  /** Milliseconds since 1970. */
  keptAt: v.number(),
})

export type KeptReceipt = v.InferOutput<typeof keptReceipt>

const directory = (): string => join(configDirectory(), 'receipts')

export const invitationDigest = ({ slot, via, secret }: Invitation): string =>
  createHash('sha256').update(`${slot}-${via}-${secret}`).digest('hex')

/** Nothing, while another process continues it. */
const forgetReceipt = async ({ room }: KeptReceipt): Promise<void> => {
  const kept = await openKeptReceipt(room)
  await kept?.remove()
  await kept?.release()
}

/** All is received: forgets what was begun of the same send in other rooms, by an earlier code. */
export const forgetSameReceipts = async (target: string, transfer: string): Promise<void> => {
  for (const one of await listKeptReceipts(target)) if (one.transfer === transfer) await forgetReceipt(one)
}

/** Receipts that were interrupted, the latest first. */
export const listKeptReceipts = async (target: string): Promise<KeptReceipt[]> => {
  const names = await readdir(directory()).catch(() => [])
  const files = names.filter(name => name.endsWith('.json'))
  const kept = await Promise.all(files.map(name => readKept(join(directory(), name), keptReceipt)))
  const isOld = ({ keptAt }: KeptReceipt) => Date.now() - keptAt >= keptMs
  const known = kept.filter(one => one !== null)
  for (const one of known.filter(isOld)) await forgetReceipt(one)
  return known.filter(one => one.target === target && !isOld(one)).sort((a, b) => b.keptAt - a.keptAt)
}

/** Null while another process continues it. */
export const openKeptReceipt = (room: string): Promise<KeptFile<KeptReceipt> | null> =>
  openKept(join(directory(), `${room}.json`), keptReceipt)
