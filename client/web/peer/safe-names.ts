import type { PeerFile } from '../../core/peer/api.ts'

/** What no file system of the usual ones takes, and what would lead out of the folder. */
const forbidden = /[\\/:*?"<>|\p{Cc}]/gu

/** A name as any device takes it: the other side may have sent anything. */
export const safeName = (name: string): string => {
  const clean = name.replace(forbidden, '_').replace(/[. ]+$/, '_')
  return clean === '' ? '_' : clean
}

/** The name without what leads out of a folder, and otherwise as it is: inside of a zip. */
export const zipName = (name: string): string =>
  name === '.' || name === '..' || name === '' ? '_' : name.replace(/[/\\\0]/g, '_')

/** `stem (2).ext` for the second of a name. */
export const numbered = (name: string, number: number): string => {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? `${name.slice(0, dot)} (${number})${name.slice(dot)}` : `${name} (${number})`
}

/** What to call all files of an offer together: the folder that they are in, if it is one. */
export const commonName = (files: readonly PeerFile[], otherwise: string): string => {
  const tops = new Set(files.map(({ path }) => path[0] ?? ''))
  const [top] = tops
  return tops.size === 1 && top ? safeName(top) : otherwise
}
