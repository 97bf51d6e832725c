import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Invitation, isLinkLike, parseInvitation } from '../../core/peer/pairing/code.ts'
import type { Asker } from '../cli/ask.ts'
import { argument, UsageError } from '../cli/command.ts'
import { printable } from '../cli/output.ts'

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false

/** `7-copper-violin`, with any punctuation. */
const isCodeLike = (text: string): boolean => /^\d+\W+\w+\W+\w+$/.test(text.trim())

/** `[CODE|LINK] [DIR]`: either may be left out. */
export const readArguments = async (
  args: readonly string[],
): Promise<{ typed: string | null; target: string }> => {
  const [first] = args
  const isTyped = first !== undefined && (args.length > 1 || isLinkLike(first) || isCodeLike(first))
  const folder = isTyped ? (args[1] ?? '.') : (first ?? '.')
  if (!(await isFolder(folder)))
    throw new UsageError(`"${printable(folder)}" is neither a code nor a link nor a folder to receive into`)
  return { typed: isTyped ? argument(args, 0) : null, target: resolve(folder) }
}

/**
 * What was typed, in the arguments or now; null to continue what was interrupted, where there is such a thing, or else to
 * wait for what is offered to the account.
 */
export const askInvitation = async (
  typed: string | null,
  { canContinue, canWait }: { canContinue: boolean; canWait: boolean },
  asker: Asker,
): Promise<Invitation | null> => {
  if (typed !== null) return parseInvitation(typed)
  const waits = canWait ? ' (Enter waits for what people of the hub send you)' : ''
  const also = canContinue ? ' (Enter continues what was interrupted)' : waits
  const answer = (await asker.ask(`Code or link${also}: `))?.trim() ?? ''
  if (answer !== '') return parseInvitation(answer)
  if (!canContinue && !canWait) throw new UsageError('no code was entered')
  return null
}
