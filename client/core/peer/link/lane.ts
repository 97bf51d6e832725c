import type { Carrier, CarrierKind } from '../api.ts'

/** A carrier as a link sees it. */
export type Lane = {
  readonly carrier: Carrier
  /** It answered, and was not silent since. */
  isUp: boolean
  /** Above its mark: frames wait until it drained. */
  isFull: boolean
  /** Of a ping; Infinity before the first. */
  roundTripMs: number
  /** Longest time between two acknowledgements lately, while some were due. */
  gapMs: number
  /** Bytes per millisecond when it was last busy; null before. */
  rate: number | null
}

export const createLane = (carrier: Carrier): Lane => ({
  carrier,
  isUp: false,
  isFull: false,
  roundTripMs: Number.POSITIVE_INFINITY,
  gapMs: 0,
  rate: null,
})

/** Which is preferred where they are about as fast: the hub's traffic is somebody's. */
const ranks: Record<CarrierKind, number> = { direct: 2, turned: 1, relayed: 0 }

export const isPreferred = (lane: Lane, over: Lane): boolean =>
  ranks[lane.carrier.kind] > ranks[over.carrier.kind]

const shortestSilenceMs = 300
const longestSilenceMs = 8000
const silenceFactor = 4

/** How long nothing may be acknowledged until the lane counts as silent. */
export const silenceMs = ({ roundTripMs, gapMs }: Lane): number => {
  const known = Number.isFinite(roundTripMs) ? roundTripMs : longestSilenceMs / silenceFactor
  return Math.min(longestSilenceMs, Math.max(shortestSilenceMs, silenceFactor * Math.max(known, gapMs)))
}
