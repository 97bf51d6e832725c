import * as v from 'valibot'
import { call } from '../call.ts'
import { chunking, count, text, time } from '../values.ts'

export const hubCalls = {
  'hub.hello': call({
    doc: 'The first call of a connection: says which client this is, answers which hub this is, how to cut files and which limits hold.',
    access: 'anyone',
    params: v.strictObject({ client: text(200, 1) }),
    result: v.strictObject({
      hub: v.string(),
      version: v.string(),
      /** True until the first administrator exists. */
      needsSetup: v.boolean(),
      serverTime: time,
      chunking,
      limits: v.strictObject({
        fileBytes: count(),
        messageBytes: count(),
        /** The most upload credit that one connection is given. */
        windowBytes: count(),
      }),
    }),
    errors: [],
  }),
}
