import type { UploadItem } from '../api.ts'

/** What a bar shows as done of an upload, or of all: it moves within a chunk, and may go back by what a connection lost. */
export const arrivedBytes = ({ storedBytes, comingBytes }: Pick<UploadItem, 'storedBytes' | 'comingBytes'>) =>
  storedBytes + comingBytes
