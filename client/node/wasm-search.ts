import { limits } from '../../protocol/limits.ts'
import { type Blocks, createBlocks } from '../core/blocks.ts'
import {
  type CutSearch,
  cutSearch,
  gearHash,
  gearHashBytes,
  type MakeCutSearch,
} from '../core/upload/cut-search.ts'
import { copyBytes } from './copy-bytes.ts'
import { searchModule } from './wasm-code.ts'

const pageBytes = 64 * 1024
/** The first page holds gear tables, the others blocks. */
const tableBytes = 1024
const mostTables = pageBytes / tableBytes
const mostBlocks = 64
const blockPages = limits.chunkMaxBytes / pageBytes
const mostPages = 1 + mostBlocks * blockPages
const roundBytes = 8

type Search = (from: number, to: number, hash: number, mask: number) => number

/**
 * Cuts in WebAssembly what lies in its blocks, and in JavaScript what lies elsewhere: three times as fast (3.1 against
 * 0.97 GB/s), because it spares the checks of bounds. The blocks are shared memory.
 */
export const wasmSearch = (): { blocks: Blocks; makeSearch: MakeCutSearch } => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true })
  const buffers = new WeakSet<ArrayBufferLike>()
  const tables = new WeakMap<Int32Array, Search>()
  let madeTables = 0
  let madeBlocks = 0

  const allocate = (bytes: number): Uint8Array => {
    if (madeBlocks === mostBlocks) return new Uint8Array(new SharedArrayBuffer(bytes))
    madeBlocks++
    const at = memory.grow(blockPages) * pageBytes
    buffers.add(memory.buffer)
    return new Uint8Array(memory.buffer, at, bytes)
  }

  const load = (gear: Int32Array): Search | null => {
    if (madeTables === mostTables) return null
    const gearAt = tableBytes * madeTables++
    new Int32Array(memory.buffer, gearAt, gear.length).set(gear)
    const module = new WebAssembly.Module(searchModule(gearAt, mostPages))
    const { exports } = new WebAssembly.Instance(module, { host: { memory } })
    return exports.search as Search
  }

  const makeSearch: MakeCutSearch = gear => {
    const inScript = cutSearch(gear)
    const search = tables.get(gear) ?? load(gear)
    if (!search) return inScript
    tables.set(gear, search)

    const inBlock: CutSearch = (bytes, from, to, hash, mask) => {
      const end = to - ((to - from) % roundBytes)
      const place = search(bytes.byteOffset + from, bytes.byteOffset + end, hash, mask)
      if (place > 0) return { found: true, place: place - bytes.byteOffset, hash: 0 }
      return inScript(bytes, end, to, gearHash(bytes, end - gearHashBytes, end, gear), mask)
    }

    return (bytes, from, to, hash, mask) => {
      const isWorth = to - from >= 2 * gearHashBytes && buffers.has(bytes.buffer)
      return (isWorth ? inBlock : inScript)(bytes, from, to, hash, mask)
    }
  }

  return { blocks: createBlocks(allocate, mostBlocks, copyBytes), makeSearch }
}
