import type { Page } from 'playwright-core'

/**
 * Data channels between two pages without anything of ours, set up as theirs: negotiated, ordered, messages of 64 KiB, sent
 * on when fewer than 128 KiB wait.
 */

type Ends = { connection: RTCPeerConnection; channel: RTCDataChannel }

/** What runs in the pages knows nothing of this file: each finds the ends in its window. */
const begin = (): void => {
  const connection = new RTCPeerConnection()
  const channel = connection.createDataChannel('bare', { negotiated: true, id: 0, ordered: true })
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = 128 * 1024
  Object.assign(window, { bare: { connection, channel } })
}

/** Makes or takes a description, waits for all candidates, and answers what the other side needs. */
const describe = async (theirs: string): Promise<string> => {
  const { connection } = (window as unknown as { bare: Ends }).bare
  if (theirs) await connection.setRemoteDescription(JSON.parse(theirs))
  if (connection.signalingState === 'stable' && theirs) return ''
  await connection.setLocalDescription()
  while (connection.iceGatheringState !== 'complete') await new Promise(resolve => setTimeout(resolve, 5))
  return JSON.stringify(connection.localDescription)
}

const receive = (bytes: number): void => {
  const { channel } = (window as unknown as { bare: Ends }).bare
  let left = bytes
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    left -= data.byteLength
    if (left <= 0) channel.send('all')
  }
}

const whenOpen = async (): Promise<void> => {
  const { channel } = (window as unknown as { bare: Ends }).bare
  while (channel.readyState !== 'open') await new Promise(resolve => setTimeout(resolve, 5))
}

const send = async (bytes: number): Promise<void> => {
  const { channel } = (window as unknown as { bare: Ends }).bare
  const arrived = new Promise(resolve => {
    channel.onmessage = resolve
  })
  const message = new Uint8Array(64 * 1024)
  for (let sent = 0; sent < bytes; sent += message.length) {
    if (channel.bufferedAmount >= 256 * 1024)
      await new Promise(resolve => {
        channel.onbufferedamountlow = resolve
      })
    channel.send(message)
  }
  await arrived
}

export const connectBare = async (from: Page, to: Page): Promise<void> => {
  await from.evaluate(begin)
  await to.evaluate(begin)
  const offer = await from.evaluate(describe, '')
  const answer = await to.evaluate(describe, offer)
  await from.evaluate(describe, answer)
  await from.evaluate(whenOpen)
}

/** Resolves when so many bytes have arrived. */
export const pourBare = async (from: Page, to: Page, bytes: number): Promise<void> => {
  await to.evaluate(receive, bytes)
  await from.evaluate(send, bytes)
}
