import { realpath } from 'node:fs/promises'
import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Timers } from '../../core/api.ts'
import type { OwnRoom, RoomSlot } from '../../core/peer/own-room.ts'
import { codeText, linkText } from '../../core/peer/pairing/code.ts'
import { startSend } from '../../core/peer/session.ts'
import { offeredPaths } from '../../core/peer/transfer/offer.ts'
import { recipient } from '../../core/peer/trusted-people.ts'
import { type Asker, createAsker, nobodyAnswers } from '../cli/ask.ts'
import { type Command, type CommandContext, PartialFailure, textOption, UsageError } from '../cli/command.ts'
import { tellLostHub } from '../cli/lost-hub.ts'
import { countOfFiles, formatBytes, type Output, printable } from '../cli/output.ts'
import { openPaths, type Paths } from '../cli/path-option.ts'
import { askToCompare } from '../cli/pictures.ts'
import type { Client } from '../cli/session.ts'
import { cancelledInWords, showTransfer, type TransferOutcome } from '../cli/transfer-progress.ts'
import type { KeptFile } from '../peer/kept-file.ts'
import { type KeptSend, openKeptSend, snapshotOf } from '../peer/kept-sends.ts'
import { nodeCrypto } from '../peer/node-crypto.ts'
import { runTimers } from '../peer/run-timers.ts'
import { isPaired, openRoomFor, openSendRoom, type SendRoom } from '../peer/send-room.ts'
import { readSendTree, type SendTree } from '../peer/send-tree.ts'
import { trustDevice, trustedDevices } from '../peer/trusted-devices.ts'

type SendRun = {
  client: Client
  timers: Timers
  paths: Paths
  hub: string
  tree: SendTree
  text: string | null
  kept: KeptFile<KeptSend>
  /** A person of the hub instead of whoever has the code. */
  to: string | null
  devices: ReturnType<typeof trustedDevices> | null
  asker: Asker
}

const showCode = (output: Output, hub: string, secrets: SendRoom['secrets'], { slot }: RoomSlot) => {
  const shown = secrets.filter(one => one.via !== 'person')
  if (slot === null || shown.length === 0 || isPaired(secrets)) return
  const code = codeText(slot, shown)
  const link = linkText(hub, slot, shown)
  output.note('On the other device run `wherry receive` and enter this code, or open the link in a browser:')
  output.event({ code, link }, `${code}\n${link}`)
  output.note('Waiting for the other side. The code holds for ten minutes and for one receiver.')
}

const showOffered = (output: Output, to: string, { id, present }: OwnRoom['room']): void => {
  output.note(
    present
      ? `Somebody came meanwhile for what was offered to ${printable(to)}: continuing with them.`
      : `Offered to ${printable(to)}. Waiting for them; nobody came if this takes ten minutes.`,
  )
  if (output.json) output.event({ offered: { room: id, to } }, '')
}

/** There is no code to show: the other side received some of it before, or waits since it entered the code of then. */
const showContinued = (output: Output, hasReceived: boolean): void => {
  output.note(
    hasReceived
      ? 'Continuing with whoever received this before; --new makes a new code for somebody else.'
      : 'Somebody came with the code meanwhile: continuing with them.',
  )
  if (output.json) output.event({ code: null, link: null }, '')
}

/** A code is good for one guess: none is answered before it is noted that somebody came. */
const answeringAfter = (room: OwnRoom['room'], noted: () => Promise<void>): OwnRoom['room'] =>
  Object.create(room, {
    signal: {
      async value(envelope: string) {
        await noted()
        await room.signal(envelope)
      },
    },
  })

type Renamed = { path: string; sentAs: string }

/** What has another name for the other side: not every device takes every name, or takes it twice where only case differs. */
const renamedIn = ({ sources }: SendTree): Renamed[] => {
  const paths = offeredPaths(sources).map(path => path.join('/'))
  return sources.flatMap(({ file }, i) => {
    const [path, sentAs = ''] = [file.path.join('/'), paths[i]]
    return path === sentAs ? [] : [{ path, sentAs }]
  })
}

