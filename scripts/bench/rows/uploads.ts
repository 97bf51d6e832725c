import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { randomFile, randomFiles } from '../files.ts'
import { rawUpload, tusUploads } from '../raw.ts'
import { MiB, type Row, rate, timed } from '../row.ts'
import { memoryOf, startBench, uploadAll } from '../wherry.ts'

const gibibyte = 1024 * MiB

export const uploadRow: Row = {
  name: 'upload',
  what: 'upload of 1 GiB',
  async run(context) {
    const size = gibibyte / context.scale
    const path = await randomFile(join(context.directory, 'big.bin'), size)
    const raw = rate('ws to uWebSockets.js', size, await rawUpload(size))
    const tus = rate('tus', size, await tusUploads([path], join(context.directory, 'tus')))
    const bench = await startBench(context)
    const ours = rate('Wherry', size, await timed(() => uploadAll(bench, [path])))
    const memory = { name: "the hub's memory", value: await memoryOf(bench.hub.pid(), 'VmHWM'), unit: 'MB' }
    await bench.end()
    const met = ours.value >= 0.35 * raw.value && ours.value > tus.value && memory.value < 350
    return { ours, beside: [raw, tus, memory], target: '0.35 of raw, faster than tus, under 350 MB', met }
  },
}

export const smallFilesRow: Row = {
  name: 'small',
  what: '10,000 files of 10 KiB',
  async run(context) {
    const count = 10_000 / context.scale
    const paths = await randomFiles(join(context.directory, 'small'), count, 10 * 1024)
    const copied = await timed(() =>
      promisify(execFile)('cp', ['-r', join(context.directory, 'small'), join(context.directory, 'copy')]),
    )
    const bench = await startBench(context)
    const seconds = await timed(() => uploadAll(bench, paths))
    await bench.end()
    const ours = { name: 'Wherry', value: count / seconds, unit: 'files/s' }
    const cp = { name: 'cp -r', value: count / copied, unit: 'files/s' }
    return {
      ours,
      beside: [cp],
      target: '5,000 files/s, faster than cp -r',
      met: ours.value >= Math.max(5000, cp.value),
    }
  },
}

export const mediumFilesRow: Row = {
  name: 'medium',
  what: '200 files of 5 MiB',
  async run(context) {
    const count = Math.ceil(200 / context.scale)
    const size = count * 5 * MiB
    const paths = await randomFiles(join(context.directory, 'medium'), count, 5 * MiB)
    const big = await randomFile(join(context.directory, 'big.bin'), size)
    await mkdir(join(context.directory, 'tus'), { recursive: true })
    const tus = rate('tus', size, await tusUploads(paths, join(context.directory, 'tus')))
    const bench = await startBench(context)
    const one = rate('one file of that size', size, await timed(() => uploadAll(bench, [big])))
    const ours = rate('Wherry', size, await timed(() => uploadAll(bench, paths)))
    await bench.end()
    return {
      ours,
      beside: [one, tus],
      target: '0.9 of one file, faster than tus',
      met: ours.value >= 0.9 * one.value && ours.value > tus.value,
    }
  },
}
