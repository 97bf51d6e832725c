import type { UploadItem, UploadTotals } from '../api.ts'

/** What a bar shows as done of an upload, or of all: it moves within a chunk, and may go back by what a connection lost. */
export const arrivedBytes = ({ storedBytes, comingBytes }: Pick<UploadItem, 'storedBytes' | 'comingBytes'>) =>
  storedBytes + comingBytes

/** Bytes of it should be moving. */
export const isUnderWay = ({
  state,
  storedBytes,
  sentBytes,
  size,
}: Pick<UploadItem, 'state' | 'storedBytes' | 'sentBytes' | 'size'>): boolean =>
  state === 'running' && (storedBytes > 0 || sentBytes > 0) && storedBytes < size

/** As StallWatch.look() takes them. An older hub does not tell what is coming. */
export const movingFigures = ({ storedBytes, comingBytes, sentBytes }: UploadTotals): number[] => [
  storedBytes,
  comingBytes,
  sentBytes,
]
