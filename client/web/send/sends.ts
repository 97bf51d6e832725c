import type { HubClient, Stop, TransferLink } from '../../core/api.ts'
import { createListeners } from '../../core/listeners.ts'
import { newId } from '../../core/new-id.ts'
import type { PeerFile } from '../../core/peer/api.ts'
import { keepAwake } from '../peer/keep-awake.ts'
import type { Chosen } from '../uploads/chosen-files.ts'
import { type Invited, invite } from './receiver.ts'
import { forgetSend, type RememberedSend, rememberedSends, rememberSend } from './remembered-sends.ts'
import {
  attach,
  peerFilesOf,
  type Readiness,
  reopenAll,
  type SendContent,
  sourcesOf,
} from './send-content.ts'

/** Files and text on their way to any number of receivers, each invited on its own. */
export type DirectSend = {
  readonly transfer: string
  readonly files: readonly PeerFile[]
  readonly text: string | null
  readonly readiness: Readiness
  readonly receivers: readonly Invited[]
}

/** The direct sends of this page, and those of earlier visits that can go on. They run whatever page of the app is shown. */
export type Sends = {
  readonly all: readonly DirectSend[]
  start(content: SendContent): void
  /** One more code for the same files, or an offer to a person of this hub. */
  addReceiver(transfer: string, to?: string | null): void
  /** Takes a receiver that is over out of the list. */
  removeReceiver(transfer: string, room: string): void
  /** Ends it for all of its receivers. */
  remove(transfer: string): void
  /** Asks the browser to read the files of an earlier visit again; from a click. */
  unlock(transfer: string): Promise<void>
  attach(transfer: string, chosen: Chosen): void
  onChange(listener: () => void): Stop
}

type Link = HubClient & TransferLink
type Own = {
  transfer: string
  startedAt: number
  content: SendContent
  /** Of the content, made once: there may be thousands. */
  files: readonly PeerFile[]
  readiness: Readiness
  receivers: Invited[]
}

const lockName = (transfer: string): string => `wherry-send-${transfer}`

/** True for the one tab that has a send: it keeps it until it is closed, or `left` resolves. */
const takeOver = async (transfer: string, left: Promise<void>): Promise<boolean> => {
  if (!navigator.locks) return true
  return new Promise(resolve => {
    void navigator.locks.request(lockName(transfer), { ifAvailable: true }, lock => {
      resolve(lock !== null)
      return lock ? left : undefined
    })
  })
}

