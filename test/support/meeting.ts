import { randomBytes } from 'node:crypto'
import type { Credentials, HubClient, Timers, TransferLink } from '../../client/core/api.ts'
import { createClient } from '../../client/core/client.ts'
import type { PeerTransfer, Room, Secret, TransferStatus } from '../../client/core/peer/api.ts'
import type { Connect } from '../../client/core/peer/direct.ts'
import { createRoom } from '../../client/core/peer/own-room.ts'
import { drawSecrets } from '../../client/core/peer/pairing/code.ts'
import { joinRoom } from '../../client/core/peer/room.ts'
import { startReceipt, startSend } from '../../client/core/peer/session.ts'
import { nodeSocket } from '../../client/node/socket.ts'
import { administrator } from './hub-process.ts'
import { type MemoryStore, memorySources, memoryStore, type TestFile } from './peer-files.ts'
import { signedInClient } from './transfer-client.ts'

type Client = HubClient & TransferLink

const nobody: Credentials = {
  keep: 'token',
  renew: async () => null,
  store: async () => {},
  forget: async () => {},
}

/** A client of a hub that nobody is signed in to. */
const guestClient = (hubUrl: string): Client =>
  createClient({
    url: `${hubUrl.replace('http', 'ws')}/ws`,
    socket: nodeSocket,
    credentials: nobody,
    agent: 'wherry-test/0',
    retryDelayMs: () => 50,
  })

export type Meeting = {
  readonly rooms: { sender: Room; receiver: Room }
  readonly slot: number
  readonly secrets: readonly Secret[]
  close(): void
}

/** A sender (the administrator) and a guest in one room of the hub, with secrets that nobody has used. */
export const meet = async (hubUrl: string): Promise<Meeting> => {
  const { client: sender } = await signedInClient(hubUrl, administrator)
  const receiver = guestClient(hubUrl)
  const own = await createRoom(sender)
  const slot = own.slot ?? 0
  const other = await joinRoom(receiver, { kind: 'slot', slot })
  return {
    rooms: { sender: own.room, receiver: other },
    slot,
    secrets: await drawSecrets(),
    close() {
      sender.close()
      receiver.close()
    },
  }
}

export const codeOf = (secrets: readonly Secret[]): Secret => {
  const code = secrets.find(({ via }) => via === 'code')
  if (!code) throw new Error('there is no code')
  return code
}

/** Resolves when the status is so; rejects when the transfer ends without having been. */
export const whenStatus = (
  transfer: PeerTransfer,
  fits: (status: TransferStatus) => boolean,
): Promise<TransferStatus> =>
  new Promise((resolve, reject) => {
    const look = () => {
      if (!fits(transfer.status)) return
      stop()
      resolve(transfer.status)
    }
    const stop = transfer.onChange(look)
    transfer.finished.then(look, reject)
    look()
  })

export type DirectSend = {
  readonly sender: PeerTransfer
  readonly receiver: PeerTransfer
  readonly store: MemoryStore
  /** How both ended: `done`, or the reason that it failed for. */
  readonly ends: Promise<{ sender: string; receiver: string }>
}

const endOf = (transfer: PeerTransfer): Promise<string> =>
  transfer.finished.then(
    () => 'done',
    error => error.reason ?? String(error),
  )

export type DirectSendOptions = {
  files: readonly TestFile[]
  text?: string
  /** Without it the hub's relay carries all. */
  connect?: { sender: Connect; receiver: Connect }
  store?: MemoryStore
  secret?: Secret
  timers?: Timers
}

/** Sends the files; the receiver accepts whatever is offered. */
export const startDirectSend = (
  { rooms, secrets }: Meeting,
  { files, text, connect, store = memoryStore(), secret = codeOf(secrets), timers }: DirectSendOptions,
): DirectSend => {
  const sources = memorySources(files)
  const sender = startSend({
    ...{ room: rooms.sender, secrets, sources, text, from: 'Ada', timers },
    connect: connect?.sender,
  })
  const receiver = startReceipt({ room: rooms.receiver, secret, store, connect: connect?.receiver, timers })
  whenStatus(receiver, ({ phase }) => phase === 'offered').then(
    () => receiver.accept(),
    () => {},
  )
  const ends = Promise.all([endOf(sender), endOf(receiver)]).then(([sent, received]) => ({
    sender: sent,
    receiver: received,
  }))
  return { sender, receiver, store, ends }
}

export const randomFile = (name: string, size: number): TestFile => ({
  path: [name],
  bytes: randomBytes(size),
})