/** Renamed files that are told of one by one. */
const mostTold = 20

const tellRenamed = (renamed: readonly Renamed[], output: Output): void => {
  for (const { path, sentAs } of renamed.slice(0, mostTold))
    output.note(`"${printable(path)}" is sent as "${printable(sentAs)}"`)
  if (renamed.length > mostTold) output.note(`and ${renamed.length - mostTold} more have other names`)
}

const tell = (
  outcome: TransferOutcome,
  { text, tree }: SendRun,
  renamed: readonly Renamed[],
  output: Output,
): void => {
  const { sources, skipped, failed } = tree
  const line = `${countOfFiles(outcome.files)}, ${formatBytes(outcome.bytes)} sent: ${formatBytes(outcome.movedBytes)} travelled, ${outcome.seconds.toFixed(1)} s`
  const lines = [...(text === null ? [] : ['The text was sent.']), ...(sources.length > 0 ? [line] : [])]
  output.result({ ...outcome, skipped, failed: failed.length, renamed }, lines)
}

/** What of the state outlives a failure. */
const keepAfter = async (error: unknown, kept: KeptFile<KeptSend>, now: KeptSend): Promise<void> => {
  if (isReason(error, 'declined')) await kept.remove()
  else await kept.write({ ...now, room: null })
}

const inWords = (error: unknown, isOnlyOffered: boolean): unknown => {
  if (isOnlyOffered && isReason(error, 'peer_left'))
    return new WherryError('declined', 'They declined: nothing was sent.')
  if (!isReason(error, 'wrong_code')) return error
  const words = 'Somebody entered a wrong code, so this code is used up. The same command makes a new one.'
  return new WherryError('wrong_code', words)
}

/** A send to a person that is offered and cannot be compared would be for nothing. Throws UsageError then. */
const needAnswers = async ({ devices, asker }: SendRun, before: KeptSend | null): Promise<void> => {
  const hasCompared = before?.room?.comparison?.isDone === true
  if (!devices || hasCompared || (await devices.list()).length > 0) return
  if (await asker.hasEnded()) throw nobodyAnswers(true)
}

const runSend = async (
  run: SendRun,
  { output, signal }: CommandContext,
  options: Parameters<Command['run']>[2],
): Promise<void> => {
  const { client, timers, paths, hub, tree, text, kept, to, devices, asker } = run
  const snapshot = snapshotOf(tree.sources)
  const before = options.new === true || kept.value?.snapshot !== snapshot ? null : kept.value
  if (kept.value && !before && options.new !== true)
    output.note('Something changed since this was sent before, so it is sent as something new.')
  await needAnswers(run, before)
  const renamed = renamedIn(tree)
  tellRenamed(renamed, output)
  const { own, secrets } = to
    ? await openRoomFor({ client, timers, devices }, to, before?.room)
    : await openSendRoom({ client, timers }, before?.room)
  const { id, present: isMet } = own.room
  const room = {
    id,
    secrets: secrets.filter(one => one.via !== 'person'),
    comparison: before?.room?.comparison ?? null,
  }
  let state: KeptSend = { snapshot, transfer: before?.transfer ?? null, room: { ...room, isMet } }
  await kept.write(state)
  let noted = Promise.resolve()
  const noteMet = (isThere: boolean) => {
    if (!isThere || state.room?.isMet !== false) return
    state = { ...state, room: { ...state.room, isMet: true } }
    noted = kept.write(state)
  }
  const stopPresence = own.room.onPresence(noteMet)
  noteMet(own.room.present)
  if (to && !isPaired(secrets)) showOffered(output, to, own.room)
  else if (isPaired(secrets) || isMet) showContinued(output, isPaired(secrets))
  showCode(output, hub, secrets, own)
  const stopSlots = own.onSlot(slot => showCode(output, hub, state.room?.secrets ?? secrets, slot))
  let trusting: Promise<void> | undefined
  const transfer = startSend({
    room: paths.limit(answeringAfter(own.room, () => noted)),
    connect: paths.connect,
    timers,
    ...nodeCrypto,
    secrets,
    sources: tree.sources,
    text,
    from: client.user?.name ?? '',
    transfer: state.transfer ?? undefined,
    comparison: state.room?.comparison,
    onTrust: secret => {
      if (devices) trusting = trustDevice(devices, secret, output)
    },
    onKeep({ room, again, transfer, comparison }) {
      const secrets = [{ via: 'again', secret: again } as const]
      state = { snapshot, transfer, room: { id: room, secrets, comparison, isMet: true } }
      void kept.write(state)
    },
  })
  const stopTelling = tellLostHub(client, output, () => transfer.status.phase === 'running')
  const compared = askToCompare({ transfer, asker, output, trust: options.trust === true })
  compared.catch(() => {})
  try {
    const outcome = await showTransfer(
      transfer,
      { role: 'sender', isContinued: isPaired(secrets) },
      output,
      signal,
    )
    await kept.remove()
    tell(outcome, run, renamed, output)
  } catch (error) {
    if (!signal.aborted && !isReason(error, 'disconnected')) await keepAfter(error, kept, state)
    asker.close()
    throw (
      (signal.aborted ? null : await compared) ??
      inWords(cancelledInWords(error, signal), to !== null && transfer.status.comparison === null)
    )
  } finally {
    stopTelling()
    stopSlots()
    stopPresence()
    await transfer.stop()
    await trusting
  }
}

