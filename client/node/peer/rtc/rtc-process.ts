import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MakePeerConnection } from '../../../core/peer/peer-connection.ts'
import type { FromRtc, ToRtc } from './messages.ts'
import { type RemoteConnection, remoteConnection } from './remote-connection.ts'

/** Between two beats; an answer takes a millisecond while all is well. */
const beatMs = 2000
/** After so many beats without a word from it the process is taken to be locked up. */
const mostSilentBeats = 4
/** For saying goodbye to the other sides. */
const endMs = 2000

const program = fileURLToPath(new URL('./process.ts', import.meta.url))

/** WebRTC in a process of its own. When that ends, however it does, all of its connections close. */
export type RtcProcess = {
  readonly hasEnded: boolean
  make: MakePeerConnection
  end(): Promise<void>
}

export const startRtcProcess = (): RtcProcess => {
  const child = fork(program, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const connections = new Map<number, RemoteConnection>()
  let [lastId, silentBeats] = [0, 0]
  let hasEnded = false

  const tell = (message: ToRtc) => {
    // What cannot be told any more is told to nobody: ended() follows.
    if (child.connected) child.send(message, () => {})
  }
  const kill = () => void child.kill('SIGKILL')

  const beating = setInterval(() => {
    // Beats are counted instead of time: a machine that slept finds the process as it was.
    if (silentBeats++ >= mostSilentBeats) kill()
    else tell({ kind: 'beat' })
  }, beatMs)

  const ended = () => {
    if (hasEnded) return
    hasEnded = true
    clearInterval(beating)
    process.off('exit', kill)
    for (const connection of [...connections.values()]) connection.closed()
  }

  child.on('message', (message: FromRtc) => {
    silentBeats = 0
    if (message.kind !== 'alive') connections.get(message.id)?.take(message)
  })
  child.on('exit', ended)
  child.on('error', ended)
  process.on('exit', kill)

  return {
    get hasEnded() {
      return hasEnded
    },
    make(servers, events) {
      const id = ++lastId
      const remote = remoteConnection(id, events, { tell, forget: () => connections.delete(id) })
      connections.set(id, remote)
      tell({ kind: 'make', id, servers })
      return remote.connection
    },
    async end() {
      if (hasEnded) return
      const exit = once(child, 'exit')
      tell({ kind: 'end' })
      const late = setTimeout(kill, endMs)
      await exit
      clearTimeout(late)
    },
  }
}
