import type { ParseArgsConfig } from 'node:util'
import { WherryError } from '../../../protocol/errors.ts'
import type { HubClient, TransferLink } from '../../core/api.ts'
import type { Output } from './output.ts'

/** What a command is given: a signed-in client, made at the first use, and where to print. */
export type CommandContext = {
  /** Connects and waits until somebody is signed in. Throws `unauthenticated` if nobody is. */
  connect(): Promise<HubClient & TransferLink>
  /** The address of the hub that is used: `--hub`, WHERRY_HUB, or the one of the last login. */
  hub(): Promise<string>
  /** A client of that hub, signed in or not. */
  connectTo(hub: string): Promise<HubClient & TransferLink>
  output: Output
  /** Aborts at Ctrl+C, and when the session ends: transfers stop so that the same command continues them later. */
  signal: AbortSignal
}

type CommandOptions = NonNullable<ParseArgsConfig['options']>

export type OptionValues = Record<string, string | boolean | (string | boolean)[] | undefined>

/** A row of the table of commands; the help is made from it. */
export type Command = {
  usage: string
  doc: string
  options?: CommandOptions
  /** How many positional arguments it takes. */
  takes: { min: number; max: number }
  run(context: CommandContext, args: string[], options: OptionValues): Promise<void>
}

/** The command was typed wrongly: exit code 2, with the usage. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** The arguments of a command do not go together: its usage is told too. */
export class ArgumentsError extends UsageError {
  override readonly name = 'ArgumentsError'
}

/** Some of the work failed, and was reported line by line. */
export class PartialFailure extends Error {
  override readonly name = 'PartialFailure'
}

/** Ctrl+C in the middle of what the same command goes on with later; any other `cancelled` leaves nothing to go on with. */
export const interrupted = (): WherryError => new WherryError('cancelled', undefined, { continues: true })

/** The argument at a place that `takes` promises. */
export const argument = (args: readonly string[], place: number): string => {
  const value = args[place]
  if (value === undefined) throw new ArgumentsError('an argument is missing')
  return value
}

/** For commands of which one form takes fewer arguments than another. */
export const refuseMore = (args: readonly string[], most: number): void => {
  if (args.length > most) throw new ArgumentsError(`one too many: ${args[most]}`)
}

/** A text option, or undefined. */
export const textOption = (options: OptionValues, name: string): string | undefined => {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