export const send: Command = {
  usage: 'send FILES... [--to EMAIL [--trust]] [--text TEXT] [--new] [--path auto|direct|relay]',
  doc: 'Sends files and folders straight to somebody, who needs no account: it prints a code to pass on, and waits. With --to it is offered to a person of the hub instead, and both compare four pictures, so that nobody is in the middle; --trust makes that needless the next time, where both say so. Nothing is stored on the hub. The same command again continues an interrupted send; --new begins another one.',
  options: {
    to: { type: 'string' },
    trust: { type: 'boolean' },
    text: { type: 'string' },
    new: { type: 'boolean' },
    path: { type: 'string' },
  },
  takes: { min: 0, max: Number.POSITIVE_INFINITY },
  async run(context, args, options) {
    const { connect, hub, output } = context
    const text = textOption(options, 'text') || null
    const to = textOption(options, 'to') ?? null
    // A variable that is empty by mistake is no reason to let whoever has a code in.
    if (to?.trim() === '') throw new UsageError('--to needs the e-mail address of a person of the hub')
    if (options.trust && !to) throw new UsageError('--trust goes with --to')
    if (args.length === 0 && !text) throw new UsageError('name what to send: files, folders, or --text')
    const tree = await readSendTree(args)
    for (const { file, why } of tree.skipped) output.note(`passed over ${printable(file)}: ${why}`)
    for (const { file, why } of tree.failed) output.problem(`${printable(file)}: ${why}`)
    const isEmpty = tree.sources.length === 0 && !text
    if (isEmpty && tree.failed.length > 0) throw new PartialFailure()
    if (isEmpty) throw new WherryError('not_found', 'There is nothing to send.')
    const client = await connect()
    const named = await Promise.all(args.map(one => realpath(one)))
    const timers = runTimers()
    const paths = await openPaths(options, output)
    const address = await hub()
    const kept = await openKeptSend([address, client.user?.id, named, text, ...(to ? [to] : [])])
    const devices = to ? trustedDevices(address, client.user?.id, recipient(to)) : null
    const asker = createAsker(output, context.signal)
    const run = { client, timers, paths, hub: address, tree, text, kept, to, devices, asker }
    try {
      await runSend(run, context, options)
      if (tree.failed.length > 0) throw new PartialFailure()
    } finally {
      asker.close()
      for (const source of tree.sources) await source.close?.()
      await paths.close()
      timers.close()
      await kept.release()
    }
  },
}
