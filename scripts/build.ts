import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { shortenText } from './shorten.ts'

/**
 * Builds client/web into dist/web: everything but index.html and the manifest is under assets/, named by its content.
 * Client code learns a worker's address from the constant WHERRY_WORKERS, `{ uploads: '/assets/worker-<hash>.js' }`:
 * workers are built first and the constant is filled in here, so that Trusted Types need to allow nothing else.
 */

const source = 'client/web'
const out = 'dist/web'
const fresh = `${out}.new`
const maxInitialBytes = 60 * 1024

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

const bundle = async (entries: string[], define: Record<string, string>): Promise<Metafile> => {
  const { metafile } = await build({
    ...shared,
    entryPoints: entries.map(entry => join(source, entry)),
    splitting: true,
    plugins: [shortenText],
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

/** The page with the names that its files have now. */
const writePage = async (page: { script: string; style: string; icon: string; preload: string[] }) => {
  const preload = page.preload.map(path => `<link rel="modulepreload" href="/${path}">`).join('\n    ')
  const text = (await readFile(join(source, 'index.html'), 'utf8'))
    .replace('./styles/page.css', `/${page.style}`)
    .replace('./main.ts', `/${page.script}`)
    .replace('./icon.svg', `/${page.icon}`)
    .replace('</title>', `</title>\n    <link rel="manifest" href="/manifest.webmanifest">\n    ${preload}`)
  if (text.includes('="./')) throw new Error('index.html names a file that the build does not know.')
  await writeFile(join(fresh, 'index.html'), text)
  await writeFile(join(fresh, 'manifest.webmanifest'), manifest(`/${page.icon}`))
}

const main = async () => {
  await rm(fresh, { recursive: true, force: true })
  await mkdir(join(fresh, 'assets'), { recursive: true })

  const workers = await bundle(['uploads/worker.ts'], {})
  const define = { WHERRY_WORKERS: JSON.stringify({ uploads: `/${outputOf(workers, 'uploads/worker.ts')}` }) }
  const page = await bundle(['main.ts', 'styles/page.css'], define)
  // The page links the icon as a file, while icons inside components are text.
  const icon = await build({
    ...shared,
    entryPoints: [join(source, 'icon.svg')],
    loader: { '.svg': 'copy' },
  })
  for (const metafile of [workers, page]) refuseTwoLits(metafile)

  const script = outputOf(page, 'main.ts')
  const initial = initialFiles(page, 'main.ts')
  const iconPath = Object.keys(icon.metafile.outputs)[0] ?? ''
  await writePage({
    script,
    style: outputOf(page, 'styles/page.css'),
    icon: relative(fresh, iconPath),
    preload: initial.filter(path => path !== script),
  })

  let initialBytes = 0
  const written = [workers, page, icon.metafile].flatMap(metafile => Object.entries(metafile.outputs))
  for (const [path, { bytes }] of written) {
    const size = path.endsWith('.woff2') ? bytes : await compress(path)
    if (initial.includes(relative(fresh, path))) initialBytes += size
    console.log(`${String(bytes).padStart(8)} ${String(size).padStart(8)} gzip  ${basename(path)}`)
  }
  await Promise.all(['index.html', 'manifest.webmanifest'].map(name => compress(join(fresh, name))))

  console.log(
    `Initial JavaScript: ${(initialBytes / 1024).toFixed(1)} KB gzip of at most ${maxInitialBytes / 1024}.`,
  )
  await rm(out, { recursive: true, force: true })
  await rename(fresh, out)
  // Too much is a reason to fail the build, and none not to run: --any-size is for `npm start`.
  if (initialBytes > maxInitialBytes && !process.argv.includes('--any-size'))
    throw new Error('The initial JavaScript is too large.')
}

await main()
