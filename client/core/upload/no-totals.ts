import type { UploadTotals } from '../api.ts'

/** The totals of a queue without items. */
export const noTotals: UploadTotals = {
  files: 0,
  doneFiles: 0,
  failedFiles: 0,
  bytes: 0,
  storedBytes: 0,
  sentBytes: 0,
  reusedBytes: 0,
  comingBytes: 0,
}
