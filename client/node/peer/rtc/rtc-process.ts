import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MakePeerConnection } from '../../../core/peer/peer-connection.ts'
import type { FromRtc, Question, ToRtc } from './messages.ts'
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
  const questions = new Map<number, PromiseWithResolvers<unknown>>()
  let [lastId, lastQuestion, silentBeats] = [0, 0, 0]
  let hasEnded = false

  const tell = (message: ToRtc) => {
    // What cannot be told any more is told to nobody: ended() follows.
    if (child.connected) child.send(message, () => {})
  }
  const ask = (id: number, question: Question, about: unknown): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>()
    const number = ++lastQuestion
    questions.set(number, answer)
    tell({ kind: 'ask', id, number, question, about } as ToRtc)
    return answer.promise
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
    for (const { reject } of questions.values()) reject(new Error('The process for WebRTC ended.'))
    for (const connection of [...connections.values()]) connection.closed()
  }

  const answered = (message: Extract<FromRtc, { kind: 'answered' | 'refused' }>) => {
    const answer = questions.get(message.number)
    questions.delete(message.number)
    if (message.kind === 'answered') answer?.resolve(message.value)
    else answer?.reject(new Error(message.why))
  }

  child.on('message', (message: FromRtc) => {
    silentBeats = 0
    if (message.kind === 'happened') connections.get(message.id)?.happened(message)
    else if (message.kind === 'drained') connections.get(message.id)?.drained(message.bytes)
    else if (message.kind !== 'alive') answered(message)
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
      const remote = remoteConnection(id, events, { tell, ask, forget: () => connections.delete(id) })
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
