/** What a failure says, for people. */
export const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
