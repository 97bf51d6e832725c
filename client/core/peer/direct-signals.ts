import type { Candidate, Description } from './peer-connection.ts'

/** What the two tell each other, sealed, to find a direct way. `attempt` counts the sender's tries. */
export type DirectSignal =
  | { kind: 'description'; attempt: number; description: Description }
  | { kind: 'candidates'; attempt: number; candidates: Candidate[] }
  /** The receiver's side of this attempt ended: the sender tries again. */
  | { kind: 'ended'; attempt: number }

const mostSdpChars = 12_000
const mostCandidates = 50

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const readDescription = (value: unknown): Description | null => {
  if (!isRecord(value) || !isText(value.sdp, mostSdpChars)) return null
  const { type, sdp } = value
  return type === 'offer' || type === 'answer' ? { type, sdp } : null
}

const readCandidate = (value: unknown): Candidate[] => {
  if (!isRecord(value) || !isText(value.candidate, 1024) || !isText(value.mid, 64)) return []
  return [{ candidate: value.candidate, mid: value.mid }]
}

/** Null for what is none. */
export const readDirectSignal = (message: Record<string, unknown>): DirectSignal | null => {
  const { kind, attempt } = message
  if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt)) return null
  if (kind === 'ended') return { kind, attempt }
  if (kind === 'description') {
    const description = readDescription(message.description)
    return description && { kind, attempt, description }
  }
  if (kind !== 'candidates' || !Array.isArray(message.candidates)) return null
  if (message.candidates.length > mostCandidates) return null
  return { kind, attempt, candidates: message.candidates.flatMap(readCandidate) }
}
