import { get } from 'node:http'
import { join } from 'node:path'
import { download } from '../../../client/core/download.ts'
import { fileSink } from '../../../client/node/file-sink.ts'
import { randomFile } from '../files.ts'
import { withNginx } from '../nginx.ts'
import { rawDownload } from '../raw.ts'
import { MiB, type Row, rate, timed } from '../row.ts'
import { type Bench, startBench, uploadAll } from '../wherry.ts'

const uploadedEntry = async (bench: Bench, path: string): Promise<string> => {
  await uploadAll(bench, [path])
  const { entries } = await bench.client.call('folder.list', { folder: bench.root })
  const entry = entries[0]?.id
  if (!entry) throw new Error('the uploaded file is not there')
  return entry
}

/** Reads an address with a plain HTTP client, throws the bytes away, and resolves with their number. */
const readAway = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, response => {
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      response.on('end', () => resolve(bytes))
      response.on('error', reject)
    }).on('error', reject)
  })

const readAllOf = async (url: string, size: number): Promise<void> => {
  const bytes = await readAway(url)
  if (bytes !== size) throw new Error(`${bytes} bytes of ${size} came`)
}

export const downloadRow: Row = {
  name: 'download',
  what: 'download of 1 GiB',
  async run(context) {
    const size = (1024 * MiB) / context.scale
    const raw = rate('uWebSockets.js to ws', size, await rawDownload(size))
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const bench = await startBench(context)
    const entry = await uploadedEntry(bench, path)
    const sink = fileSink(join(context.directory, 'got.bin'))
    const ours = rate('Wherry', size, await timed(() => download(bench.client, entry, sink)))
    await bench.end()
    return { ours, beside: [raw], target: '0.30 of raw', met: ours.value >= 0.3 * raw.value }
  },
}

export const signedUrlRow: Row = {
  name: 'url',
  what: 'download of 1 GiB by signed address',
  async run(context) {
    const size = (1024 * MiB) / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const nginx = await withNginx(context.directory, async url =>
      rate('nginx sendfile', size, await timed(() => readAllOf(`${url}/big.bin`, size))),
    )
    const bench = await startBench(context)
    const entry = await uploadedEntry(bench, path)
    const { url } = await bench.client.call('download.url', { entries: [entry], purpose: 'save' })
    const address = new URL(url, bench.hub.url).href
    const ours = rate('Wherry', size, await timed(() => readAllOf(address, size)))
    await bench.end()
    return { ours, beside: [nginx], target: '0.4 of nginx', met: ours.value >= 0.4 * nginx.value }
  },
}
