import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Upload } from 'tus-js-client'
import { WebSocket } from 'ws'
import { startPeer } from './child.ts'
import { MiB, timed } from './row.ts'

/** Seconds to push `bytes` in messages of 1 MiB from `ws` into a uWebSockets.js server that only counts them. */
export const rawUpload = async (bytes: number): Promise<number> => {
  const peer = await startPeer('raw-sockets.ts')
  const socket = new WebSocket(`ws://127.0.0.1:${peer.port}/`, { perMessageDeflate: false })
  await once(socket, 'open')
  const message = new Uint8Array(MiB)
  const seconds = await timed(async () => {
    for (let sent = 0; sent < bytes; sent += message.length) {
      const taken = new Promise(resolve => socket.send(message, resolve))
      if (socket.bufferedAmount > 8 * MiB) await taken
    }
    const arrived = once(socket, 'message')
    socket.send('all?')
    await arrived
  })
  socket.terminate()
  peer.stop()
  return seconds
}

/** Seconds to receive `bytes` in messages of 1 MiB from uWebSockets.js with `ws`. */
export const rawDownload = async (bytes: number): Promise<number> => {
  const peer = await startPeer('raw-sockets.ts')
  const seconds = await timed(async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${peer.port}/?bytes=${bytes}`, { perMessageDeflate: false })
    let received = 0
    await new Promise<void>(resolve => {
      socket.on('message', (data: Buffer) => {
        received += data.length
        if (received >= bytes) resolve()
      })
    })
    socket.terminate()
  })
  peer.stop()
  return seconds
}

const tusUpload = async (endpoint: string, path: string): Promise<void> => {
  const { size: uploadSize } = await stat(path)
  const file = createReadStream(path, { highWaterMark: 4 * MiB })
  await new Promise<void>((onSuccess, onError) => {
    new Upload(file, { endpoint, uploadSize, onSuccess: () => onSuccess(), onError }).start()
  })
}

/** Seconds for tus-js-client to upload the files to @tus/server, a few at a time. */
export const tusUploads = async (paths: readonly string[], directory: string): Promise<number> => {
  const peer = await startPeer('tus.ts', directory)
  const endpoint = `http://127.0.0.1:${peer.port}/files`
  const left = [...paths]
  const seconds = await timed(() =>
    Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let path = left.pop(); path; path = left.pop()) await tusUpload(endpoint, path)
      }),
    ),
  )
  peer.stop()
  return seconds
}
