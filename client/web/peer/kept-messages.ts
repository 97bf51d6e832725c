/** What a page asks of the worker that keeps received files; each is answered under its number. */
export type KeepRequest =
  /**
   * Opens a file of a transfer, known by its key, and answers what is durable of it. `isSummed`: its CRC-32 will be wanted,
   * because a zip may be made with it.
   */
  | { kind: 'open'; transfer: string; key: string; size: number; modifiedAt: number; isSummed: boolean }
  | { kind: 'write'; file: number; index: number; bytes: Uint8Array<ArrayBuffer>; hash: string }
  /** All of it is there. Answers its CRC-32, or 0 if it was opened without. */
  | { kind: 'finish'; file: number }
  | { kind: 'stop'; file: number; keep: boolean }

export type KeepAnswer = {
  open: { file: number; restored: Map<number, string> }
  /** The memory of the request, to be filled again. */
  write: Uint8Array<ArrayBuffer>
  finish: { crc: number }
  stop: null
}

export type ToKeeper = { id: number; request: KeepRequest }
export type FromKeeper =
  | { id: number; answer: KeepAnswer[KeepRequest['kind']] }
  /** `noRoom`: the browser gives no more space; anything else is told as it was. */
  | { id: number; noRoom: boolean; message: string }
