import { limits } from '../../../protocol/limits.ts'
import type { TransferLink } from '../api.ts'
import type { Bell } from '../bell.ts'
import type { UploadLedger } from './upload-ledger.ts'

export type Declaring = {
  link: TransferLink
  ledger: UploadLedger
  /** Rung when something changed that may have to be declared, or ends it. */
  bell: Bell
  upload: string
  /** Throws when this is over. */
  check(): void
  /** What the hub still needs of the chunks `from` and on. Rings the bell, as does `failed`. */
  answered(from: number, count: number, missing: readonly number[]): void
  failed(error: unknown): void
}

/** Declarations on their way at once, so that a round trip costs no time. */
const declaresAtOnce = 4
/** Declaring one chunk costs the hub as much as declaring many: chunks wait for so many bytes of them, or so long. */
const worthDeclaringBytes = 8 * limits.chunkAverageBytes
const declareAfterMs = 50
const mostDeclared = 256
/** The hub keeps in memory what is declared and not sent. */
const mostUnsent = 4096

/** Declares the chunks of an upload as they are cut, in order; resolves when the last one was. Answers may come later. */
export const declareAll = async ({ link, ledger, bell, upload, ...run }: Declaring): Promise<void> => {
  const patience = createPatience(bell)
  let open = 0

  const declare = async () => {
    const { from, chunks } = ledger.nextBatch(mostDeclared)
    patience.renew()
    open++
    try {
      const { missing } = await link.call('upload.declare', { upload, from, chunks }, { retry: false })
      run.answered(from, chunks.length, missing)
    } catch (error) {
      run.failed(error)
    } finally {
      open--
    }
  }

  for (;;) {
    run.check()
    const waiting = ledger.undeclaredBytes
    const isWorth = waiting >= worthDeclaringBytes || ledger.isCut || patience.isOver
    const isRoom = open < declaresAtOnce && ledger.unsent < mostUnsent
    if (waiting > 0 && isWorth && isRoom) void declare()
    else if (ledger.isCut && waiting === 0) return
    else {
      if (waiting > 0 && !isWorth) patience.begin()
      await bell.rung()
    }
  }
}

/** How long few chunks have waited for more: the bell rings when it is long enough. */
const createPatience = (bell: Bell) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  return {
    get isOver(): boolean {
      return isOver
    },
    begin(): void {
      timer ??= setTimeout(() => {
        isOver = true
        bell.ring()
      }, declareAfterMs)
    },
    renew(): void {
      clearTimeout(timer)
      timer = undefined
      isOver = false
    },
  }
}
