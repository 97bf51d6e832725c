import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { encodeSlices } from '../../protocol/frames.ts'
import { type CallName, calls } from '../../protocol/table.ts'
import { temporaryHub } from '../support/hub.ts'
import { randomValue, seededRandom } from '../support/random-params.ts'
import { signedInClient } from '../support/raw-client.ts'

/** Any call in any order with any parameters is answered, never as a bug of the hub's. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 100_000)
const rounds = Number(process.env.FUZZ_ROUNDS ?? 8)
const callsEach = 150
/** They end the fuzzing session itself, or cost an argon2 hash each. */
const leftOut = new Set<CallName>([
  'session.logout',
  'session.revoke',
  'session.login',
  'account.changePassword',
  'account.setup',
  'user.disable',
  'user.create',
  'user.setPassword',
])
const names = (Object.keys(calls) as CallName[]).filter(name => !leftOut.has(name))

/** Every 22 characters in an answer that may be an id: material for the next calls. */
const idsIn = (answer: unknown): string[] =>
  JSON.stringify(answer ?? '')
    .match(/"[A-Za-z0-9_-]{22}"/g)
    ?.map(text => text.slice(1, -1)) ?? []

test(`calls in any order with any parameters get typed answers (seed ${seed})`, async () => {
  const complaints: string[] = []
  const stream = new Writable({
    write(line, _encoding, done) {
      complaints.push(line.toString())
      done()
    },
  })
  const hub = await temporaryHub({}, { log: pino({ level: 'error' }, stream) })
  const random = seededRandom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const reasons = new Map<string, number>()
  try {
    for (let round = 0; round < rounds; round++) {
      const client = await signedInClient(hub.socketUrl)
      const ids = [client.root, randomBytes(16).toString('base64url')]
      let isOpen = true
      void client.closed.then(() => {
        isOpen = false
      })
      for (let i = 0; i < callsEach && isOpen; i++) {
        const name = pick(names)
        const requestId = random() < 0.2 ? `fuzz-${round}-${Math.floor(random() * 20)}` : undefined
        if (random() < 0.05) {
          const bytes = randomBytes(Math.floor(random() * 64))
          const slice = { stream: Math.floor(random() * 3), index: 0, offset: 0, last: true, bytes }
          client.socket.send(random() < 0.5 ? encodeSlices([slice]) : bytes)
        }
        const outcome = await client
          .callAnything(name, randomValue(calls[name].params, ids, random), requestId)
          .then(answer => {
            ids.push(...idsIn(answer))
            return 'ok'
          })
          .catch((error: Error & { reason?: string }) => error.reason ?? 'closed')
        reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1)
        expect(outcome, name).not.toBe('internal')
        while (ids.length > 60) ids.splice(2, 1)
      }
      client.close()
    }
    const survivor = await signedInClient(hub.socketUrl)
    expect((await survivor.call('space.list', {})).spaces).toHaveLength(1)
    survivor.close()
    expect(complaints).toEqual([])
    expect(reasons.get('ok')).toBeGreaterThan(rounds)
    expect(reasons.get('invalid_params')).toBeGreaterThan(rounds)
  } finally {
    await hub.remove()
  }
})
