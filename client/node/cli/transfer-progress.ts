import { isReason, WherryError } from '../../../protocol/errors.ts'
import type { CarrierKind, PeerTransfer, Role, TransferPhase, TransferStatus } from '../../core/peer/api.ts'
import { interrupted } from './command.ts'
import type { Output } from './output.ts'
import { createProgressBar } from './progress.ts'

const pathWords: Record<CarrierKind, string> = {
  direct: 'direct',
  turned: 'through a TURN server, sealed',
  relayed: 'relayed, sealed',
}

const phaseWords: Partial<Record<TransferPhase, string>> = {
  paused: 'Paused by the other side.',
  waiting:
    'The other side is gone. This goes on by itself when it is back; Ctrl+C keeps what is done for later.',
  unreached:
    'The other side is there, but nothing from it comes through this hub. This goes on by itself when it does; Ctrl+C keeps what is done for later.',
}

/** For a receiver before anything was told: also where the sender ended the command before anybody came. */
const awaySender = 'The sender is away. Waiting until they come back; Ctrl+C ends it.'

/** `isContinued`: the other side accepted it before, as far as is known here. */
type Side = { role: Role; isContinued?: boolean }

/** Said in a line each, where no bar can be drawn, and before there is anything for a bar. */
const noteChanges = (output: Output, { role, isContinued = false }: Side) => {
  let phase: TransferPhase | null = null
  const paths = new Set<CarrierKind>()
  return (status: TransferStatus): void => {
    const isAway = role === 'receiver' && status.phase === 'waiting' && status.offer === null
    const words = phaseWords[status.phase]
    // A program that waits for the offer has to know too.
    if (status.phase !== phase && isAway) output.problem(awaySender)
    else if (status.phase !== phase && words) output.note(words)
    if (status.phase !== phase && status.phase === 'offered' && role === 'sender' && !isContinued)
      output.note(
        status.comparison
          ? 'They look at what is offered.'
          : 'Somebody came with the code, and looks at what is offered.',
      )
    phase = status.phase
    // The faster one is found by trying both: each is told once.
    if (status.path === null || paths.has(status.path)) return
    paths.add(status.path)
    output.note(`Path: ${pathWords[status.path]}.`)
  }
}

const label = ({ phase, path }: TransferStatus): string => {
  if (phase === 'waiting') return 'waiting for the other side'
  if (phase === 'unreached') return 'nothing comes through this hub'
  if (phase === 'paused') return 'paused'
  return path ? pathWords[path] : 'connecting'
}

export type TransferOutcome = {
  files: number
  bytes: number
  movedBytes: number
  /** From the first byte on, without the time that people took. */
  seconds: number
  path: CarrierKind | null
}

/** Shows a transfer until it is over. Rejects with what it failed for, or with `cancelled` when it was stopped here. */
export const showTransfer = async (
  transfer: PeerTransfer,
  side: Side,
  output: Output,
  signal: AbortSignal,
): Promise<TransferOutcome> => {
  const bar = createProgressBar(output.interactive)
  let path: CarrierKind | null = null
  let startedAt: number | null = null
  let endedAt: number | null = null
  const note = noteChanges(output, side)

  const look = () => {
    const { status } = transfer
    path = status.path ?? path
    if (status.phase === 'running') startedAt ??= performance.now()
    if (status.phase === 'done') endedAt ??= performance.now()
    const hasBar = startedAt !== null && status.totalBytes > 0
    if (!hasBar || !output.interactive) note(status)
    if (hasBar) bar.update(status.arrivedBytes, status.totalBytes, label(status), status.movedBytes)
  }

  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(interrupted())
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  const stop = transfer.onChange(look)
  try {
    look()
    await Promise.race([transfer.finished, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
    stop()
    bar.stop()
  }
  const { offer, totalBytes, movedBytes } = transfer.status
  const files = offer?.files.filter(file => file.kind === 'file').length ?? 0
  const seconds = startedAt === null ? 0 : ((endedAt ?? performance.now()) - startedAt) / 1000
  return { files, bytes: totalBytes, movedBytes, seconds, path }
}

/** `cancelled` alone means that this run was interrupted. */
export const cancelledInWords = (error: unknown, signal: AbortSignal): unknown =>
  isReason(error, 'cancelled') && !signal.aborted
    ? new WherryError('peer_left', 'The other side cancelled this.')
    : error
