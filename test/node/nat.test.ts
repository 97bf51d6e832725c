import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { type Coturn, coturnProgram, startCoturn } from '../support/coturn.ts'
import { beginSend, outcomeOf, type SendOutcome } from '../support/direct-sends.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { makeNetworks, type Nat, type Networks, whyNoNetworks } from '../support/networks.ts'

const MiB = 2 ** 20
const whyNot = coturnProgram ? whyNoNetworks() : 'coturn is not installed.'
const name = whyNot ? `two homes behind routers (skipped: ${whyNot})` : 'two homes behind routers'

describe.skipIf(whyNot !== null)(name, () => {
  let directory: string
  let networks: Networks | null = null
  let hub: HubProcess | null = null
  let stun: Coturn | null = null

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-nat-'))
  })
  afterEach(async () => {
    await hub?.remove()
    await stun?.stop()
    networks?.remove()
    networks = hub = stun = null
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  type Started = {
    networks: Networks
    /** The file that arrives, and how it did. */
    file: string
    target: string
    ended: Promise<{ sender: SendOutcome; receiver: SendOutcome }>
  }

  /** Somebody at one home sends to somebody at the other; the hub and a STUN server are on the internet between them. */
  const start = async (nats: readonly [Nat, Nat], size: number, more: string[] = []): Promise<Started> => {
    networks = makeNetworks(nats)
    const { address, homes } = networks
    stun = await startCoturn(address)
    hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
      WHERRY_HOST: '0.0.0.0',
      WHERRY_STUN: stun.environment.WHERRY_STUN,
    })
    await hub.start()
    const url = `http://${address}:${hub.port}`
    const work = await mkdtemp(join(directory, 'work-'))
    const target = join(work, 'target')
    await mkdir(target)
    const [ada, bob] = homes.map((home, i) => commandLine(join(work, `home${i}`), home.under)) as [
      CommandLine,
      CommandLine,
    ]
    const { email, password } = administrator
    await ada.json(['login', url, '--email', email, '--password-stdin'], password)
    const file = await randomFile(join(work, 'big.bin'), size)
    const { code, result } = await beginSend(ada, [file, ...more])
    const receipt = bob.run(['receive', target, '--hub', url, '--yes', '--json', ...more], `${code}\n`)
    const ended = Promise.all([result, receipt]).then(([sent, received]) => ({
      sender: outcomeOf(sent),
      receiver: outcomeOf(received),
    }))
    return { networks, file, target: join(target, 'big.bin'), ended }
  }

  const expectSame = async ({ file, target }: Started) =>
    expect(await sha256OfFile(target)).toBe(await sha256OfFile(file))

  const ways: [Nat, Nat, 'direct' | 'relayed'][] = [
    ['full cone', 'full cone', 'direct'],
    ['restricted', 'restricted', 'direct'],
    ['full cone', 'symmetric', 'direct'],
    ['symmetric', 'restricted', 'relayed'],
    ['symmetric', 'symmetric', 'relayed'],
  ]
  // Which of two ways is used depends on what is faster: where there has to be a direct one, it is the only one.
  for (const [one, other, path] of ways)
    test(`${one} to ${other}: everything arrives, ${path}`, async () => {
      const started = await start([one, other], 24 * MiB, path === 'direct' ? ['--path', 'direct'] : [])
      const { sender, receiver } = await started.ended
      await expectSame(started)
      expect([sender.path, receiver.path]).toEqual([path, path])
    })

  /** Resolves when so much of the file is on the disk. */
  const whenWritten = async ({ target }: Started, bytes: number) => {
    for (;;) {
      const part = await stat(`${target}.part`).catch(() => null)
      if (part && part.blocks * 512 >= bytes) return
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  const size = 256 * MiB

  test('a direct way that is lost for good: the hub carries the rest, and nothing that arrived goes again', async () => {
    const started = await start(['restricted', 'restricted'], size)
    await whenWritten(started, 80 * MiB)
    started.networks.homes[0].cut('direct')
    const { sender, receiver } = await started.ended
    await expectSame(started)
    expect([sender.path, receiver.path]).toEqual(['relayed', 'relayed'])
    expect(receiver.movedBytes).toBe(size)
  })

  for (const seconds of [7, 40])
    test(`no network at all for ${seconds} s: it goes on by itself, and nothing that arrived goes again`, async () => {
      const started = await start(['restricted', 'restricted'], size)
      await whenWritten(started, 80 * MiB)
      const began = performance.now()
      started.networks.homes[0].cut('all')
      await new Promise(resolve => setTimeout(resolve, seconds * 1000))
      started.networks.homes[0].heal()
      const { receiver } = await started.ended
      console.log(`over ${((performance.now() - began) / 1000 - seconds).toFixed(1)} s after the outage`)
      await expectSame(started)
      expect(receiver.movedBytes).toBe(size)
    })
})
