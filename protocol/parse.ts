import * as v from 'valibot'

export type Parsed<T> = { ok: true; value: T } | { ok: false; error: Error }

/** A value as its schema has it, with defaults filled in; or what is wrong with it. */
export const parse = <const S extends v.GenericSchema>(
  schema: S,
  value: unknown,
): Parsed<v.InferOutput<S>> => {
  const parsed = v.safeParse(schema, value)
  return parsed.success
    ? { ok: true, value: parsed.output }
    : { ok: false, error: new v.ValiError(parsed.issues) }
}
