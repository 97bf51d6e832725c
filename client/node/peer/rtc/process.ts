import { loadConnections } from './connections.ts'
import type { FromRtc, ToRtc } from './messages.ts'
import { type ServedConnection, serveConnection } from './served-connection.ts'

/** The process that has node-datachannel, for the one that started it: see rtc.ts. It ends with that one. */

const tell = (message: FromRtc): void => {
  // Who does not hear it any more is gone, and so is this process soon.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

// Ctrl+C in a terminal is for all of its processes; this one ends when the other has said goodbye.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const library = await loadConnections()
if (!library) throw new Error('node-datachannel has no binary for this platform')
const connections = new Map<number, ServedConnection>()

const end = (): void => {
  for (const connection of connections.values()) connection.close()
  library.close()
  process.exit()
}

const take = (message: ToRtc): void => {
  if (message.kind === 'beat') tell({ kind: 'alive' })
  else if (message.kind === 'end') end()
  else if (message.kind === 'make') {
    const made = serveConnection(library.make, message.id, message.servers, tell)
    if (made) connections.set(message.id, made)
  } else {
    const connection = connections.get(message.id)
    // One that could not be made is told as closed: what else was meant for it is over with it.
    if (!connection) return
    if (message.kind === 'ask') void connection.ask(message)
    else if (message.kind === 'send') connection.send(message.message)
    else {
      connections.delete(message.id)
      connection.close()
    }
  }
}

process.on('message', take)
process.on('disconnect', end)
