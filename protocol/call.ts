import type * as v from 'valibot'
import type { Reason } from './errors.ts'
import type { Level } from './levels.ts'

/** The kinds of thing that a parameter can name and that rights are asked about. */
export type Target = 'entry' | 'folder' | 'entries' | 'upload' | 'download'

/** The caller needs `level` on the thing that parameter `of` names. The parameter's name is its kind. */
export type LevelRule = { level: Level; of: Target }

/**
 * Who may make a call. `anyone`: before sign-in too. `session`: any signed-in user. `administrator`: of the hub. `room`: who
 * has a seat in the room that parameter `room` names, user or guest. Otherwise all of the level rules have to hold.
 */
export type Access = 'anyone' | 'session' | 'administrator' | 'room' | readonly LevelRule[]

type ObjectSchema = v.GenericSchema<Record<string, unknown>>

export type CallRow<
  P extends ObjectSchema = ObjectSchema,
  R extends ObjectSchema = ObjectSchema,
  A extends Access = Access,
> = {
  /** What it promises, in a sentence or two. */
  doc: string
  access: A
  params: P
  result: R
  /** What it can fail for besides what every call can: `unauthenticated`, `invalid_params`, `busy`, `internal` and the like. */
  errors: readonly Reason[]
  /** It changes something: repeated with the same JSON-RPC id by the same user, it has one effect, and one answer if it had any. */
  once?: true
  /** Costs much before a session is known (argon2, tokens): counted by address. */
  guarded?: true
  /** It decides about who gets in, or what somebody may do: told in the log with these parameters, none of them a secret. */
  logged?: readonly string[]
}

/** Declares a row of the table of calls. */
export const call = <const P extends ObjectSchema, const R extends ObjectSchema, const A extends Access>(
  row: CallRow<P, R, A> & { logged?: readonly (keyof v.InferOutput<P>)[] },
): CallRow<P, R, A> => row

export type EventRow<P extends ObjectSchema = ObjectSchema> = { doc: string; params: P }

/** Declares a row of the table of events. */
export const event = <const P extends ObjectSchema>(row: EventRow<P>): EventRow<P> => row
