import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import mime from 'mime-types'

/** A file of the built client, in the forms in which it can be sent. */
export type ClientFile = {
  type: string
  etag: string
  plain: Uint8Array
  br: Uint8Array | null
  gzip: Uint8Array | null
}

/** The files below the directory by their path (`/assets/x.js`), with their precompressed forms; empty if there is none. */
export const loadClientFiles = async (directory: string): Promise<Map<string, ClientFile>> => {
  const names = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const contents = new Map<string, Uint8Array>()
  for (const name of names) {
    if (!name.isFile()) continue
    const path = join(name.parentPath, name.name)
    contents.set(`/${relative(directory, path).split(sep).join('/')}`, await readFile(path))
  }
  const files = new Map<string, ClientFile>()
  for (const [path, plain] of contents) {
    if (/\.(br|gz|map)$/.test(path)) continue
    files.set(path, {
      type: mime.contentType(path.slice(path.lastIndexOf('.'))) || 'application/octet-stream',
      etag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
      plain,
      br: contents.get(`${path}.br`) ?? null,
      gzip: contents.get(`${path}.gz`) ?? null,
    })
  }
  return files
}
