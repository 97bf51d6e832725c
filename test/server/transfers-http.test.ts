import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { downloadRoute } from '../../server/http/downloads.ts'
import { createSignedUrls } from '../../server/signed-urls.ts'
import { listen } from '../../server/transport/listener.ts'
import { createWalk } from '../../server/walks.ts'
import { newId, temporaryDirectory, upload, withAda } from '../storage/open-temporary.ts'
import { fill } from './transfers-rig.ts'

const MiB = 2 ** 20

/** A hub's signed downloads alone, on a free port. */
const openDoor = async () => {
  const made = await withAda()
  const { storage, ada } = made
  const clock = { now: 1_700_000_000_000 }
  const log = pino({ level: 'silent' })
  const signedUrls = await createSignedUrls(storage.settings, () => clock.now)
  const route = downloadRoute({
    storage,
    signedUrls,
    log,
    config: { downloadsPerUser: 50, zipBudgetBytes: 256 * MiB },
    levelOf: (user, entry) => storage.access.level(user, entry),
    walk: createWalk(),
    metrics: {
      callEnded: () => undefined,
      received: () => undefined,
      sent: () => undefined,
      relayed: () => undefined,
    },
  })
  const unused = () => undefined
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    routes: [route],
    http: { newId, address: peer => peer, failed: unused },
    connections: { most: 100, mostPerAddress: 100, mostTogether: 100, keyOf: peer => peer, clock: Date.now },
    sockets: {
      events: { admit: () => 403, opened: unused, text: unused, binary: unused },
      meter: { sent: unused, received: unused },
      newId,
      address: peer => peer,
      maxBufferedBytes: MiB,
    },
  })
  onTestFinished(() => listener.close(1001, 'over', 100))
  const session = await storage.sessions.create({
    user: ada,
    agent: 'test',
    address: '',
    refreshHash: newId(),
  })
  const urlOf = async (entries: string[], version: string | null, purpose: 'save' | 'view' = 'save') => {
    const { url } = await signedUrls.make({ user: ada, session: session.id, entries, version, purpose }, 'x')
    return `http://127.0.0.1:${listener.port}${url}`
  }
  return { ...made, clock, session: session.id, urlOf }
}

const openFile = async (name = 'data.bin', chunks = [fill(MiB, 1), fill(700, 2), fill(2 * MiB, 3)]) => {
  const door = await openDoor()
  const { entry } = await upload(door.storage, door.ada, door.root, name, chunks)
  return { ...door, entry, bytes: Buffer.concat(chunks), url: await door.urlOf([entry.id], entry.version) }
}

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer())

test('a file comes whole, with what describes it', async () => {
  const { url, bytes, entry } = await openFile()
  const answer = await fetch(url)
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-length': `${bytes.length}`,
    'accept-ranges': 'bytes',
    etag: `"${entry.digest}"`,
    'content-disposition': `attachment; filename="data.bin"; filename*=UTF-8''data.bin`,
    'x-content-type-options': 'nosniff',
    'last-modified': 'Thu, 01 Jan 1970 00:00:01 GMT',
  })
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  expect(Buffer.compare(await bytesOf(answer), bytes)).toBe(0)
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, `${bytes.length}`])
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
})

test.each([
  ['bytes=0-0', 0, 1],
  ['bytes=1048570-1048580', 1_048_570, 1_048_581],
  ['bytes=1048576-1049275', 1_048_576, 1_049_276],
  ['bytes=100-', 100, null],
  ['bytes=-700', -700, null],
  ['bytes=-99999999', 0, null],
  ['bytes=5-99999999', 5, null],
])('range %s gives that part', async (range, start, end) => {
  const { url, bytes } = await openFile()
  const answer = await fetch(url, { headers: { range } })
  const part = bytes.subarray(start, end ?? undefined)
  expect(answer.status).toBe(206)
  const first = bytes.length - (start < 0 ? -start : bytes.length - start)
  expect(answer.headers.get('content-range')).toBe(
    `bytes ${first}-${first + part.length - 1}/${bytes.length}`,
  )
  expect(Buffer.compare(await bytesOf(answer), part)).toBe(0)
})

