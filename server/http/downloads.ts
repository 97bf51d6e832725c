import { isReason, WherryError } from '../../protocol/errors.ts'
import { includesLevel } from '../../protocol/levels.ts'
import type { Entry } from '../../protocol/values.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Config } from '../config.ts'
import type { Hub } from '../context.ts'
import { signedDownloads } from '../settings.ts'
import type { SignedTarget } from '../signed-urls.ts'
import type { Door, HttpRequest, HttpResponse, HttpRoute } from '../transport/http.ts'
import { type Representation, select } from './conditions.ts'
import { type ReadPart, readContent } from './content-reader.ts'
import { fileHeaders } from './file-headers.ts'
import { pump } from './pump.ts'
import { type Checksums, createZip, type ReadFile } from './zip.ts'
import { createZipBudget } from './zip-budget.ts'
import { createZipPlanner, type ZipPlan } from './zip-plan.ts'

/** What an address gives: one file, or an archive that is made on the way. */
type Body = Representation & { name: string; type: string; read: ReadPart }

/** An answer from before its right is asked for until its end, so that no change of rights falls in between. */
type Answer = {
  readonly target: SignedTarget
  /** The entry below a folder of the target that is read now. */
  reading: string | null
  isOver: boolean
  breakOff(): void
}

type Parts = Pick<Hub, 'storage' | 'signedUrls' | 'levelOf' | 'walk' | 'metrics' | 'log'> & {
  config: Pick<Config, 'downloadsPerUser' | 'zipBudgetBytes'>
}

/** Throws if `user` or all together have as many answers running as they may. */
const assertRoom = (running: ReadonlySet<Answer>, user: string, mostOfUser: number): void => {
  if (running.size >= signedDownloads) throw new WherryError('busy')
  const ofUser = [...running].filter(({ target }) => target.user === user).length
  if (ofUser < mostOfUser) return
  throw new WherryError(
    'too_many_requests',
    `${mostOfUser} downloads by address run for you already. Try again when one of them is over.`,
  )
}

