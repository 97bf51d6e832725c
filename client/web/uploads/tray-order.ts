import type { ShownUpload } from './messages.ts'

/** What the person should see first: what needs them, what runs, what is through, what waits. */
const order: Record<ShownUpload['state'], number> = {
  clash: 0,
  detached: 0,
  failed: 1,
  running: 2,
  waiting: 2,
  paused: 3,
  done: 4,
  queued: 5,
  cancelled: 6,
}

/** Rows drawn at most; the rest is told as a number. */
const trayRows = 40

export const isActive = ({ state }: ShownUpload): boolean =>
  state === 'queued' || state === 'running' || state === 'waiting'

/** What runs waits for the connection, all of it. */
export const isHeldUp = (items: readonly ShownUpload[]): boolean =>
  items.some(({ state }) => state === 'waiting') && !items.some(({ state }) => state === 'running')

/** It runs, or will when the person says so: not without its file. */
export const needsFile = (item: ShownUpload): boolean =>
  isActive(item) || item.state === 'paused' || item.state === 'clash'

export const isOver = ({ state }: ShownUpload): boolean => state === 'done' || state === 'failed'

/** The rows of the tray, of at most `trayRows` items, without those that were cancelled. */
export const trayItems = (items: Iterable<ShownUpload>): { rows: ShownUpload[]; more: number } => {
  const shown = [...items].filter(item => item.state !== 'cancelled')
  const rows = shown.toSorted((a, b) => order[a.state] - order[b.state]).slice(0, trayRows)
  return { rows, more: shown.length - rows.length }
}

/** Where a row's file goes, as far as it has to be told: the folders it came in, below the target where that tells it from another. */
export const shownFolder = (
  { name, folder, path }: ShownUpload,
  rows: readonly ShownUpload[],
  folderNames: ReadonlyMap<string, string>,
): string => {
  const isAmbiguous = rows.some(other => other.name === name && other.folder !== folder)
  const target = isAmbiguous ? folderNames.get(folder) : undefined
  return [target, path].filter(Boolean).join('/')
}

type FailureGroup = { message: string; isFinal: boolean; ids: string[] }

/** Failures by their cause: one line for each, and one button where it helps. */
export const failureGroups = (items: Iterable<ShownUpload>): FailureGroup[] => {
  const groups = new Map<string, FailureGroup>()
  for (const { id, state, error } of items) {
    if (state !== 'failed' || !error) continue
    const { reason, message, isFinal } = error
    const key = `${reason} ${isFinal}`
    const group = groups.get(key)
    if (group) group.ids.push(id)
    else groups.set(key, { message, isFinal, ids: [id] })
  }
  return [...groups.values()].filter(group => group.ids.length > 1)
}