test('conditions and odd ranges get what RFC 9110 asks for', async () => {
  const { url, bytes, entry } = await openFile()
  const etag = `"${entry.digest}"`
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(url, { headers, cache: 'no-store' })
    await answer.arrayBuffer()
    return answer.status
  }
  expect(await ask({ range: `bytes=${bytes.length}-` })).toBe(416)
  expect(await ask({ range: 'bytes=-0' })).toBe(416)
  expect(await ask({ range: 'bytes=5-2' })).toBe(200)
  expect(await ask({ range: 'lines=1-2' })).toBe(200)
  expect(await ask({ range: 'bytes=0-1,4-5' })).toBe(200)
  expect(await ask({ range: 'bytes=0-1', 'if-range': etag })).toBe(206)
  expect(await ask({ range: 'bytes=0-1', 'if-range': '"other"' })).toBe(200)
  expect(await ask({ range: 'bytes=0-1', 'if-range': 'Thu, 01 Jan 1970 00:00:01 GMT' })).toBe(200)
  expect(await ask({ 'if-none-match': `"x", W/${etag}` })).toBe(304)
  expect(await ask({ 'if-none-match': '"x"' })).toBe(200)
  expect(await ask({ 'if-match': etag })).toBe(200)
  expect(await ask({ 'if-match': '"x"' })).toBe(412)
  expect(await ask({ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:01 GMT' })).toBe(304)
})

test.each([
  ['Grüße "x".txt', `attachment; filename="Gr__e _x_.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22x%22.txt`],
  ["a'b(c)*%;.txt", `attachment; filename="a'b(c)*_;.txt"; filename*=UTF-8''a%27b%28c%29%2A%25%3B.txt`],
  ['🦜\\.bin', `attachment; filename="__.bin"; filename*=UTF-8''%F0%9F%A6%9C%5C.bin`],
])('the name %s survives', async (name, disposition) => {
  const { url } = await openFile(name, [fill(10, 1)])
  const answer = await fetch(url)
  expect(answer.headers.get('content-disposition')).toBe(disposition)
  expect((await bytesOf(answer)).length).toBe(10)
})

test('what can carry scripts is shown as text or not at all', async () => {
  const { urlOf, entry } = await openFile('page.txt', [new TextEncoder().encode('<script>1</script>')])
  const shown = await fetch(await urlOf([entry.id], entry.version, 'view'))
  expect(shown.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(shown.headers.get('content-disposition')).toMatch(/^inline/)
  await shown.arrayBuffer()
})

test('an address names as many entries as fit into the head of a request', async () => {
  const { urlOf, entry } = await openFile('a', [fill(10, 1)])
  const many = await urlOf(
    Array.from({ length: 50 }, () => entry.id),
    null,
  )
  const cookie = 'x'.repeat(1000)
  const answer = await fetch(many, { headers: { cookie } })
  expect(answer.status).toBe(200)
  await answer.arrayBuffer()
  const tooMany = urlOf(
    Array.from({ length: 51 }, () => entry.id),
    null,
  )
  await expect(tooMany).rejects.toMatchObject({ reason: 'too_large' })
})

test('an empty file is an answer without bytes', async () => {
  const { url } = await openFile('empty', [])
  const answer = await fetch(url)
  expect([answer.status, (await bytesOf(answer)).length]).toEqual([200, 0])
  expect((await fetch(url, { headers: { range: 'bytes=0-' } })).status).toBe(416)
})

test('an address ends with its session, its time and its file', async () => {
  const { url, clock, storage, ada, session, urlOf, entry } = await openFile()
  expect((await fetch(url.replace('/d/', '/d/x'))).status).toBe(410)
  clock.now += 13 * 60 * 60 * 1000
  expect((await fetch(url)).status).toBe(410)
  const fresh = await urlOf([entry.id], entry.version)
  expect((await fetch(fresh, { method: 'HEAD' })).status).toBe(200)
  await storage.sessions.end(ada, session, 'revoked')
  expect((await fetch(fresh)).status).toBe(410)
})

test('a running answer breaks off when its session ends', async () => {
  const chunks = Array.from({ length: 40 }, (_, i) => fill(MiB, i))
  const { url, storage, ada, session, bytes } = await openFile('big.bin', chunks)
  const answer = await fetch(url)
  const reader = answer.body?.getReader()
  let taken = (await reader?.read())?.value?.length ?? 0
  await storage.sessions.end(ada, session, 'revoked')
  const rest = async () => {
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) return
      taken += part.value.length
    }
  }
  await expect(rest()).rejects.toThrow()
  expect(taken).toBeLessThan(bytes.length)
})

test('a folder comes as an archive that other programs read, and any part of it can be had again', async () => {
  const door = await openDoor()
  const actor = { user: door.ada, requestId: null }
  const { entry: folder } = await door.storage.entries.createFolder(actor, door.root, 'Ordner', 'fail')
  const { entry: inner } = await door.storage.entries.createFolder(actor, folder.id, 'innen', 'fail')
  const big = fill(3 * MiB, 1)
  await upload(door.storage, door.ada, folder.id, 'größe.bin', [
    big.subarray(0, 2 * MiB),
    big.subarray(2 * MiB),
  ])
  await upload(door.storage, door.ada, inner.id, 'leer', [])
  await upload(door.storage, door.ada, inner.id, 'klein.txt', [new TextEncoder().encode('hallo')])
  const url = await door.urlOf([folder.id], null)
  const answer = await fetch(url)
  const zip = await bytesOf(answer)
  expect(answer.headers.get('content-length')).toBe(`${zip.length}`)
  expect(answer.headers.get('content-disposition')).toContain('filename="Ordner.zip"')
  const file = join(temporaryDirectory(), 'x.zip')
  writeFileSync(file, zip)
  const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for i in z.infolist(): print(i.filename, i.file_size)
sys.stdout.flush()
assert z.read('Ordner/innen/klein.txt') == b'hallo'
`
  const listed = execFileSync('python3', ['-c', script, file], {
    encoding: 'utf8',
    env: { PYTHONIOENCODING: 'utf-8' },
  })
  expect(listed.trim().split('\n').sort()).toEqual([
    'Ordner/ 0',
    `Ordner/größe.bin ${3 * MiB}`,
    'Ordner/innen/ 0',
    'Ordner/innen/klein.txt 5',
    'Ordner/innen/leer 0',
  ])
  const etag = answer.headers.get('etag') ?? ''
  for (const start of [1, 40, 2 * MiB + 5, zip.length - 400, zip.length - 10]) {
    const part = await fetch(url, { headers: { range: `bytes=${start}-`, 'if-range': etag } })
    expect(part.status).toBe(206)
    expect(Buffer.compare(await bytesOf(part), zip.subarray(start))).toBe(0)
  }
  await upload(door.storage, door.ada, inner.id, 'neu', [fill(5, 5)])
  const changed = await fetch(url, { headers: { range: 'bytes=5-', 'if-range': etag } })
  expect(changed.status).toBe(200)
  await changed.arrayBuffer()
})

test('the address of a file that was replaced gives the version of when it was made, and a zip what is there', async () => {
  const { url, bytes, entry, storage, ada, root, urlOf } = await openFile()
  const zip = await urlOf([entry.id], null)
  const other = Buffer.from(fill(500, 9))
  const replaced = await upload(storage, ada, root, entry.name, [other], 'replace', 5_000)
  expect(replaced.entry.id).toBe(entry.id)
  expect(await bytesOf(await fetch(url))).toEqual(bytes)
  const later = await fetch(await urlOf([entry.id], replaced.entry.version))
  expect(await bytesOf(later)).toEqual(other)
  const dates = [await fetch(url), later].map(({ headers }) => headers.get('last-modified'))
  expect(dates).toEqual(['Thu, 01 Jan 1970 00:00:01 GMT', 'Thu, 01 Jan 1970 00:00:05 GMT'])
  expect((await bytesOf(await fetch(zip))).includes(other)).toBe(true)
})
