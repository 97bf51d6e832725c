import { mkdtemp, open, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileSource } from '../../client/node/file-source.ts'
import { someBytes } from './memory-source.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-source-'))
})
afterAll(() => rm(directory, { recursive: true }))

test.each([1000, 1_000_000])(
  'of %i bytes that change in place while their date is kept, none is read',
  async size => {
    const file = join(directory, `${size}`)
    await writeFile(file, someBytes(size))
    await utimes(file, 1_700_000_000, 1_700_000_000)
    const source = fileSource(file)
    expect(await source.read(0, 100)).toEqual(someBytes(100))
    const { ctimeMs } = await stat(file)
    while ((await stat(file)).ctimeMs === ctimeMs) {
      // A file system notes changes by a clock of its own, which may tick a few hundred times a second.
      await setTimeout(1)
      const handle = await open(file, 'r+')
      await handle.write(someBytes(size, 2))
      await handle.utimes(1_700_000_000, 1_700_000_000)
      await handle.close()
    }
    const changed = { reason: 'conflict', message: 'The file changed while it was uploaded.' }
    await expect(source.read(0, 100)).rejects.toMatchObject(changed)
    await expect(source.read(size, 0)).rejects.toMatchObject(changed)
    await source.close?.()
  },
)
