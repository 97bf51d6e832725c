import type { Row } from './row.ts'
import { againRow, insertedRow, rememberedRow } from './rows/again.ts'
import { browserRow } from './rows/browser.ts'
import { directBrowserRow, directCliRow } from './rows/direct.ts'
import { downloadRow, signedUrlRow } from './rows/download.ts'
import { fallbackRow } from './rows/fallback.ts'
import { mediumFilesRow, smallFilesRow } from './rows/files.ts'
import { killedRow } from './rows/killed.ts'
import { idleRow, largeFolderRow, watchersRow } from './rows/live.ts'
import { relaysRow, sealedRelayRow } from './rows/relay.ts'
import { uploadRow } from './rows/upload.ts'

/** Every row of the benchmark, in the order of the README. */
export const rows: readonly Row[] = [
  uploadRow,
  browserRow,
  downloadRow,
  signedUrlRow,
  smallFilesRow,
  mediumFilesRow,
  againRow,
  rememberedRow,
  insertedRow,
  killedRow,
  watchersRow,
  largeFolderRow,
  idleRow,
  directBrowserRow,
  directCliRow,
  sealedRelayRow,
  relaysRow,
  fallbackRow,
]
