/**
 * A name as it is shown: controls that turn letters around are written out, or `invoice[U+202E]fdp.exe` would be read as
 * `invoiceexe.pdf` (Unicode TR 36, section 2.7).
 */
export const plainName = (name: string): string =>
  name.replace(
    /[\u202a-\u202e\u2066-\u2069]/g,
    control => `\\u{${(control.codePointAt(0) ?? 0).toString(16)}}`,
  )