/** Signed downloads below /d/. A running answer breaks off when its session ends or the right to read is lost. */
export const downloadRoute = (parts: Parts): HttpRoute => {
  const { storage, signedUrls, levelOf, metrics, log, config } = parts
  const running = new Set<Answer>()
  const checksums: Checksums = new Map()
  const budget = createZipBudget(config.zipBudgetBytes)
  const planZip = createZipPlanner(storage.entries, parts.walk)

  const mayRead = async (user: string, entry: string): Promise<boolean> =>
    includesLevel(await levelOf(user, entry), 'read')

  const isAllowed = async ({ target, reading }: Answer): Promise<boolean> => {
    const { user, session, entries } = target
    const row = await storage.sessions.get(session)
    if (row?.user !== user) return false
    const needed = reading === null ? entries : [...entries, reading]
    return (await Promise.all(needed.map(entry => mayRead(user, entry)))).every(may => may)
  }

  const recheck = async (): Promise<void> => {
    await Promise.all(
      [...running].map(async answer => {
        if (await isAllowed(answer)) return
        answer.isOver = true
        answer.breakOff()
      }),
    )
  }

  storage.onCommit(({ rights, endedSessions }) => {
    if ((!rights && endedSessions.length === 0) || running.size === 0) return
    // After every other listener: levels that were remembered are forgotten by then.
    setImmediate(() =>
      recheck().catch(error => log.error({ err: error }, 'signed downloads were not rechecked')),
    )
  })

  const bodyOf = async (
    { entries: ids, version }: SignedTarget,
    plan: (roots: readonly Entry[]) => Promise<ZipPlan>,
    mayRead: (entry: string) => Promise<boolean>,
  ): Promise<Body> => {
    const entries: Entry[] = []
    for (const id of ids) {
      const entry = await storage.entries.get(id)
      if (!entry) throw new WherryError('link_expired')
      entries.push(entry)
    }
    const [first] = entries
    if (!first) throw new WherryError('link_expired')
    const { name } = first
    if (version === null) {
      const { layout, ...described } = await plan(entries)
      const zip = createZip(layout, readZipped(storage, mayRead), checksums)
      const archive = entries.length === 1 && name !== '' ? name : 'files'
      return { ...zip, ...described, name: `${archive}.zip`, type: 'application/zip' }
    }
    const content = await storage.contents.ofEntry(first.id, version)
    if (!content) throw new WherryError('version_gone')
    const { type, modifiedAt } = content
    const read: ReadPart = (start, end) => readContent(storage, content.content, start, end)
    return { name, modifiedAt, type, size: content.size, etag: `"${content.digest}"`, read }
  }

  const send = async (
    request: HttpRequest,
    response: HttpResponse,
    answer: Answer,
    body: Body,
  ): Promise<void> => {
    const headers = fileHeaders({ ...body, purpose: answer.target.purpose })
    const selection = select(request.method, request.header, body)
    if (!('start' in selection)) {
      refuseByCondition(response, selection.status, headers, body.size)
      return
    }
    const { status, start, end } = selection
    const range: Record<string, string> =
      status === 206 ? { 'content-range': `bytes ${start}-${end - 1}/${body.size}` } : {}
    if (request.method === 'HEAD') {
      response.endWithoutBody(status, { ...headers, ...range }, end - start)
      return
    }
    const stream = response.stream(status, { ...headers, ...range }, end - start)
    answer.breakOff = () => stream.abort()
    const sent = await pump(body.read(start, end), stream, () => answer.isOver || response.closed)
    metrics.sent(sent)
    if (end === start) stream.end()
    else if (sent < end - start) stream.abort()
  }

  /** What is below a folder may have left it since the archive was planned. */
  const stillReadable =
    (answer: Answer) =>
    async (entry: string): Promise<boolean> => {
      answer.reading = entry
      return mayRead(answer.target.user, entry)
    }

  const door: Door = async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sayNo(response, 405, 'Only GET and HEAD are possible here.', { allow: 'GET, HEAD' })
      return
    }
    const target = await refused(response, () => signedUrls.open(request.path.split('/')[2] ?? ''))
    if (!target) return
    const answer: Answer = { target, reading: null, isOver: false, breakOff: () => undefined }
    const { take, close } = budget.open(target.user)
    const isOver = (): boolean => answer.isOver || response.closed
    const plan = (roots: readonly Entry[]) => planZip({ user: target.user, roots, take, isOver })
    try {
      const body = await refused(response, async () => {
        assertRoom(running, target.user, config.downloadsPerUser)
        running.add(answer)
        if (!(await isAllowed(answer))) throw new WherryError('link_expired')
        const opened = await bodyOf(target, plan, stillReadable(answer))
        if (answer.isOver) throw new WherryError('link_expired')
        return opened
      })
      if (body) await send(request, response, answer, body)
    } catch (error) {
      if (!isReason(error, 'version_gone')) throw error
      log.info(
        { request: request.id },
        'a signed download broke off: what it gives was deleted or moved away',
      )
      answer.breakOff()
    } finally {
      running.delete(answer)
      close()
    }
  }
  return { method: 'any', pattern: '/d/*', door }
}

/** Files of archives. `mayRead` is asked when the bytes of one are about to be read, which may be long after the plan. */
const readZipped = (
  storage: Pick<Storage, 'contents' | 'chunks'>,
  mayRead: (entry: string) => Promise<boolean>,
): ReadFile =>
  async function* ({ entry, version, digest }, start, end) {
    const content = await storage.contents.ofEntry(entry, version)
    if (content?.digest !== digest || !(await mayRead(entry))) throw new WherryError('version_gone')
    yield* readContent(storage, content.content, start, end)
  }

const statusOf = ({ reason }: WherryError): number => {
  if (reason === 'link_expired' || reason === 'version_gone') return 410
  if (reason === 'too_large') return 413
  if (reason === 'too_many_requests') return 429
  return reason === 'busy' ? 503 : 500
}

/** What `open` answers; null if the answer is a refusal, which has been sent then. */
const refused = async <T>(response: HttpResponse, open: () => Promise<T>): Promise<T | null> => {
  try {
    return await open()
  } catch (error) {
    const status = isReason(error) ? statusOf(error) : 500
    if (!isReason(error) || status === 500) throw error
    const mayPass = status === 503 || status === 429
    sayNo(response, status, error.message, mayPass ? { 'retry-after': '5' } : {})
    return null
  }
}

const sayNo = (
  response: HttpResponse,
  status: number,
  text: string,
  more: Record<string, string> = {},
): void => {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...more }
  response.end(status, headers, `${text}\n`)
}

const refuseByCondition = (
  response: HttpResponse,
  status: 304 | 412 | 416,
  headers: Readonly<Record<string, string>>,
  size: number,
): void => {
  if (status === 416)
    sayNo(response, 416, 'The file ends before that.', { 'content-range': `bytes */${size}` })
  else if (status === 412) sayNo(response, 412, 'The file is another one by now.')
  else {
    const { 'content-type': _, 'content-disposition': __, ...kept } = headers
    response.endWithoutBody(304, kept, size)
  }
}
