import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { oneInitialFile } from './one-initial-file.ts'
import { shortenText } from './shorten.ts'

/**
 * Builds client/web into dist/web: everything but the pages and the manifest is under assets/, named by its content.
 * Client code learns a worker's address from the constant WHERRY_WORKERS, `{ uploads: '/assets/worker-<hash>.js' }`:
 * workers are built first and the constant is filled in here, so that Trusted Types need to allow nothing else.
 * The app (index.html) and the page of receivers (go.html) are bundled apart: neither loads what the other needs.
 */

const source = 'client/web'
const out = 'dist/web'
const fresh = `${out}.new`
/** Gzip, of the JavaScript that is loaded before a page shows anything. */
const maxInitialBytes = 60 * 1024
const workerEntries = { uploads: 'uploads/worker.ts', receive: 'peer/kept-worker.ts' }
const pages = [
  { html: 'index.html', entry: 'main.ts' },
  { html: 'go.html', entry: 'go/main.ts' },
]

const shared = {
  bundle: true,
  format: 'esm',
  target: 'es2024',
  minify: true,
  metafile: true,
  legalComments: 'linked',
  conditions: ['production'],
  loader: { '.svg': 'text', '.woff2': 'file' },
  outdir: join(fresh, 'assets'),
  publicPath: '/assets/',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  logLevel: 'warning',
} satisfies BuildOptions

const bundle = async (
  entries: string[],
  define: Record<string, string> = {},
  plugins: Plugin[] = [],
): Promise<Metafile> => {
  const { metafile } = await build({
    ...shared,
    entryPoints: entries.map(entry => join(source, entry)),
    splitting: true,
    plugins: [...plugins, shortenText],
    define: { 'process.env.NODE_ENV': '"production"', ...define },
  })
  return metafile
}

/** Path of what an entry point became, below the output directory. */
const outputOf = (metafile: Metafile, entry: string): string => {
  const found = Object.entries(metafile.outputs).find(([, o]) => o.entryPoint === join(source, entry))
  if (!found) throw new Error(`${entry} has no output.`)
  return relative(fresh, found[0])
}

/** Files that are loaded before the page shows anything: the entry point and what it imports statically. */
const initialFiles = (metafile: Metafile, entry: string): string[] => {
  const seen = new Set<string>()
  const visit = (path: string) => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(next)
    }
  }
  visit(join(fresh, outputOf(metafile, entry)))
  return [...seen].map(path => relative(fresh, path))
}

const refuseTwoLits = (metafile: Metafile): void => {
  const copies = Object.keys(metafile.inputs).filter(path => path.endsWith('/lit-html.js'))
  if (copies.length > 1) throw new Error(`More than one copy of Lit: ${copies.join(', ')}`)
}

const gzipped = promisify(gzip)
const brotlied = promisify(brotliCompress)

/** Writes `path.gz` and `path.br` beside a file, where they are smaller; answers the gzip size. */
const compress = async (path: string): Promise<number> => {
  const bytes = await readFile(path)
  const [gz, br] = await Promise.all([
    gzipped(bytes, { level: 9 }),
    brotlied(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  ])
  if (gz.length < bytes.length) await writeFile(`${path}.gz`, gz)
  if (br.length < bytes.length) await writeFile(`${path}.br`, br)
  return gz.length
}

const manifest = (icon: string): string =>
  JSON.stringify({
    name: 'Wherry',
    short_name: 'Wherry',
    start_url: '/',
    display: 'standalone',
    icons: [{ src: icon, type: 'image/svg+xml', sizes: 'any' }],
  })

type PageFiles = {
  html: string
  entry: string
  script: string
  initial: string[]
  style: string
  icon: string
}

/** A page with the names that its files have now. */
const writePage = async ({ html, entry, script, initial, style, icon }: PageFiles) => {
  const preload = initial
    .filter(path => path !== script)
    .map(path => `<link rel="modulepreload" href="/${path}">`)
  const links = ['<link rel="manifest" href="/manifest.webmanifest">', ...preload].join('\n    ')
  const text = (await readFile(join(source, html), 'utf8'))
    .replace('./styles/page.css', `/${style}`)
    .replace(`./${entry}`, `/${script}`)
    .replace('./icon.svg', `/${icon}`)
    .replace('</title>', `</title>\n    ${links}`)
  if (text.includes('="./')) throw new Error(`${html} names a file that the build does not know.`)
  await writeFile(join(fresh, html), text)
  await compress(join(fresh, html))
}

const main = async () => {
  await rm(fresh, { recursive: true, force: true })
  await mkdir(join(fresh, 'assets'), { recursive: true })

  const workers = await bundle(Object.values(workerEntries))
  const addresses = Object.entries(workerEntries).map(([name, entry]) => [
    name,
    `/${outputOf(workers, entry)}`,
  ])
  const define = { WHERRY_WORKERS: JSON.stringify(Object.fromEntries(addresses)) }
  const styles = await bundle(['styles/page.css'])
  const bundles = await Promise.all(
    pages.map(({ entry }) => bundle([entry], define, [oneInitialFile(join(source, entry))])),
  )
  // The page links the icon as a file, while icons inside components are text.
  const icon = await build({
    ...shared,
    entryPoints: [join(source, 'icon.svg')],
    loader: { '.svg': 'copy' },
  })
  for (const metafile of [workers, ...bundles]) refuseTwoLits(metafile)

  const style = outputOf(styles, 'styles/page.css')
  const iconPath = relative(fresh, Object.keys(icon.metafile.outputs)[0] ?? '')
  const written = [workers, styles, icon.metafile, ...bundles].flatMap(one => Object.entries(one.outputs))
  const sizes = new Map<string, number>()
  for (const [path, { bytes }] of new Map(written)) {
    const size = path.endsWith('.woff2') ? bytes : await compress(path)
    sizes.set(relative(fresh, path), size)
    console.log(`${String(bytes).padStart(8)} ${String(size).padStart(8)} gzip  ${basename(path)}`)
  }
  await writeFile(join(fresh, 'manifest.webmanifest'), manifest(`/${iconPath}`))
  await compress(join(fresh, 'manifest.webmanifest'))

  const initialBytes: number[] = []
  for (const [i, { html, entry }] of pages.entries()) {
    const metafile = bundles[i]
    if (!metafile) continue
    const [script, initial] = [outputOf(metafile, entry), initialFiles(metafile, entry)]
    await writePage({ html, entry, script, initial, style, icon: iconPath })
    const bytes = initial.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0)
    initialBytes.push(bytes)
    const size = `${(bytes / 1024).toFixed(1)} KB gzip of at most ${maxInitialBytes / 1024}`
    console.log(`Initial JavaScript of ${html}: ${size}.`)
  }
  await rm(out, { recursive: true, force: true })
  await rename(fresh, out)
  // Too much is a reason to fail the build, and none not to run: --any-size is for `npm start`.
  if (Math.max(...initialBytes) > maxInitialBytes && !process.argv.includes('--any-size'))
    throw new Error('The initial JavaScript is too large.')
}

await main()
