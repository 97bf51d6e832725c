import { msg, str } from '@lit/localize'
import type { CarrierKind, PeerOffer, TransferStatus } from '../../core/peer/api.ts'
import { formatBytes, formatCount, formatItems } from '../text/format.ts'
import { timeLeft } from '../uploads/upload-words.ts'

/** How the bytes travel, for people: whichever way it is, the hub cannot read them. */
export const pathWords = (path: CarrierKind | null): string => {
  if (path === 'direct') return msg('Direct')
  return path === null ? '' : msg('Relayed, sealed')
}

/** `3 files, 42 MB`, `1 item, 3 kB`, `a text`. */
export const offerWords = ({ files, text }: Pick<PeerOffer, 'files' | 'text'>): string => {
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const onlyFiles = files.every(({ kind }) => kind === 'file')
  const count = onlyFiles
    ? files.length === 1
      ? msg('1 file')
      : msg(str`${formatCount(files.length)} files`)
    : formatItems(files.length)
  const parts = [
    ...(files.length > 0 ? [`${count}, ${formatBytes(bytes)}`] : []),
    ...(text === null ? [] : [msg('a text')]),
  ]
  return parts.join(' + ')
}

/** `12 of 40 MB · 21 MB/s · 2 s left`, as far as it is known. */
export const figures = ({ arrivedBytes, totalBytes, phase }: TransferStatus, rate: number): string => {
  const amount =
    phase === 'done'
      ? formatBytes(totalBytes)
      : msg(str`${formatBytes(arrivedBytes)} of ${formatBytes(totalBytes)}`)
  if (phase !== 'running' || rate <= 0) return amount
  return [amount, msg(str`${formatBytes(rate)}/s`), timeLeft(totalBytes - arrivedBytes, rate)]
    .filter(Boolean)
    .join(' · ')
}

/** Of a phase: what the bar's colour says, which words say too. */
export const toneOf = ({ phase }: TransferStatus): string => {
  if (phase === 'paused' || phase === 'waiting' || phase === 'unreached') return 'warn'
  if (phase === 'failed') return 'danger'
  return phase === 'done' ? 'live' : ''
}
