import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../server/transfers/deferred.ts'
import { person, temporaryDirectory, upload } from '../storage/open-temporary.ts'
import { temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'
import { fill } from './transfers-rig.ts'

const MiB = 2 ** 20

const openHub = async (environment: Record<string, string> = {}) => {
  const hub = await temporaryHub(environment)
  onTestFinished(() => hub.remove())
  const { storage } = hub.hub
  const ada = await signedInClient(hub.socketUrl)
  const addressOf = async (client: typeof ada, ...entries: string[]) => {
    const { url } = await client.call('download.url', { entries })
    return `http://127.0.0.1:${hub.port}${url}`
  }
  const makeFolder = async (folder: string, name: string) =>
    (await ada.call('folder.create', { folder, name, onClash: 'fail' })).entry.id
  /** A folder with `count` folders without anything in it. */
  const makeMany = async (name: string, count: number) => {
    const top = await makeFolder(ada.root, name)
    const names = Array.from({ length: count }, (_, i) => `${i}`)
    await Promise.all(names.map(inner => makeFolder(top, inner)))
    return top
  }
  const member = async (name: string) => {
    const account = { ...person(name), password: 'another long password' }
    await ada.call('user.create', { email: account.email, name: account.name, password: account.password })
    return signedInClient(hub.socketUrl, account)
  }
  return { hub, storage, ada, user: ada.signedIn.user.id, addressOf, makeFolder, makeMany, member }
}

/** How often the event loop goes round until something has happened. */
const turnsDuring = async (happens: Promise<unknown>): Promise<number> => {
  let turns = 0
  let isOver = false
  const count = () => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  await happens
  isOver = true
  return turns
}

test('the event loop stays free while a large archive is planned', async () => {
  const { ada, makeFolder, makeMany, addressOf, storage } = await openHub()
  const some = await makeMany('some', 200)
  const many = await makeFolder(ada.root, 'many')
  for (let i = 0; i < 2; i++)
    await ada.call('entry.copy', {
      entries: Array.from({ length: 50 }, () => some),
      folder: many,
      onClash: 'keepBoth',
    })
  const walked = deferred<void>()
  const { walk } = storage.entries
  let turns = Promise.resolve(0)
  storage.entries.walk = async function* (id) {
    turns = turnsDuring(walked.promise)
    yield* walk(id)
    walked.resolve()
  }
  const answer = await fetch(await addressOf(ada, many), { method: 'HEAD' })
  expect(answer.status).toBe(200)
  // At most 4 ms each, and 20,000 take longer than that on any machine.
  expect(await turns).toBeGreaterThan(10)
})

test('archives of one user are planned one after the other', async () => {
  const { ada, makeMany, addressOf, storage } = await openHub()
  const url = await addressOf(ada, await makeMany('top', 3))
  const { walk } = storage.entries
  let now = 0
  let most = 0
  storage.entries.walk = async function* (id) {
    most = Math.max(most, ++now)
    for await (const one of walk(id)) {
      await new Promise(resolve => setTimeout(resolve, 5))
      yield one
    }
    now--
  }
  const statusOf = async () => (await fetch(url, { method: 'HEAD' })).status
  const statuses = await Promise.all(Array.from({ length: 5 }, statusOf))
  expect([statuses, most]).toEqual([Array(5).fill(200), 1])
})

test('an archive is planned no further when nobody waits for it', async () => {
  const { ada, makeMany, addressOf, storage } = await openHub()
  const url = await addressOf(ada, await makeMany('top', 3))
  const gone = new AbortController()
  const reached = deferred<void>()
  const left = deferred<number>()
  const { walk } = storage.entries
  storage.entries.walk = async function* (id) {
    let visited = 0
    try {
      for await (const one of walk(id)) {
        if (++visited === 2) {
          reached.resolve()
          await closed
          // The hub hears of it a little later.
          await new Promise(resolve => setTimeout(resolve, 50))
        }
        yield one
      }
    } finally {
      left.resolve(visited)
    }
  }
  const closed = fetch(url, { signal: gone.signal }).catch(() => undefined)
  await reached.promise
  gone.abort()
  expect(await left.promise).toBe(2)
})

test('an archive of many files is the same whole and in parts', async () => {
  const { ada, user, makeFolder, addressOf, storage } = await openHub()
  const top = await makeFolder(ada.root, 'top')
  const inner = await makeFolder(top, 'in\\ner')
  await upload(storage, user, inner, 'a', [fill(100, 1)])
  await upload(storage, user, inner, `é${'n'.repeat(250)}`, [])
  const some = await makeFolder(ada.root, 'some')
  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      upload(storage, user, some, `${i}${'x'.repeat(200)}`, [fill(i + 1, i)]),
    ),
  )
  await ada.call('entry.copy', {
    entries: Array.from({ length: 30 }, () => some),
    folder: inner,
    onClash: 'keepBoth',
  })
  const url = await addressOf(ada, top)
  const answer = await fetch(url)
  const zip = Buffer.from(await answer.arrayBuffer())
  const file = join(temporaryDirectory(), 'x.zip')
  writeFileSync(file, zip)
  const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
names = [i.filename for i in z.infolist()]
assert names[:3] == ['top/', 'top/in_ner/', 'top/in_ner/some/'], names[:3]
assert 'top/in_ner/' + chr(233) + 'n' * 250 in names
assert z.read('top/in_ner/some (2)/7' + 'x' * 200) == z.read('top/in_ner/some/7' + 'x' * 200)
print(len(names), len(set(names)))
`
  expect(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim()).toBe('1234 1234')
  for (let start = 0; start < zip.length; start += Math.ceil(zip.length / 23)) {
    const part = await fetch(url, { headers: { range: `bytes=${start}-${start + 999}` } })
    expect(part.status).toBe(206)
    expect(Buffer.compare(Buffer.from(await part.arrayBuffer()), zip.subarray(start, start + 1000))).toBe(0)
  }
})

test('what is in archives takes no more memory than it may, for one user and for all', async () => {
  const { ada, user, makeFolder, makeMany, addressOf, storage, member } = await openHub({
    WHERRY_ZIP_BUDGET_BYTES: '4M',
  })
  const top = await makeFolder(ada.root, 'top')
  await upload(
    storage,
    user,
    top,
    'big',
    Array.from({ length: 40 }, (_, i) => fill(MiB, i)),
  )
  await ada.call('access.grant', { entry: ada.root, subject: { kind: 'everyone' }, level: 'read' })
  const people = [ada, ...(await Promise.all(['Bob', 'Eve', 'Joe', 'Zoe'].map(member)))]
  const urls = await Promise.all(people.map(client => addressOf(client, top)))
  const leave = new AbortController()
  const begun: Response[] = []
  /** Begins an answer that nobody reads: what it takes is kept. */
  const begin = async (url = '') => {
    const answer = await fetch(url, { signal: leave.signal })
    if (answer.status === 200) begun.push(answer)
    else await answer.arrayBuffer()
    return [answer.status, answer.headers.get('retry-after')]
  }
  // A quarter of 4 MiB are 16 plans of the smallest size.
  for (const url of urls.slice(0, 4)) {
    for (let i = 0; i < 16; i++) expect(await begin(url)).toEqual([200, null])
    if (url === urls[0]) expect(await begin(url)).toEqual([429, '5'])
  }
  expect(await begin(urls[4])).toEqual([503, '5'])
  leave.abort()
  const statusAgain = async () => (await fetch(urls[4] ?? '', { method: 'HEAD' })).status
  await expect.poll(statusAgain, { timeout: 5_000 }).toBe(200)
  const some = await makeMany('s'.repeat(250), 200)
  const many = await makeFolder(ada.root, 'many')
  for (let i = 0; i < 3; i++)
    await ada.call('entry.copy', {
      entries: Array.from({ length: 50 }, () => some),
      folder: many,
      onClash: 'keepBoth',
    })
  expect((await fetch(await addressOf(ada, many))).status).toBe(413)
})
