import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../scripts/find-chromium.mjs'

/** Null where coturn is not installed. */
export const coturnProgram = findProgram('turnserver')

export type Coturn = {
  readonly port: number
  /** The hub's settings for it. */
  readonly environment: { WHERRY_STUN: string; WHERRY_TURN_URL: string; WHERRY_TURN_SECRET: string }
  /** What it printed so far. */
  output(): string
  stop(): Promise<void>
}

/** A port that UDP has free; TCP is asked for by coturn too, but nearly never taken. */
const freeUdpPort = async (host: string): Promise<number> => {
  const socket = createSocket('udp4').bind(0, host)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

const settle = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A STUN binding request: type, no attributes, the magic cookie, an id. */
const bindingRequest = (): Buffer => Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)])

const answers = async (host: string, port: number): Promise<boolean> => {
  const socket = createSocket('udp4')
  try {
    const answered = once(socket, 'message').then(() => true)
    socket.send(bindingRequest(), port, host)
    return await Promise.race([answered, settle(200).then(() => false)])
  } finally {
    socket.close()
  }
}

/** Debian's coturn on a free port of `host`, with a secret of its own. */
export const startCoturn = async (host = '127.0.0.1'): Promise<Coturn> => {
  if (coturnProgram === null) throw new Error('coturn is not installed')
  const directory = await mkdtemp(join(tmpdir(), 'wherry-coturn-'))
  const port = await freeUdpPort(host)
  const secret = randomBytes(16).toString('hex')
  const child = spawn(
    coturnProgram,
    [
      // No configuration file; loopback peers are taken only with a password for its console, which stays closed.
      ...['-n', '--no-cli', '--cli-password', secret, '--allow-loopback-peers'],
      ...['--use-auth-secret', '--static-auth-secret', secret, '--realm', 'wherry.test'],
      ...['--listening-ip', host, '--relay-ip', host, '--listening-port', String(port)],
      ...['--no-tls', '--no-dtls', '--no-tcp-relay', '--simple-log', '--verbose', '--log-file', 'stdout'],
      ...['--pidfile', join(directory, 'pid'), '--userdb', join(directory, 'users')],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory },
  )
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', piece => {
      printed += piece
    })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (!hasEnded() && child.kill('SIGKILL')) await once(child, 'exit')
    await rm(directory, { recursive: true, force: true })
  }
  while (!(await answers(host, port))) {
    if (!hasEnded()) continue
    await stop()
    throw new Error(`coturn did not start:\n${printed}`)
  }
  return {
    port,
    environment: {
      WHERRY_STUN: `stun:${host}:${port}`,
      WHERRY_TURN_URL: `turn:${host}:${port}?transport=udp`,
      WHERRY_TURN_SECRET: secret,
    },
    output: () => printed,
    stop,
  }
}
