import { type BlockList, isIP } from 'node:net'

/** `::ffff:127.0.0.1` and the long form that uWebSockets.js gives become what people write. */
const plainAddress = (address: string): string => {
  const family = isIP(address)
  if (family !== 6) return address
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

const isTrusted = (proxies: BlockList, address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && proxies.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

type ProxySettings = {
  trustedProxies: BlockList
  /** In lower case. Only one is read: a proxy passes on the other as the client wrote it. */
  addressHeader: string
}

/**
 * The client's address: the peer's, or where the peer is a trusted proxy what it says. Of several the last address that is
 * no trusted proxy counts, because everything before it is the client's own word.
 */
export const clientAddress = (
  peer: string,
  header: (name: string) => string | null,
  { trustedProxies: proxies, addressHeader }: ProxySettings,
): string => {
  const address = plainAddress(peer)
  if (!isTrusted(proxies, address)) return address
  const forwarded = (header(addressHeader) ?? '').split(',').reverse()
  for (const part of forwarded) {
    const hop = part.trim()
    // A zone (`fe80::1%eth0`) is an address to isIP(), but to nothing else here.
    if (isIP(hop) === 0 || hop.includes('%')) break
    if (!isTrusted(proxies, plainAddress(hop))) return plainAddress(hop)
  }
  return address
}

/** What limits are counted by: the address, or its /64 network, which is what one person has of IPv6. */
export const addressKey = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const middle = address.includes('::') ? Array(8 - left.length - right.length).fill('0') : []
  return `${[...left, ...middle, ...right].slice(0, 4).join(':')}::/64`
}

/** What the connections of a peer are counted by; null for a trusted proxy, which speaks for many. */
export const peerKey = (peer: string, proxies: BlockList): string | null => {
  const address = plainAddress(peer)
  return isTrusted(proxies, address) ? null : addressKey(address)
}

/** True for addresses of this very machine. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
