import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { Timers } from '../../core/api.ts'
import type { PeerOffer, PeerTransfer } from '../../core/peer/api.ts'
import { isOver } from '../../core/peer/is-over.ts'
import { isRoomLost } from '../../core/peer/room-search.ts'
import { startReceipt } from '../../core/peer/session.ts'
import { type Asker, createAsker, nobodyAnswers } from '../cli/ask.ts'
import type { Command, CommandContext, OptionValues } from '../cli/command.ts'
import { offerLines, textLines } from '../cli/offer-lines.ts'
import { countOfFiles, formatBytes, type Output, printable } from '../cli/output.ts'
import { openPaths, type Paths } from '../cli/path-option.ts'
import { showPictures } from '../cli/pictures.ts'
import { cancelledInWords, showTransfer, type TransferOutcome } from '../cli/transfer-progress.ts'
import { askInvitation, readArguments } from '../peer/invitations.ts'
import { forgetSameReceipts, type KeptReceipt } from '../peer/kept-receipts.ts'
import { nodeCrypto } from '../peer/node-crypto.ts'
import { isSignedIn, startFromOffer } from '../peer/offered-receipt.ts'
import { type PartStore, partStore, type Renamed } from '../peer/part-store.ts'
import {
  interruptedReceipts,
  lostInWords,
  type ReceiptStart,
  receiptBefore,
  startFrom,
} from '../peer/receipt-start.ts'
import { runTimers } from '../peer/run-timers.ts'
import { trustDevice, trustedDevices } from '../peer/trusted-devices.ts'

/** The offer, as soon as it is there and waits for an answer; null if it was accepted by an earlier run. */
const whenOffered = (transfer: PeerTransfer): Promise<PeerOffer | null> =>
  new Promise(resolve => {
    const stop = transfer.onChange(() => look())
    const end = (offer: PeerOffer | null) => {
      stop()
      resolve(offer)
    }
    const look = () => {
      const { phase, offer } = transfer.status
      if (phase === 'offered' && offer) end(offer)
      else if (phase === 'running') end(null)
    }
    transfer.finished.then(() => end(null)).catch(() => end(null))
    look()
  })

type Asking = {
  transfer: PeerTransfer
  asker: Asker
  isYes: boolean
  trust: boolean
  context: CommandContext
}

/** A receiver that joins and cannot answer would use up the code. Throws UsageError where nobody could answer what will be asked. */
const needAnswers = async (before: KeptReceipt | undefined, isYes: boolean, asker: Asker): Promise<void> => {
  const hasToCompare = before?.comparison?.isDone === false
  const isAccepted = (before?.transfer ?? null) !== null
  if (isAccepted || (isYes && !hasToCompare) || !(await asker.hasEnded())) return
  throw nobodyAnswers(hasToCompare)
}

/**
 * Answers the offer as the person does; resolves with why it was refused, if it was. A text alone needs no leave: it is
 * there with the offer.
 */
const answer = async ({ transfer, asker, isYes, trust, context }: Asking): Promise<Error | null> => {
  const { output, signal } = context
  const stopPictures = showPictures(transfer, 'receiver', output)
  const offer = await whenOffered(transfer).finally(stopPictures)
  if (!offer) return null
  if (output.json) output.event({ offer }, '')
  else for (const line of offer.files.length > 0 ? offerLines(offer) : []) output.note(line)
  const hasToCompare = transfer.status.comparison?.isDone === false
  const isAnswered = !hasToCompare && (isYes || offer.files.length === 0)
  const question = hasToCompare
    ? 'Do they see the same pictures, and do you accept? [y/N] '
    : 'Accept? [y/N] '
  const typed = isAnswered ? 'yes' : await asker.ask(question)
  if (signal.aborted || isOver(transfer.status)) return null
  if (/^y(es)?$/i.test(typed?.trim() ?? '')) {
    transfer.accept({ trust })
    return null
  }
  transfer.decline()
  return typed === null
    ? nobodyAnswers(hasToCompare)
    : new WherryError('declined', 'Declined: nothing was received.')
}

const tellRenamed = (renamed: readonly Renamed[], output: Output): void => {
  for (const { path, savedAs } of renamed)
    output.note(`"${printable(path)}" was there already: saved as "${printable(savedAs)}"`)
}

