import type { Door, HttpRequest, HttpResponse, HttpRoute } from '../transport/http.ts'
import { type ClientFile, loadClientFiles } from './client-files.ts'
import { securityHeaders } from './security-headers.ts'

/**
 * Addresses of the client's pages: all are its index.html, which reads the address itself, but /go, which is for people
 * without an account and has a small page of its own.
 */
const isPage = (path: string): boolean =>
  ['/', '/setup', '/sign-in'].includes(path) || /^\/[a-z][a-z-]*(\/.*)?$/.test(path)

const plainText = {
  ...securityHeaders,
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
}

const pick = (file: ClientFile, accepted: string): { body: Uint8Array; coding: 'br' | 'gzip' | null } => {
  const codings = accepted.split(',').map(part => part.trim().split(';')[0])
  if (file.br !== null && codings.includes('br')) return { body: file.br, coding: 'br' }
  if (file.gzip !== null && codings.includes('gzip')) return { body: file.gzip, coding: 'gzip' }
  return { body: file.plain, coding: null }
}

const sendFile = (request: HttpRequest, response: HttpResponse, path: string, file: ClientFile): void => {
  const { body, coding } = pick(file, request.header('accept-encoding') ?? '')
  const etag = `"${file.etag}${coding === null ? '' : `-${coding}`}"`
  const headers: Record<string, string> = {
    ...securityHeaders,
    'content-type': file.type,
    etag,
    vary: 'accept-encoding',
    // Names below /assets/ carry a hash of their content.
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (coding !== null) headers['content-encoding'] = coding
  if (request.header('if-none-match') === etag) response.endWithoutBody(304, headers, body.length)
  else if (request.method === 'HEAD') response.endWithoutBody(200, headers, body.length)
  else response.end(200, headers, body)
}

const clientDoor =
  (files: ReadonlyMap<string, ClientFile>): Door =>
  (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.end(405, { ...plainText, allow: 'GET, HEAD' }, 'Only GET and HEAD are possible here.\n')
      return
    }
    const { path } = request
    const file = files.get(path === '/go' ? '/go.html' : path)
    const index = files.get('/index.html')
    if (file !== undefined) sendFile(request, response, path, file)
    else if (!isPage(path) || path.startsWith('/assets/')) response.end(404, plainText, 'Not found.\n')
    else if (index !== undefined) sendFile(request, response, '/index.html', index)
    else
      response.end(
        503,
        plainText,
        'The client is not built yet. Run "npm run build", then start the hub again.\n',
      )
  }

/** The built client, from memory, and the answer to every address that nothing else has. */
export const clientRoute = async (directory: string): Promise<HttpRoute> => ({
  method: 'any',
  pattern: '/*',
  door: clientDoor(await loadClientFiles(directory)),
})
