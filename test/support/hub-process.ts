import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The administrator of hubs that are started with one. */
export const administrator = { email: 'ada@example.org', password: 'correct horse battery' }

/** A hub as people run it: a process of its own, on a port that stays the same when it is started again. */
export type HubProcess = {
  readonly port: number
  readonly url: string
  readonly directory: string
  /** What it printed so far. */
  output(): string
  /**
   * Starts it, again if it was stopped or killed; resolves when it answers, be it that it takes no changes. `under`: a
   * command that it is started by.
   */
  start(under?: readonly string[]): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: nothing can be finished. */
  kill(): Promise<void>
  pid(): number
  /** Ends it if it runs, and removes its data. */
  remove(): Promise<void>
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (!hasEnded(child)) await once(child, 'exit')
  return child.exitCode
}

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/healthz`)).ok
  } catch {
    return false
  }
}

/** Prepares a hub with an empty data directory; `environment` is added to its own, `code` is where its code is. */
export const hubProcess = async (
  environment: Record<string, string> = {},
  code: string = root,
): Promise<HubProcess> => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const directory = await mkdtemp(join(tmpdir(), 'wherry-hub-'))
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('WHERRY_')),
  )
  let child: ChildProcess | null = null
  let printed = ''

  const running = (): ChildProcess => {
    if (child === null || hasEnded(child)) throw new Error(`the hub does not run:\n${printed}`)
    return child
  }

  return {
    port,
    url,
    directory,
    output: () => printed,
    pid: () => running().pid ?? 0,
    async start(under = []) {
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', 'server/main.ts']
      const [program = '', ...args] = [...under, ...node]
      const started = spawn(program, args, {
        cwd: code,
        env: {
          ...inherited,
          WHERRY_PORT: String(port),
          WHERRY_DATA: join(directory, 'data'),
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      const collect = (piece: Buffer) => {
        printed += piece.toString()
      }
      started.stdout.on('data', collect)
      started.stderr.on('data', collect)
      while (!(await answers(url))) {
        if (hasEnded(started)) throw new Error(`the hub did not start:\n${printed}`)
        await new Promise(resolve => setTimeout(resolve, 30))
      }
    },
    async stop() {
      const stopped = running()
      stopped.kill('SIGTERM')
      return ended(stopped)
    },
    async kill() {
      const killed = running()
      killed.kill('SIGKILL')
      await ended(killed)
    },
    async remove() {
      if (child && !hasEnded(child)) {
        child.kill('SIGKILL')
        await ended(child)
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}
