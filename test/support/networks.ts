import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { findProgram } from '../../scripts/find-chromium.mjs'

/**
 * How a home's router answers the outside. `full cone`: whatever comes to a port that it mapped gets in. `restricted`: only
 * from where something went to, by the same port for all. `symmetric`: another port for each destination, so that a port
 * which a STUN server saw is of no use to others.
 */
export type Nat = 'full cone' | 'restricted' | 'symmetric'

export type Home = {
  /** Runs a program at this home: a prefix for its command. */
  readonly under: readonly string[]
  /** `direct`: its UDP goes nowhere any more. `all`: neither does anything else. Until heal(). */
  cut(what: 'direct' | 'all'): void
  heal(): void
}

/** An internet of two homes, each behind its router, and this process with an address that both reach. */
export type Networks = { readonly address: string; readonly homes: readonly [Home, Home]; remove(): void }

const run = (program: string, args: readonly string[], input = ''): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${(error?.message ?? stderr).trim()}\n${input}`)
  return stdout
}

const ip = (...args: string[]): string => run('ip', args)
const nft = (namespace: string, rules: string): void =>
  void run('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], rules)

/** Null where there can be networks, else why not, as a sentence. */
export const whyNoNetworks = (): string | null => {
  if (process.getuid?.() !== 0) return 'only root can make networks.'
  for (const program of ['ip', 'nft']) if (!findProgram(program)) return `${program} is not installed.`
  const trial = `wherry-trial-${process.pid}`
  try {
    ip('netns', 'add', trial)
    ip('-n', trial, 'link', 'add', 'name', 'wire', 'type', 'bridge')
    nft(trial, natRules('symmetric', '', ''))
    return null
  } catch (error) {
    return `networks cannot be made here: ${error instanceof Error ? error.message : error}.`
  } finally {
    spawnSync('ip', ['netns', 'del', trial])
  }
}

/** What is new from outside is dropped before it takes a port that the home is about to use. */
const closedToOutside = `table ip filter {
  chain input { type filter hook input priority 0; iifname "wan" ct state new drop; }
  chain forward { type filter hook forward priority 0; iifname "wan" ct state new drop; }
}`

const natRules = (nat: Nat, wan: string, host: string): string => {
  const out = (how: string) =>
    `chain out { type nat hook postrouting priority srcnat; oifname "wan" ${how}; }`
  if (nat === 'full cone')
    return `table ip nat {
      chain in { type nat hook prerouting priority dstnat; iifname "wan" udp dport 1024-65535 dnat to ${host}; }
      ${out(`snat to ${wan}`)}
    }`
  return `table ip nat {
      ${out(nat === 'symmetric' ? 'masquerade random,fully-random' : 'masquerade')}
    }
    ${closedToOutside}`
}

const cutRules = (what: 'direct' | 'all'): string =>
  `table ip cut {
    chain cut { type filter hook forward priority -150; ${what === 'all' ? '' : 'meta l4proto udp '}drop; }
  }`

let made = 0

export const makeNetworks = (nats: readonly [Nat, Nat]): Networks => {
  made += 1
  const id = `wherry${process.pid}-${made}`
  // Of the range for tests of devices (RFC 2544).
  const internet = `198.18.${randomInt(1, 255)}`
  const own = `w${process.pid}-${made}`
  const namespaces: string[] = []

  const namespace = (name: string): string => {
    const full = `${id}-${name}`
    ip('netns', 'add', full)
    namespaces.push(full)
    ip('-n', full, 'link', 'set', 'lo', 'up')
    return full
  }
  /** Both ends of a cable; `to` null: this process's own network. */
  const cable = (from: string, port: string, to: string | null, otherPort: string) => {
    const there = to === null ? [] : ['netns', to]
    ip('-n', from, 'link', 'add', port, 'type', 'veth', 'peer', 'name', otherPort, ...there)
    if (to === null) ip('-n', from, 'link', 'set', otherPort, 'netns', String(process.pid))
    ip('-n', from, 'link', 'set', port, 'up')
    ip(...(to === null ? [] : ['-n', to]), 'link', 'set', otherPort, 'up')
  }

  const home = (wire: string, number: 1 | 2, nat: Nat): Home => {
    const [router, host] = [namespace(`router${number}`), namespace(`home${number}`)]
    const [wan, lan] = [`${internet}.${10 + number}`, `10.${number}.0`]
    cable(wire, `to-router${number}`, router, 'wan')
    ip('-n', wire, 'link', 'set', `to-router${number}`, 'master', 'wire')
    cable(router, 'lan', host, 'eth0')
    ip('-n', router, 'addr', 'add', `${wan}/24`, 'dev', 'wan')
    ip('-n', router, 'addr', 'add', `${lan}.1/24`, 'dev', 'lan')
    ip('-n', host, 'addr', 'add', `${lan}.2/24`, 'dev', 'eth0')
    ip('-n', host, 'route', 'add', 'default', 'via', `${lan}.1`)
    run('ip', ['netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
    nft(router, natRules(nat, wan, `${lan}.2`))
    const heal = () => void spawnSync('ip', ['netns', 'exec', router, 'nft', 'delete table ip cut'])
    return {
      under: ['ip', 'netns', 'exec', host],
      heal,
      cut(what) {
        heal()
        nft(router, cutRules(what))
      },
    }
  }

  const remove = () => {
    // By itself it would go some time after the other end.
    spawnSync('ip', ['link', 'del', own])
    for (const name of namespaces.splice(0)) spawnSync('ip', ['netns', 'del', name])
  }

  try {
    const wire = namespace('wire')
    ip('-n', wire, 'link', 'add', 'wire', 'type', 'bridge')
    ip('-n', wire, 'link', 'set', 'wire', 'up')
    cable(wire, 'to-hub', null, own)
    ip('-n', wire, 'link', 'set', 'to-hub', 'master', 'wire')
    ip('addr', 'add', `${internet}.1/24`, 'dev', own)
    return {
      address: `${internet}.1`,
      homes: [home(wire, 1, nats[0]), home(wire, 2, nats[1])],
      remove,
    }
  } catch (error) {
    remove()
    throw error
  }
}