/** `left` resolves when the user signed out: all that is remembered then waits for the next sign-in. */
const createSends = (client: Link, user: { id: string; name: string }, left: Promise<void>): Sends => {
  const listeners = createListeners<void>()
  const own = new Map<string, Own>()
  let all: readonly DirectSend[] = []
  let hasLeft = false

  const changed = () => {
    all = [...own.values()].map(({ transfer, content, files, readiness, receivers }) => ({
      ...{ transfer, files, readiness, text: content.text },
      // As they are now: a receiver's figures move on.
      receivers: receivers.map(one => ({ ...one })),
    }))
    keepAwake(isMoving())
    listeners.emit()
  }

  const receivers = () => [...own.values()].flatMap(send => send.receivers)
  const isMoving = () => receivers().some(({ transfer }) => transfer?.status.phase === 'running')

  /** A warning only while something would be lost: files with a handle go on after a reload. */
  const warn = (event: BeforeUnloadEvent) => {
    const wouldBeLost = (send: Own) =>
      send.content.files.some(({ handle, entry }) => handle === null && entry === null) &&
      send.receivers.some(({ transfer, isOver }) => !isOver && transfer?.status.phase !== 'pairing')
    if ([...own.values()].some(wouldBeLost)) event.preventDefault()
  }
  addEventListener('beforeunload', warn)

  const remember = ({ transfer, startedAt, content, receivers }: Own) => {
    // What stops now is not over.
    if (hasLeft) return
    const { folders, text } = content
    const files = content.files.map(({ file: _, ...remembered }) => remembered)
    const open = receivers.filter(({ isOver }) => !isOver)
    if (open.length === 0) return forgetSend(transfer)
    return rememberSend({
      ...{ transfer, user: user.id, startedAt, files, folders, text },
      receivers: open.map(({ room, secrets, to, comparison, paused }) => ({
        ...{ room, secrets: [...secrets], to, comparison, paused },
      })),
    })
  }

  const inviteTo = (send: Own, to: string | null, earlier?: Invited) => {
    const invited = invite({
      ...{ client, from: user, to, earlier, transfer: send.transfer, text: send.content.text },
      sources: () => sourcesOf(client, send.content, send.startedAt),
      changed,
      keep: () => void remember(send),
    })
    send.receivers.push(invited)
  }

  const begin = (send: Own) => {
    own.set(send.transfer, send)
    void takeOver(send.transfer, left)
    inviteTo(send, null)
    changed()
  }

  /** Receivers of an earlier visit, whose files can be read now. */
  const goOn = (send: Own) => {
    const waiting = send.receivers.splice(0)
    for (const one of waiting) inviteTo(send, one.to, one)
    changed()
  }

  const restore = async (remembered: RememberedSend) => {
    const { transfer, startedAt, folders, text } = remembered
    if (own.has(transfer) || !(await takeOver(transfer, left)) || hasLeft) return
    const files = remembered.files.map(file => ({ ...file, file: null }))
    const readiness = await reopenAll(files)
    const receivers = remembered.receivers.map(waitingReceiver)
    const content = { files, folders, text }
    const send = { transfer, startedAt, content, files: peerFilesOf(content), readiness, receivers }
    own.set(transfer, send)
    if (readiness === 'ready') goOn(send)
    else changed()
  }

  const setReadiness = (send: Own, readiness: Readiness) => {
    send.readiness = readiness
    if (readiness === 'ready') goOn(send)
    else changed()
  }

  void left.then(() => {
    hasLeft = true
    removeEventListener('beforeunload', warn)
    for (const { transfer } of receivers()) void transfer?.stop()
    own.clear()
    changed()
  })

  void rememberedSends(user.id).then(async sends => {
    for (const send of sends.toSorted((a, b) => a.startedAt - b.startedAt)) await restore(send)
  })

  return {
    get all() {
      return all
    },
    start(content) {
      const [transfer, startedAt, files] = [newId(), Date.now(), peerFilesOf(content)]
      begin({ transfer, startedAt, content, files, readiness: 'ready', receivers: [] })
    },
    addReceiver(transfer, to = null) {
      const send = own.get(transfer)
      if (send?.readiness !== 'ready') return
      inviteTo(send, to)
      changed()
    },
    removeReceiver(transfer, room) {
      const send = own.get(transfer)
      if (!send) return
      send.receivers = send.receivers.filter(one => one.room !== room || !one.isOver)
      changed()
    },
    remove(transfer) {
      for (const receiver of own.get(transfer)?.receivers ?? []) receiver.end()
      own.delete(transfer)
      void forgetSend(transfer)
      changed()
    },
    async unlock(transfer) {
      const send = own.get(transfer)
      if (send) setReadiness(send, await reopenAll(send.content.files, true))
    },
    attach(transfer, chosen) {
      const send = own.get(transfer)
      if (send) setReadiness(send, attach(send.content.files, chosen))
    },
    onChange: listeners.add,
  }
}

/** Of an earlier visit, until its files can be read. */
const waitingReceiver = ({
  room,
  secrets,
  to = null,
  comparison = null,
  paused = false,
}: RememberedSend['receivers'][number]): Invited => ({
  ...{ room, secrets, to, comparison, paused, invitation: null, transfer: null, error: null },
  ...{ rate: 0, isOver: false },
  end: () => {},
})

const made = new WeakMap<HubClient, Sends>()

/** The sends of whoever is signed in on this page: the same for as long as that is. */
export const sendsOf = (client: HubClient): Sends | null => {
  const { user } = client
  if (!user) return null
  const known = made.get(client)
  if (known) return known
  const left = Promise.withResolvers<void>()
  const stop = client.onState(() => {
    if (client.user?.id === user.id) return
    stop()
    made.delete(client)
    left.resolve()
  })
  // The page's client carries binary messages too; pages see no more of it than they need.
  const sends = createSends(client as Link, user, left.promise)
  made.set(client, sends)
  return sends
}
