import type { Sink } from '../../core/api.ts'

/** Writes a download into a chosen file. The browser shows the file only when it is whole. */
export const handleSink = async (handle: FileSystemFileHandle): Promise<Sink> => {
  const writable = await handle.createWritable()
  return {
    has: async () => new Set(),
    write: (_index, position, bytes) => writable.write({ type: 'write', position, data: bytes }),
    finish: () => writable.close(),
    stop: () => writable.abort(),
  }
}
