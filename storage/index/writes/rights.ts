import { WherryError } from '../../../protocol/errors.ts'
import { includesLevel } from '../../../protocol/levels.ts'
import { levelOf } from '../reads/access.ts'
import type { Tx } from '../tx.ts'

/**
 * The right to write into a folder, asked again in the transaction of a change that was under way for long: `not_found`
 * if the user may not read there any more, `forbidden` if it may only read.
 */
export const assertMayWrite = async (tx: Tx, user: string, folder: string): Promise<void> => {
  const level = await levelOf(tx.db, user, folder)
  if (level === null) throw new WherryError('not_found')
  if (!includesLevel(level, 'write')) throw new WherryError('forbidden')
}
