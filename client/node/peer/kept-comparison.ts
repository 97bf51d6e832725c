import * as v from 'valibot'

/** As client/core/peer/comparing.ts has it; null for a send by code or link. */
export const keptComparison = v.optional(
  v.nullable(v.object({ trust: v.picklist(['new', 'unproven', 'proven']), isDone: v.boolean() })),
  null,
)