const tell = (
  { path, ...outcome }: TransferOutcome,
  { offer, renamed, target }: { offer: PeerOffer | null; renamed: readonly Renamed[]; target: string },
  output: Output,
) => {
  const text = offer?.text ?? null
  const summary = `${countOfFiles(outcome.files)}, ${formatBytes(outcome.bytes)} received into ${printable(target)}: ${formatBytes(outcome.movedBytes)} travelled, ${outcome.seconds.toFixed(1)} s`
  const shown = text === null ? [] : [textLines(text, process.stdout.isTTY === true)]
  output.result(
    { ...outcome, path, text, target, renamed },
    outcome.files > 0 || text === null ? [...shown, summary] : shown,
  )
}

/** What of the state outlives a failure: parts wait for the same send, but nothing waits for one that was called off. */
const keepAfter = async (error: unknown, { kept }: ReceiptStart, store: PartStore): Promise<void> => {
  // Its sender may come back later still, to the same room.
  if (isRoomLost(error)) return
  await kept.remove()
  if (isReason(error, 'declined', 'cancelled')) await store.discard()
}

type Run = { start: ReceiptStart; timers: Timers; paths: Paths; target: string; asker: Asker }

const runReceipt = async (
  { start, timers, paths, target, asker }: Run,
  context: CommandContext,
  options: OptionValues,
): Promise<void> => {
  const { output, signal } = context
  const { client, room, secret, kept, keep } = start
  let trusting = Promise.resolve()
  const store = partStore(target)
  const transfer = startReceipt({
    room: paths.limit(room),
    connect: paths.connect,
    timers,
    ...nodeCrypto,
    secret,
    store,
    accepted: kept.value,
    comparison: kept.value?.comparison,
    onTrust: secret => {
      if (!keep.person) return
      trusting = trustDevice(trustedDevices(keep.hub, client.user?.id, keep.person), secret, output)
    },
    onKeep: now => void kept.write({ ...keep, ...now, keptAt: Date.now() }),
  })
  const answers = { isYes: options.yes === true, trust: options.trust === true }
  const answered = answer({ transfer, asker, ...answers, context }).finally(asker.close)
  answered.catch(() => {})
  try {
    const outcome = await showTransfer(transfer, { role: 'receiver' }, output, signal)
    await kept.remove()
    await store.done()
    const { offer } = transfer.status
    if (offer) await forgetSameReceipts(keep.target, offer.transfer)
    tellRenamed(store.renamed, output)
    tell(outcome, { offer, renamed: store.renamed, target }, output)
  } catch (error) {
    if (!signal.aborted && !isReason(error, 'disconnected')) await keepAfter(error, start, store)
    asker.close()
    throw (signal.aborted ? null : await answered) ?? lostInWords(cancelledInWords(error, signal))
  } finally {
    await transfer.stop()
    await store.close()
    await trusting
  }
}

export const receive: Command = {
  usage: 'receive [CODE|LINK] [DIR] [--yes] [--trust] [--path auto|direct|relay]',
  doc: 'Receives what somebody sends directly, into DIR or the current folder; no account is needed. Asks for the code, shows what is on offer, and asks again, unless --yes, which is needed where there is no terminal to ask on. Who is signed in and enters no code waits for what people of the hub send to them, and compares pictures with the sender; --trust makes that needless the next time, where both say so. The same command again continues an interrupted receipt.',
  options: {
    yes: { type: 'boolean', short: 'y' },
    trust: { type: 'boolean' },
    path: { type: 'string' },
  },
  takes: { min: 0, max: 2 },
  async run(context, args, options) {
    const { typed, target } = await readArguments(args)
    const asker = createAsker(context.output, context.signal)
    const timers = runTimers()
    const paths = await openPaths(options, context.output)
    try {
      const interrupted = await interruptedReceipts(target)
      const canWait = typed === null && (await isSignedIn(context))
      const invitation = await askInvitation(typed, { canContinue: interrupted.length > 0, canWait }, asker)
      const before = receiptBefore(invitation, interrupted)
      const isYes = options.yes === true
      const run = { ...context, timers }
      if (invitation || before) await needAnswers(before, isYes, asker)
      const start =
        invitation || before
          ? await startFrom(invitation, before, target, run)
          : await startFromOffer(target, { asker, isYes }, run)
      try {
        await runReceipt({ start, timers, paths, target, asker }, context, options)
      } finally {
        await start.kept.release()
      }
    } finally {
      await paths.close()
      timers.close()
      asker.close()
    }
  },
}
