import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { randomFile, randomFiles } from '../files.ts'
import { MiB } from '../row.ts'
import { type Address, connect, rootOf } from './connect.ts'
import { download } from './download.ts'
import { upload } from './upload.ts'

export type Mixed = Address & { seconds: number; everySeconds: number }

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return hash.digest('hex')
}

const signInAnew = async (hub: string, directory: string): Promise<void> => {
  const client = await connect({ hub, session: await mkdtemp(join(directory, 'session-')) })
  await client.signOut()
}

/** What people do with a few files, once, by themselves: nothing of it stays. */
const round = async (address: Address, directory: string): Promise<void> => {
  const big = await randomFile(join(directory, `${basename(directory)}.bin`), 8 * MiB)
  const small = await randomFiles(join(directory, basename(directory)), 50, 10 * 1024)
  await upload({ ...address, paths: [big, ...small] }, () => {})
  const copy = join(directory, 'copy')
  await download({ ...address, name: basename(big), path: copy })
  if ((await sha256Of(copy)) !== (await sha256Of(big)))
    throw new Error('A download is not what was uploaded.')
  const client = await connect(address)
  try {
    const root = await rootOf(client)
    const { entry: folder } = await client.call('folder.create', {
      folder: root,
      name: basename(directory),
      onClash: 'keepBoth',
    })
    await client.call('folder.watch', { folder: root })
    const find = (path: string) =>
      client.call('entry.resolve', { space: folder.space, path: [basename(path)] })
    const found = await Promise.all([big, ...small].map(find))
    const entries = found.map(({ entry }) => entry.id)
    await client.call('entry.move', { entries, folder: folder.id })
    await client.call('entry.rename', { entry: folder.id, name: `${folder.name} done` })
    await client.call('entry.delete', { entries: [folder.id] })
  } finally {
    client.close()
  }
}

/** Uploads, downloads, compares, moves, renames, deletes and signs in, round after round; answers how many. */
export const mixed = async ({ seconds, everySeconds, ...address }: Mixed): Promise<number> => {
  const until = performance.now() + seconds * 1000
  let rounds = 0
  for (; performance.now() < until; rounds++) {
    const due = performance.now() + everySeconds * 1000
    const directory = await mkdtemp(join(tmpdir(), 'wherry-mixed-'))
    try {
      await round(address, directory)
      // The hub lets an address try passwords a few times a minute only.
      if (rounds % 30 === 0) await signInAnew(address.hub, directory)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
    await setTimeout(Math.max(0, due - performance.now()))
  }
  return rounds
}
