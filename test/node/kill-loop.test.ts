import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HubClient, Sink, TransferLink, UploadQueue } from '../../client/core/api.ts'
import { download } from '../../client/core/download/download.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import type { Entry } from '../../protocol/values.ts'
import { checkDirectory } from '../../storage/index/check-directory.ts'
import { memorySource, someBytes } from '../client/memory-source.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { seededRandom } from '../support/random-params.ts'
import { signedInClient } from '../support/transfer-client.ts'

/**
 * People work, the hub is killed again and again, and at the end everything that was acknowledged is there
 * once, byte for byte, and nothing else. `KILL_ROUNDS=200 npx vitest run test/node/kill-loop.test.ts` for the long form.
 */
const rounds = Number(process.env.KILL_ROUNDS ?? 6)
const workers = 4
const seed = Number(process.env.KILL_SEED ?? Date.now() % 100_000)

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let hub: HubProcess
let client: HubClient & TransferLink
let root: string
let queue: UploadQueue

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  const signedIn = await signedInClient(hub.url, administrator)
  client = signedIn.client
  root = signedIn.root
  queue = createUploadQueue({ link: client })
})

afterAll(async () => {
  queue?.close()
  client?.close()
  await hub?.remove()
})

const upload = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Entry> => {
  const source = memorySource(name, bytes)
  const [id] = queue.add([{ source, folder: root, path: [], name, onClash: 'fail' }])
  for (;;) {
    const item = queue.items.find(one => one.id === id)
    if (item?.state === 'done' && item.entry) return item.entry
    if (item?.error) throw new Error(`${name}: ${item.error.message}`, { cause: item.error })
    await new Promise<void>(resolve => {
      const stop = queue.onChange(() => {
        stop()
        resolve()
      })
    })
  }
}

type Kept = { entry: Entry; hash: string }

/** One person: uploads, renames, copies and deletes, and remembers what was acknowledged. */
const work = async (worker: number, ledger: Map<string, Kept>, hasEnded: () => boolean): Promise<void> => {
  const next = seededRandom(seed * 31 + worker)
  const own: string[] = []
  for (let i = 0; !hasEnded(); i++) {
    const name = `${worker}-${i}`
    const pick = own[Math.floor(next() * own.length)]
    const kept = pick === undefined ? undefined : ledger.get(pick)
    const dice = next()
    if (dice < 0.55 || !pick || !kept) {
      const size = Math.floor(next() < 0.7 ? next() * 200_000 : next() * 6_000_000)
      const bytes = someBytes(size, worker * 1_000_003 + i * 7_919)
      ledger.set(name, { entry: await upload(name, bytes), hash: sha256(bytes) })
      own.push(name)
    } else if (dice < 0.7) {
      const { entry } = await client.call('entry.rename', { entry: kept.entry.id, name })
      ledger.delete(pick)
      ledger.set(name, { ...kept, entry })
      own.splice(own.indexOf(pick), 1, name)
    } else if (dice < 0.85) {
      const onClash = 'keepBoth'
      const { entries } = await client.call('entry.copy', { entries: [kept.entry.id], folder: root, onClash })
      const [entry] = entries
      if (!entry) throw new Error('a copy without an entry')
      ledger.set(entry.name, { ...kept, entry })
      own.push(entry.name)
    } else {
      await client.call('entry.delete', { entries: [kept.entry.id] })
      ledger.delete(pick)
      own.splice(own.indexOf(pick), 1)
    }
  }
}

const listAll = async (): Promise<Entry[]> => {
  const all: Entry[] = []
  let after: string | null = null
  do {
    const page: { entries: Entry[]; next: string | null } = await client.call('folder.list', {
      folder: root,
      after,
    })
    all.push(...page.entries)
    after = page.next
  } while (after !== null)
  return all
}

const contentHash = async (entry: Entry): Promise<string> => {
  const bytes = new Uint8Array(entry.size)
  const sink: Sink = {
    has: async () => new Set(),
    write: async (_index, position, chunk) => bytes.set(chunk, position),
    finish: async () => {},
    stop: async () => {},
  }
  await download(client, entry.id, sink)
  return sha256(bytes)
}

test(`${rounds} kills while ${workers} people work lose nothing and double nothing (seed ${seed})`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const ledger = new Map<string, Kept>()
  let ended = false
  const people = Array.from({ length: workers }, (_, worker) => work(worker, ledger, () => ended))
  const working = Promise.all(people)
  const next = seededRandom(seed)
  const kill = async () => {
    for (let round = 0; round < rounds; round++) {
      // The moment of the kill is what is random here: nothing is waited for.
      await new Promise(resolve => setTimeout(resolve, 50 + next() * 1_000))
      await hub.kill()
      await hub.start()
    }
    ended = true
  }
  await Promise.all([kill(), working])

  const entries = await listAll()
  expect(entries.map(entry => entry.name).sort()).toEqual([...ledger.keys()].sort())
  expect(entries.length).toBeGreaterThan(workers)
  for (const entry of entries) expect(await contentHash(entry), entry.name).toBe(ledger.get(entry.name)?.hash)
  expect(await hub.stop()).toBe(0)
  expect(await checkDirectory(join(hub.directory, 'data'))).toEqual([])
})
