import { realpath } from 'node:fs/promises'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Timers } from '../../core/api.ts'
import { newId } from '../../core/new-id.ts'
import type { Secret } from '../../core/peer/api.ts'
import { codeText, drawSecrets, linkText } from '../../core/peer/pairing/code.ts'
import { createRoom, type OwnRoom, type RoomSlot } from '../../core/peer/room.ts'
import { startSend } from '../../core/peer/session.ts'
import { type Command, type CommandContext, textOption, UsageError } from '../cli/command.ts'
import { formatBytes, type Output, printable } from '../cli/output.ts'
import { openPaths, type Paths } from '../cli/path-option.ts'
import type { Client } from '../cli/session.ts'
import { countOfFiles, showTransfer } from '../cli/transfer-progress.ts'
import type { KeptFile } from '../peer/kept-file.ts'
import { type KeptSend, openKeptSend, snapshotOf } from '../peer/kept-sends.ts'
import { nodeCrypto } from '../peer/node-crypto.ts'
import { runTimers } from '../peer/run-timers.ts'
import { readSendTree, type SendTree } from '../peer/send-tree.ts'

type SendRun = {
  client: Client
  timers: Timers
  paths: Paths
  hub: string
  tree: SendTree
  text: string | null
  kept: KeptFile<KeptSend>
}

type Room = { own: OwnRoom; secrets: readonly Secret[] }

/** The room of an earlier run if somebody can still come to it, else a new one. */
const openSendRoom = async (
  { client, timers }: Pick<SendRun, 'client' | 'timers'>,
  kept: KeptSend['room'] | undefined,
): Promise<Room> => {
  if (kept) {
    const own = await createRoom(client, kept.id, { timers }).catch(error => {
      if (isReason(error, 'conflict')) return null
      throw error
    })
    const isPaired = kept.secrets.some(({ via }) => via === 'again')
    if (own && (isPaired || own.slot !== null)) return { own, secrets: kept.secrets }
    await own?.room.leave()
  }
  return { own: await createRoom(client, newId(), { timers }), secrets: await drawSecrets() }
}

const showCode = (output: Output, hub: string, secrets: readonly Secret[], { slot }: RoomSlot) => {
  if (slot === null || secrets.some(({ via }) => via === 'again')) return
  const code = codeText(slot, secrets)
  const link = linkText(hub, slot, secrets)
  output.note('On the other device run `wherry receive` and enter this code, or open the link in a browser:')
  output.event({ code, link }, `${code}\n${link}`)
  output.note('Waiting for the other side. The code holds for ten minutes and for one receiver.')
}

/** What of the state outlives a failure. */
const keepAfter = async (error: unknown, kept: KeptFile<KeptSend>, now: KeptSend): Promise<void> => {
  if (isReason(error, 'declined')) await kept.remove()
  else await kept.write({ ...now, room: null })
}

const inWords = (error: unknown): unknown =>
  isReason(error, 'wrong_code')
    ? new WherryError(
        'wrong_code',
        'Somebody entered a wrong code, so this code is used up. The same command makes a new one.',
      )
    : error

const runSend = async (
  { client, timers, paths, hub, tree, text, kept }: SendRun,
  { output, signal }: CommandContext,
  options: Parameters<Command['run']>[2],
): Promise<void> => {
  const snapshot = snapshotOf(tree.sources)
  const before = options.new === true || kept.value?.snapshot !== snapshot ? null : kept.value
  if (kept.value && !before && options.new !== true)
    output.note('Something changed since this was sent before, so it is sent as something new.')
  const { own, secrets } = await openSendRoom({ client, timers }, before?.room)
  let state: KeptSend = {
    snapshot,
    transfer: before?.transfer ?? null,
    room: { id: own.room.id, secrets: [...secrets] },
  }
  await kept.write(state)
  if (secrets.some(({ via }) => via === 'again')) {
    output.note('Continuing with whoever received this before; --new makes a new code for somebody else.')
    if (output.json) output.event({ code: null, link: null }, '')
  }
  showCode(output, hub, secrets, own)
  const stopSlots = own.onSlot(slot => showCode(output, hub, secrets, slot))
  const transfer = startSend({
    room: paths.limit(own.room),
    connect: paths.connect,
    timers,
    ...nodeCrypto,
    secrets,
    sources: tree.sources,
    text,
    from: client.user?.name ?? '',
    transfer: state.transfer ?? undefined,
    onKeep({ room, again, transfer }) {
      state = { snapshot, transfer, room: { id: room, secrets: [{ via: 'again', secret: again }] } }
      void kept.write(state)
    },
  })
  try {
    const outcome = await showTransfer(transfer, 'sender', output, signal)
    await kept.remove()
    const line = `${countOfFiles(outcome.files)}, ${formatBytes(outcome.bytes)} sent: ${formatBytes(outcome.movedBytes)} travelled, ${outcome.seconds.toFixed(1)} s`
    output.result(outcome, [line])
  } catch (error) {
    if (!signal.aborted && !isReason(error, 'disconnected')) await keepAfter(error, kept, state)
    throw inWords(error)
  } finally {
    stopSlots()
    await transfer.stop()
  }
}

export const send: Command = {
  usage: 'send FILES... [--text TEXT] [--new] [--path auto|direct|relay]',
  doc: 'Sends files and folders straight to somebody, who needs no account: it prints a code to pass on, and waits. Nothing is stored on the hub. The same command again continues an interrupted send; --new begins another one.',
  options: { text: { type: 'string' }, new: { type: 'boolean' }, path: { type: 'string' } },
  takes: { min: 0, max: Number.POSITIVE_INFINITY },
  async run(context, args, options) {
    const { connect, hub, output } = context
    const text = textOption(options, 'text') ?? null
    if (args.length === 0 && !text) throw new UsageError('name what to send: files, folders, or --text')
    const tree = await readSendTree(args)
    for (const { file, why } of tree.skipped) output.note(`passed over ${printable(file)}: ${why}`)
    if (tree.sources.length === 0 && !text) throw new WherryError('not_found', 'There is nothing to send.')
    const client = await connect()
    const named = await Promise.all(args.map(one => realpath(one)))
    const timers = runTimers()
    const paths = await openPaths(options, output)
    const kept = await openKeptSend([await hub(), client.user?.id, named, text])
    try {
      await runSend({ client, timers, paths, hub: await hub(), tree, text, kept }, context, options)
    } finally {
      for (const source of tree.sources) await source.close?.()
      paths.close()
      timers.close()
      await kept.release()
    }
  },
}
