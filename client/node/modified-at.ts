/**
 * A file's date in whole milliseconds. Rounded, because a date that was written in milliseconds may be read back a
 * fraction of a microsecond earlier.
 */
export const modifiedAt = ({ mtimeMs }: { mtimeMs: number | bigint }): number => Math.round(Number(mtimeMs))
