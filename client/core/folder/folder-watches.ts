import type { HubClient, Stop } from '../api.ts'

/** How many live folders of a client show each folder: the hub knows only one watch of it for each connection. */
const watches = new WeakMap<HubClient, Map<string, number>>()

/** Counts a watch of the folder; its stop function ends the hub's watch with the last one. */
export const holdWatch = (client: HubClient, folder: string): Stop => {
  const counts = watches.get(client) ?? new Map<string, number>()
  watches.set(client, counts)
  counts.set(folder, (counts.get(folder) ?? 0) + 1)
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    const left = (counts.get(folder) ?? 1) - 1
    if (left > 0) return void counts.set(folder, left)
    counts.delete(folder)
    // A connection that is lost by then has no watches.
    if (client.state === 'live') client.call('folder.unwatch', { folder }, { retry: false }).catch(() => {})
  }
}
