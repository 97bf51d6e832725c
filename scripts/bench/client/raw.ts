import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Upload } from 'tus-js-client'
import { WebSocket } from 'ws'
import { type Measured, measured } from '../measured.ts'
import { MiB } from '../row.ts'

const connected = async (port: number, query = ''): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${query}`, { perMessageDeflate: false })
  await once(socket, 'open')
  return socket
}

/** Pushes `bytes` in messages of 1 MiB into a server that only counts them. */
export const rawUpload = async ({ port, bytes }: { port: number; bytes: number }): Promise<Measured> => {
  const socket = await connected(port)
  const message = new Uint8Array(MiB)
  const took = await measured(async () => {
    for (let sent = 0; sent < bytes; sent += message.length) {
      const taken = new Promise(resolve => socket.send(message, resolve))
      if (socket.bufferedAmount > 8 * MiB) await taken
    }
    const arrived = once(socket, 'message')
    socket.send('all?')
    await arrived
  })
  socket.terminate()
  return took
}

/** Receives `bytes` in messages of 1 MiB. */
export const rawDownload = async ({ port, bytes }: { port: number; bytes: number }): Promise<Measured> =>
  measured(async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?bytes=${bytes}`, { perMessageDeflate: false })
    let received = 0
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('message', (data: Buffer) => {
        received += data.length
        if (received >= bytes) resolve()
      })
    })
    socket.terminate()
  })

/** Reads a file once and hashes it whole, in one thread: less cannot be done to know that it is the same. */
export const readAndHash = async ({ path }: { path: string }): Promise<Measured> =>
  measured(async () => {
    const file = await open(path)
    const hash = createHash('sha256')
    const block = new Uint8Array(MiB)
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length)
      if (bytesRead === 0) break
      hash.update(block.subarray(0, bytesRead))
    }
    hash.digest()
    await file.close()
  })

const tusUpload = async (endpoint: string, path: string): Promise<void> => {
  const { size: uploadSize } = await stat(path)
  const file = createReadStream(path, { highWaterMark: 4 * MiB })
  await new Promise<void>((onSuccess, onError) => {
    new Upload(file, { endpoint, uploadSize, onSuccess: () => onSuccess(), onError }).start()
  })
}

/** Uploads files with tus-js-client, a few at a time; `warmUp` goes before, unmeasured. */
export const tusUploads = async (params: { port: number; paths: readonly string[]; warmUp: string }) => {
  const endpoint = `http://127.0.0.1:${params.port}/files`
  await tusUpload(endpoint, params.warmUp)
  const left = [...params.paths]
  return measured(() =>
    Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let path = left.pop(); path; path = left.pop()) await tusUpload(endpoint, path)
      }),
    ),
  )
}
