import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../scripts/find-chromium.mjs'

const MiB = 2 ** 20
const programs = ['mkfs.xfs', 'mkfs.ext4', 'mount', 'umount', 'cp'] as const
const run = (program: (typeof programs)[number], args: readonly string[]): void => {
  execFileSync(findProgram(program) ?? program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** A journaling file system in an image that can be copied in one moment, while it is written to. */
export type DiskImage = {
  /** Where it is mounted. */
  readonly directory: string
  /** The image as it is at one moment while this runs: what the disk would hold after a power cut then. */
  cut(): Promise<string>
  /** Runs with a cut mounted, which replays its journal. */
  mounted<T>(cut: string, run: (directory: string) => Promise<T>): Promise<T>
  remove(): Promise<void>
}

/** An ext4 mounted with `options` in a file of an XFS that shares blocks; or why there can be none, as a sentence. */
export const diskImage = async (options: string): Promise<DiskImage | string> => {
  if (process.getuid?.() !== 0) return 'Mounting images needs root.'
  const missing = programs.find(program => findProgram(program) === null)
  if (missing !== undefined) return `${missing} is not installed.`
  const home = await mkdtemp(join(tmpdir(), 'wherry-disk-'))
  const undo: (() => unknown)[] = [() => rm(home, { recursive: true, force: true })]
  const remove = async (): Promise<void> => {
    for (const one of undo.splice(0).reverse()) await one()
  }
  const mount = (image: string, directory: string, how: string): void => {
    run('mount', ['-o', how, image, directory])
    // Lazily: a network namespace of another test keeps a copy of each mount that it found, as long as it lives.
    undo.push(() => run('umount', ['-l', directory]))
  }
  try {
    return await makeImage(home, options, mount, remove)
  } catch (error) {
    await remove()
    return `Images cannot be made or mounted here: ${error instanceof Error ? error.message : error}`
  }
}

const makeImage = async (
  home: string,
  options: string,
  mount: (image: string, directory: string, how: string) => void,
  remove: () => Promise<void>,
): Promise<DiskImage> => {
  const [shelf, directory, then] = ['shelf', 'disk', 'then'].map(name => join(home, name)) as [
    string,
    string,
    string,
  ]
  for (const one of [shelf, directory, then]) await mkdir(one)
  await newFile(join(home, 'shelf.img'), 1024)
  run('mkfs.xfs', ['-q', '-m', 'reflink=1', join(home, 'shelf.img')])
  mount(join(home, 'shelf.img'), shelf, 'loop')
  const image = join(shelf, 'disk.img')
  await newFile(image, 384)
  run('mkfs.ext4', ['-q', '-F', '-O', 'has_journal', image])
  mount(image, directory, `loop,${options}`)
  let cuts = 0
  return {
    directory,
    async cut() {
      const cut = join(shelf, `cut-${cuts++}.img`)
      await promisify(execFile)('cp', ['--reflink=always', image, cut])
      return cut
    },
    async mounted(cut, use) {
      run('mount', ['-o', `loop,${options}`, cut, then])
      try {
        return await use(then)
      } finally {
        run('umount', [then])
      }
    },
    remove,
  }
}

const newFile = async (path: string, mebibytes: number): Promise<void> => {
  await writeFile(path, '')
  await truncate(path, mebibytes * MiB)
}
