import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { build } from 'esbuild'

/** Builds the interface with a fake hub and serves it under the hub's own content security policy. */
const out = process.argv[2] ?? '/tmp/web-demo'
const port = Number(process.argv[3] ?? 8123)
const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html wherry-worker"
const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

await mkdir(out, { recursive: true })
const result = await build({
  entryPoints: { main: 'test/web-demo/main.ts', page: 'client/web/styles/page.css' },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  metafile: true,
  target: 'es2024',
  loader: { '.svg': 'text', '.woff2': 'file' },
  conditions: ['production'],
  define: { WHERRY_WORKERS: '{}' },
})
await writeFile(join(out, 'meta.json'), JSON.stringify(result.metafile))
const page = (await readFile('client/web/index.html', 'utf8'))
  .replace('./styles/page.css', '/page.css')
  .replace('./main.ts', '/main.js')
  .replace('./icon.svg', '/icon.svg')
await writeFile(join(out, 'index.html'), page)
await copyFile('client/web/icon.svg', join(out, 'icon.svg'))
if (port > 0) {
  createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const name = extname(path) ? path : '/index.html'
    const body = await readFile(join(out, name)).catch(() => null)
    response.writeHead(body ? 200 : 404, {
      'content-type': types[extname(name)] ?? 'text/plain',
      'content-security-policy': csp,
    })
    response.end(body)
  }).listen(port)
}
