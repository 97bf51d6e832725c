import type * as v from 'valibot'
import { downloadCalls } from './calls/download.ts'
import { entryCalls } from './calls/entry.ts'
import { folderCalls } from './calls/folder.ts'
import { hubCalls } from './calls/hub.ts'
import { peopleCalls } from './calls/people.ts'
import { roomCalls } from './calls/room.ts'
import { sessionCalls } from './calls/session.ts'
import { uploadCalls } from './calls/upload.ts'
import { events } from './events.ts'

/** The protocol: every call that there is. Types, validation, authorisation, documentation and test inputs come from here. */
export const calls = {
  ...hubCalls,
  ...sessionCalls,
  ...folderCalls,
  ...entryCalls,
  ...peopleCalls,
  ...uploadCalls,
  ...downloadCalls,
  ...roomCalls,
}

export type Calls = typeof calls
export type CallName = keyof Calls
/** What a handler is given: parsed, with defaults filled in. */
export type Params<N extends CallName> = v.InferOutput<Calls[N]['params']>
/** What a client passes. */
export type ParamsInput<N extends CallName> = v.InferInput<Calls[N]['params']>
export type Result<N extends CallName> = v.InferOutput<Calls[N]['result']>

export type Events = typeof events
export type EventName = keyof Events
export type EventParams<N extends EventName> = v.InferOutput<Events[N]['params']>

export const isCallName = (name: string): name is CallName => Object.hasOwn(calls, name)
export const isEventName = (name: string): name is EventName => Object.hasOwn(events, name)
