/** Where a command prints: people read aligned text, programs one JSON value with `--json`. */
export type Output = {
  readonly json: boolean
  /** Progress may be drawn: standard error is a terminal and nobody asked for JSON. */
  readonly interactive: boolean
  /** The command's result: `value` with --json, else the lines. */
  result(value: unknown, lines: readonly string[]): void
  /** One event of a stream: a line of JSON with --json, else `line`. */
  event(value: unknown, line: string): void
  /** Something to know, on standard error; not with --json. */
  note(line: string): void
  /** Something failed while the rest goes on, on standard error. */
  problem(line: string): void
  /** While a question is open, notes and problems come on lines of their own, and `again` asks it below. Null ends it. */
  setQuestion(again: (() => void) | null): void
}

/** What takes the place of a line that was begun: on a terminal it is wiped away. */
const newLine = (stream: NodeJS.WriteStream): string => (stream.isTTY ? '\r\x1b[K' : '\n')

export const createOutput = (
  json: boolean,
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
): Output => {
  let askAgain: (() => void) | null = null
  const tell = (line: string) => {
    stderr.write(`${askAgain ? newLine(stderr) : ''}${harmless(line)}\n`)
    askAgain?.()
  }
  return {
    json,
    interactive: !json && stderr.isTTY === true,
    result(value, lines) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`)
      else for (const line of lines) stdout.write(`${line}\n`)
    },
    event(value, line) {
      stdout.write(json ? `${JSON.stringify(value)}\n` : `${line}\n`)
    },
    note(line) {
      if (!json) tell(line)
    },
    problem(line) {
      tell(`wherry: ${line}`)
    },
    setQuestion(again) {
      askAgain = again
    },
  }
}

/** A name as a terminal may safely show it: control and direction characters are spelled out. */
export const printable = (name: string): string =>
  name.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, character => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })

/** Words of a hub or of the system may be in a note or a problem, and a terminal obeys what is in them: only line breaks are left. */
const harmless = (text: string): string => text.split('\n').map(printable).join('\n')

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

export const countOfFiles = (count: number): string => (count === 1 ? '1 file' : `${count} files`)

/** Bytes for people, in powers of 1000: `1.3 GB`. */
export const formatBytes = (bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** A date for people, in local time: `2026-11-21 14:05`. */
export const formatDate = (time: number): string => {
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Rows as aligned columns; the last one is never padded. `right` names the columns to align at their end. */
export const columns = (rows: readonly (readonly string[])[], right: readonly number[] = []): string[] => {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows.map(row =>
    row
      .map((cell, i) => {
        if (right.includes(i)) return cell.padStart(widths[i] ?? 0)
        return i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)
      })
      .join('  ')
      .trimEnd(),
  )
}
