import { isPreferred, type Lane } from './lane.ts'

/** Of the measurement of a lane's rate. */
const windowMs = 1000
/** A try of another lane is given up if it brought nothing for so long. */
const longestTryMs = 3000
const firstTryMs = 3000
const longestBetweenTriesMs = 120_000
/** A preferred lane may be this much slower; one that is not has to be this much faster. */
const aboutEqual = 0.8

export type Paths = {
  readonly active: Lane | null
  readonly lanes: readonly Lane[]
  add(lane: Lane): void
  remove(lane: Lane): void
  /** The lane answered: it may be used. */
  answered(lane: Lane): void
  /** The lane is silent: another that is up is used. Answers whether there is one. */
  silent(lane: Lane): boolean
  /** So many bytes that went this way arrived. */
  arrived(lane: Lane, bytes: number): void
  /** The other side sends its bulk on this lane: what goes back takes the same. */
  follow(lane: Lane): void
  /** Every now and then. `isBusy`: something is on its way. `isLeading`: this side sends the bulk, so it chooses. */
  tick(isBusy: boolean, isLeading: boolean): void
}

/**
 * Chooses the lane to send on: the one that brings most bytes in a time, measured by using each for a second, and the
 * preferred kind where two are about equal. Who receives the bulk follows the other side.
 */
export const createPaths = (now: () => number, changed: () => void): Paths => {
  let lanes: Lane[] = []
  let active: Lane | null = null
  /** A lane that is used to measure it, and the one that was used before. */
  let tried: { before: Lane; since: number } | null = null
  let window: { since: number; bytes: number } | null = null
  let nextTryAt = 0
  let betweenTriesMs = firstTryMs

  const use = (lane: Lane | null) => {
    window = null
    if (lane === active) return
    active = lane
    changed()
  }

  const best = (candidates: readonly Lane[]): Lane | null =>
    candidates.reduce<Lane | null>((found, lane) => {
      if (!found) return lane
      if (found.rate !== null && lane.rate !== null) {
        if (isPreferred(found, lane)) return lane.rate * aboutEqual > found.rate ? lane : found
        return lane.rate > found.rate * aboutEqual ? lane : found
      }
      return isPreferred(lane, found) ? lane : found
    }, null)

  const leave = (lane: Lane): boolean => {
    tried = null
    const others = lanes.filter(other => other !== lane)
    const next =
      best(others.filter(other => other.isUp)) ?? (lanes.includes(lane) ? null : (others[0] ?? null))
    if (next || !lanes.includes(lane)) use(next)
    return next !== null
  }

  const planTry = (isSameAgain: boolean) => {
    betweenTriesMs = isSameAgain ? Math.min(longestBetweenTriesMs, 2 * betweenTriesMs) : firstTryMs
    nextTryAt = now() + betweenTriesMs
  }

  const tryOut = (lane: Lane) => {
    if (!active) return
    tried = { before: active, since: now() }
    use(lane)
  }

  /** Ends a try: back to the lane before, unless the tried one is the better. */
  const decide = () => {
    if (!tried || !active) return
    const { before } = tried
    const chosen = best([before, active]) ?? active
    tried = null
    planTry(chosen === before)
    use(chosen)
  }

  const measure = () => {
    if (!window || !active) return
    const ms = now() - window.since
    if (ms < windowMs) return
    const rate = window.bytes / ms
    active.rate = active.rate === null || tried ? rate : (active.rate + rate) / 2
    window = { since: now(), bytes: 0 }
    if (tried) decide()
  }

  return {
    get active() {
      return active
    },
    get lanes() {
      return lanes
    },
    add(lane) {
      lanes = [...lanes, lane]
      if (!active) use(lane)
    },
    remove(lane) {
      lanes = lanes.filter(other => other !== lane)
      if (tried?.before === lane) tried = null
      if (active === lane) leave(lane)
    },
    answered(lane) {
      if (lane.isUp || !lanes.includes(lane)) return
      lane.isUp = true
      if (!active?.isUp) return use(lane)
      if (active === lane || tried) return
      // What was silent before is tried again with the others, in its time.
      if (lane.rate === null && isPreferred(lane, active)) tryOut(lane)
    },
    silent(lane) {
      lane.isUp = false
      if (lane !== active) return active !== null
      planTry(true)
      return leave(lane)
    },
    arrived(lane, bytes) {
      if (lane !== active) return
      if (window) window.bytes += bytes
      else window = { since: now(), bytes: 0 }
    },
    follow(lane) {
      tried = null
      lane.isUp = true
      use(lane)
    },
    tick(isBusy, isLeading) {
      if (!isLeading) return
      if (!isBusy) {
        // Nothing to measure with: what counts is the kind.
        window = null
        if (tried && active && isPreferred(active, tried.before)) tried = null
        else decide()
        return
      }
      if (tried && !window && now() - tried.since > longestTryMs) return decide()
      measure()
      if (tried || now() < nextTryAt || active?.rate === null) return
      const other = lanes.find(lane => lane !== active && lane.isUp)
      if (other) tryOut(other)
    },
  }
}
