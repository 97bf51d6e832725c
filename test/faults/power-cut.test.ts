import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Entry } from '../../protocol/values.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { openStorage } from '../../storage/open-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { administrator, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { type DiskImage, diskImage } from './disk-image.ts'
import { trace, whyNoTrace } from './strace.ts'
import { type Ledger, type TestFile, testFiles, uploadAll } from './uploads.ts'

/**
 * What the disk holds at some moment of an upload is mounted as after a power cut. What the hub had given
 * to the system and not synced is not there then; what it had acknowledged has to be. `POWER_CUTS=20` for the long form.
 */
const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const cutsEach = Number(process.env.POWER_CUTS ?? 4)
const profiles = ['defaults', 'data=writeback,noauto_da_alloc,commit=300']

const hubOn = async (disk: DiskImage) => {
  const hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
    WHERRY_DATA: join(disk.directory, 'data'),
  })
  cleanUps.push(() => hub.remove())
  await hub.start()
  const signedIn = await signedInClient(hub.url, administrator)
  cleanUps.push(() => signedIn.client.close())
  return { hub, ...signedIn }
}

type Cut = { image: string; acknowledged: Ledger }

/** Uploads without a pause, cuts in the middle of it, and answers the cuts, each with what was acknowledged before it. */
const cutWhileUploading = async (
  disk: DiskImage,
  { client, root }: Awaited<ReturnType<typeof hubOn>>,
): Promise<Cut[]> => {
  const ledger: Ledger = new Map()
  const cuts: Cut[] = []
  const uploading = (async () => {
    for (let round = 0; cuts.length < cutsEach; round++)
      expect(await uploadAll(client, root, testFiles(`round-${round}`, 20, 2), ledger)).toEqual(new Map())
  })()
  while (cuts.length < cutsEach) {
    const before = ledger.size
    while (ledger.size < before + 10) await new Promise(setImmediate)
    const acknowledged = new Map(ledger)
    cuts.push({ image: await disk.cut(), acknowledged })
  }
  await uploading
  return cuts
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const contentOf = async (storage: Storage, entry: Entry): Promise<string> => {
  const hash = createHash('sha256')
  const content = await storage.contents.ofEntry(entry.id, null)
  for (const chunk of content ? await storage.contents.chunks(content.content, 0, content.chunks) : []) {
    const buffer = await storage.chunks.get(chunk.hash)
    hash.update(buffer.bytes)
    buffer.release()
  }
  return hash.digest('hex')
}

/** What is wrong with a disk after the cut, as sentences. */
const problemsOf = (disk: DiskImage, { image, acknowledged }: Cut, root: string): Promise<string[]> =>
  disk.mounted(image, async directory => {
    const data = join(directory, 'data')
    const storage = await openStorage({ directory: data })
    const problems: string[] = []
    const visible = new Set<string>()
    try {
      for await (const { entry } of storage.entries.walk(root)) {
        visible.add(entry.name)
        const is = await contentOf(storage, entry).catch((error: Error) => error.message)
        if (is !== sha256(fileOf(entry.name).bytes)) problems.push(`${entry.name} is not what was uploaded`)
      }
    } finally {
      await storage.close()
    }
    for (const name of acknowledged.keys()) if (!visible.has(name)) problems.push(`${name} is lost`)
    return [...problems, ...(await checkDirectory(data))]
  })

const fileOf = (name: string): TestFile => {
  const prefix = name.split('-').slice(0, 2).join('-')
  const file = testFiles(prefix, 20, 2).find(one => one.name === name)
  if (!file) throw new Error(`nobody uploaded ${name}`)
  return file
}

test.for(profiles)(
  'a power cut loses nothing that was acknowledged (ext4 with %s)',
  async (profile, context) => {
    const disk = await diskImage(profile)
    if (typeof disk === 'string') return context.skip(disk)
    cleanUps.push(disk.remove)
    const hub = await hubOn(disk)
    for (const cut of await cutWhileUploading(disk, hub)) {
      expect(cut.acknowledged.size).toBeGreaterThanOrEqual(10)
      expect(await problemsOf(disk, cut, hub.root)).toEqual([])
    }
  },
)

test('a disk that only says that it has synced does lose it: the cuts are real ones', async context => {
  const reason = whyNoTrace()
  if (reason !== null) return context.skip(reason)
  const disk = await diskImage('data=writeback,noauto_da_alloc,commit=300')
  if (typeof disk === 'string') return context.skip(disk)
  cleanUps.push(disk.remove)
  const hub = await hubOn(disk)
  const syncs = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:retval=0']
  await trace(hub.hub.pid(), '/dev/null', syncs)
  const [cut] = await cutWhileUploading(disk, hub)
  if (!cut) throw new Error('no cut')
  const problems = await problemsOf(disk, cut, hub.root).catch((error: Error) => [error.message])
  expect(problems).not.toEqual([])
})
