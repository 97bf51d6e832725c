import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { id } from '../../../protocol/values.ts'
import type { PeerSource, Secret } from '../../core/peer/api.ts'
import { configDirectory } from '../current-hub.ts'
import { keptComparison } from './kept-comparison.ts'
import { type KeptFile, openKept } from './kept-file.ts'
import { oldFiles } from './old-files.ts'

const secrets: v.GenericSchema<unknown, Secret[]> = v.array(
  v.object({ via: v.picklist(['code', 'link', 'again']), secret: v.string() }),
)

const keptSend = v.object({
  /** What was sent, as it was then. */
  snapshot: v.string(),
  /** Names what the receiver has of it; null before somebody came. */
  transfer: v.nullable(id),
  /** Null when that room is over: then another one continues the transfer. */
  room: v.nullable(
    v.object({
      id,
      secrets,
      comparison: keptComparison,
      /** Somebody came, so that the one guess at its words may have been answered. */
      isMet: v.optional(v.boolean(), true),
    }),
  ),
})

export type KeptSend = v.InferOutput<typeof keptSend>

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** Changes when a file of it changes, comes or goes. */
export const snapshotOf = (sources: readonly PeerSource[]): string => digest(sources.map(({ file }) => file))

/** What nobody continued for so long that the other side forgot it; not what a running command has. */
const forgetOld = async (directory: string): Promise<void> => {
  for (const path of await oldFiles(directory, '.json')) {
    const kept = await openKept(path, keptSend)
    await kept?.remove()
    await kept?.release()
  }
}

/**
 * What an earlier run of the same command kept. The same files may be sent to several people at once: each running command
 * has a file of its own.
 */
export const openKeptSend = async (command: readonly unknown[]): Promise<KeptFile<KeptSend>> => {
  const directory = join(configDirectory(), 'sends')
  await forgetOld(directory)
  const name = digest(command)
  for (let n = 1; ; n++) {
    const kept = await openKept(join(directory, `${name}-${n}.json`), keptSend)
    if (kept) return kept
  }
}
