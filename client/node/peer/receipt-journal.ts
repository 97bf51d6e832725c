import { appendFile, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

/** Lines of a journal, in the order of what they tell about. Other paths are relative to the target folder. */
const line = v.union([
  /** The target folder: for who finds the journal and was not told. */
  v.strictObject({ target: v.string() }),
  /** The outermost folder `top` of the offer was made as `as`. */
  v.strictObject({ top: v.string(), as: v.string() }),
  /** A part was begun; later lines name it by `file`. `id` tells this very file from another of its name. */
  v.strictObject({ file: v.number(), key: v.string(), part: v.string(), id: v.string() }),
  /** Chunks that are durable: index and SHA-256, in turn. */
  v.strictObject({ file: v.number(), chunks: v.array(v.tuple([v.number(), v.string()])) }),
  /** The file got its name. */
  v.strictObject({ file: v.number(), name: v.string() }),
])

export type JournalLine = v.InferOutput<typeof line>

/** What an earlier run left of a file: its part, or the file itself once `name` is known. */
export type KeptPart = {
  file: number
  part: string
  id: string
  hashes: Map<number, string>
  name: string | null
}

/** What is known of one receipt; written as it happens, so that a run that was killed is continued by the next. */
export type ReceiptJournal = {
  /** The folder that it is received into; null if that is not known. */
  readonly target: string | null
  readonly tops: ReadonlyMap<string, string>
  /** By the key of a file. */
  readonly kept: ReadonlyMap<string, KeptPart>
  newFile(): number
  append(lines: readonly JournalLine[]): Promise<void>
  /** All is received: nothing has to be known any more. */
  remove(): Promise<void>
  /** Keeps it, if there is anything in it. */
  close(): Promise<void>
}

const readLines = async (path: string): Promise<JournalLine[]> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines: JournalLine[] = []
  for (const row of text.split('\n')) {
    if (row === '') continue
    try {
      lines.push(v.parse(line, JSON.parse(row)))
    } catch {
      // A line that was being written when the power went: what it told is simply not known.
    }
  }
  return lines
}

export const openReceiptJournal = async (
  path: string,
  target: string | null = null,
): Promise<ReceiptJournal> => {
  const tops = new Map<string, string>()
  const kept = new Map<string, KeptPart>()
  const byNumber = new Map<number, KeptPart>()
  let files = 0
  let noted: string | null = null
  for (const one of await readLines(path)) {
    if ('target' in one) noted = one.target
    else if ('top' in one) tops.set(one.top, one.as)
    else if ('key' in one) {
      const { file, part, id } = one
      const begun = { file, part, id, hashes: new Map(), name: null }
      kept.set(one.key, begun)
      byNumber.set(file, begun)
      files = Math.max(files, file + 1)
    } else if ('chunks' in one)
      for (const [index, hash] of one.chunks) byNumber.get(one.file)?.hashes.set(index, hash)
    else {
      const begun = byNumber.get(one.file)
      if (begun) begun.name = one.name
    }
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // A torn last line must not swallow the next one.
  await appendFile(path, '\n', { mode: 0o600 })
  const file = await open(path, 'a', 0o600)
  let last: Promise<unknown> = Promise.resolve()
  let isEmpty = tops.size === 0 && kept.size === 0

  const close = async (): Promise<void> => {
    await last
    await file.close()
    if (isEmpty) await rm(path, { force: true })
  }

  return {
    target: target ?? noted,
    tops,
    kept,
    newFile: () => files++,
    append(lines) {
      isEmpty = false
      const all = target === noted || target === null ? lines : [{ target }, ...lines]
      noted = target
      const text = all.map(one => `${JSON.stringify(one)}\n`).join('')
      const appended = last.then(() => file.appendFile(text))
      last = appended.catch(() => {})
      return appended
    },
    async remove() {
      isEmpty = true
      await close()
    },
    close,
  }
}
