import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { threadHashing } from '../../client/node/hashing.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('chunks hash the same before the thread listens, once it does, and after it was closed', async () => {
  const hashing = threadHashing()
  const block = hashing.blocks.take().fill(7)
  const chunks = [block.subarray(0, 100_000), block.subarray(100_000, 900_001), block.subarray(5, 50)]
  const expected = chunks.map(sha256)
  for (let turn = 0; turn < 20; turn++) {
    expect(await Promise.all(chunks.map(hashing.sha256))).toEqual(expected)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  hashing.close()
  expect(await Promise.all(chunks.map(hashing.sha256))).toEqual(expected)
  hashing.close()
})

test('a thread that is not at work keeps no process alive, also while it starts', async () => {
  const program = `
    import { threadHashing } from ${JSON.stringify(new URL('../../client/node/hashing.ts', import.meta.url).href)}
    const { blocks, sha256 } = threadHashing()
    await sha256(blocks.take())`
  const directory = await mkdtemp(join(tmpdir(), 'wherry-hashing-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'program.mjs'), program)
  const child = execFile(process.execPath, [join(directory, 'program.mjs')])
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
})
