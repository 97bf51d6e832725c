import { msg, str } from '@lit/localize'
import type { UploadTotals } from '../../core/api.ts'
import { isUnderWay } from '../../core/upload/motion.ts'
import { noTotals } from '../../core/upload/no-totals.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import type { ShownSave, ShownUpload } from './messages.ts'

/** The state of one upload, in words: colour is never alone. `isStalled`: nothing moves of what is under way. */
export const stateWords = (item: ShownUpload, isStalled: boolean): string => {
  switch (item.state) {
    case 'queued':
      return msg('Waiting for its turn')
    case 'running':
      if (isStalled && isUnderWay(item)) return msg('Waiting for the network; goes on by itself')
      // Several run at once, and share the leave to send.
      return item.storedBytes > 0 || item.sentBytes > 0 ? msg('Uploading') : msg('Waiting for its turn')
    case 'paused':
      return msg('Paused')
    case 'waiting':
      return msg('Waiting for the connection; goes on by itself')
    case 'clash':
      return msg('The name is taken: choose what to do')
    case 'detached':
      return msg('Unfinished: choose the file again to go on')
    case 'done':
      return doneWords(item)
    case 'failed':
      return item.error?.message ?? msg('Failed')
    case 'cancelled':
      return msg('Cancelled')
  }
}

const doneWords = (item: ShownUpload): string => {
  if (item.unchanged) return msg('The hub had exactly this already')
  if (item.reusedBytes === 0) return msg('Verified')
  // Not what was sent: a link that breaks loses some of that.
  const neededBytes = item.size - item.reusedBytes
  if (neededBytes <= 0) return msg('Verified · nothing had to be sent')
  return msg(str`Verified · ${formatBytes(neededBytes)} sent, the rest was there already`)
}

/** `41 s left`, `3 min left`, `2 h 5 min left`; empty while it cannot be told. */
export const timeLeft = (bytes: number, rate: number): string => {
  if (rate <= 0 || bytes <= 0) return ''
  const seconds = Math.ceil(bytes / rate)
  if (seconds < 60) return msg(str`${seconds} s left`)
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60) return msg(str`${minutes} min left`)
  if (minutes > 24 * 60) return msg('more than a day left')
  return msg(str`${Math.floor(minutes / 60)} h ${minutes % 60} min left`)
}

/** Downloads, counted as uploads are. */
export const saveTotals = (saves: readonly ShownSave[]): UploadTotals => {
  const totals = { ...noTotals, files: saves.length }
  for (const { size, receivedBytes, state } of saves) {
    totals.bytes += size
    totals.storedBytes += receivedBytes
    if (state === 'done') totals.doneFiles++
    if (state === 'failed') totals.failedFiles++
  }
  return totals
}

export const saveHeadline = (totals: UploadTotals, active: number): string => {
  const { files, doneFiles, failedFiles } = totals
  if (active > 0)
    return msg(str`Downloading ${formatCount(Math.min(files, doneFiles + 1))} of ${formatCount(files)}`)
  return failedFiles > 0
    ? msg(str`${formatCount(failedFiles)} of ${formatCount(files)} failed`)
    : msg(str`${formatCount(doneFiles)} downloaded`)
}

export const headline = (totals: UploadTotals, active: number): string => {
  const { files, doneFiles, failedFiles } = totals
  if (active > 0)
    return msg(str`Uploading ${formatCount(Math.min(files, doneFiles + 1))} of ${formatCount(files)}`)
  if (failedFiles > 0) return msg(str`${formatCount(failedFiles)} of ${formatCount(files)} failed`)
  return doneFiles === files
    ? msg(str`${formatCount(doneFiles)} uploaded`)
    : msg(str`${formatCount(doneFiles)} of ${formatCount(files)} uploaded`)
}

export const lockedWords = (count: number): string =>
  count === 1
    ? msg('An upload of your last visit can go on.')
    : msg(str`${formatCount(count)} uploads of your last visit can go on.`)

/** How many uploads failed so far, and how many need their file: for those who do not see the rows. */
export const troubleWords = (failed: number, detached: number): string =>
  [
    failed > 0 ? msg(str`${formatCount(failed)} failed`) : '',
    detached > 0 ? msg(str`${formatCount(detached)} unfinished: choose the file again to go on`) : '',
  ]
    .filter(Boolean)
    .join('. ')
