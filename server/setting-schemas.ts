import { BlockList, isIP } from 'node:net'
import * as v from 'valibot'
import { parseBytes } from '../protocol/sizes.ts'

/** A whole number within bounds. */
export const whole = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,16}$/, 'expected a whole number'),
    v.transform(Number),
    v.minValue(min, `expected at least ${min}`),
    v.maxValue(max, `expected at most ${max}`),
  )

/** Off or on. */
export const flag = v.pipe(
  v.picklist(['0', '1'], 'expected 0 or 1'),
  v.transform(written => written === '1'),
)

/** A whole number of bytes, with K, M, G or T for the powers of 1024. */
export const bytes = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.transform(parseBytes),
    v.number('expected a number of bytes, such as 1048576 or 512M or 20G'),
    v.minValue(min, `expected at least ${min} bytes`),
    v.maxValue(max, `expected at most ${max} bytes`),
  )

/** Scheme, host and port of a page. */
export const origin = v.pipe(
  v.string(),
  v.url('expected an address such as https://files.example.org'),
  v.regex(/^https?:\/\/[^/?#@]+\/?$/i, 'expected http:// or https:// and a host, and nothing else'),
  v.transform(written => new URL(written).origin),
)

/** Values separated by commas. */
export const commaList = <S extends v.GenericSchema<string, unknown>>(schema: S) =>
  v.pipe(
    v.string(),
    v.transform(written =>
      written
        .split(',')
        .map(part => part.trim())
        .filter(part => part !== ''),
    ),
    v.array(schema),
  )

const network = v.pipe(
  v.string(),
  v.check(written => {
    const [address = '', prefix, rest] = written.split('/')
    const family = isIP(address)
    if (family === 0 || rest !== undefined) return false
    return (
      prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
    )
  }, 'expected addresses or networks such as 127.0.0.1 or 10.0.0.0/8'),
)

/** Where to listen: an IP address or a name. */
export const host = v.pipe(
  v.string(),
  v.check(
    written => isIP(written) !== 0 || /^[\w-]+(\.[\w-]+)*$/.test(written),
    'expected an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0, or its name',
  ),
)

/** IP addresses and networks, separated by commas. */
export const networks = v.pipe(
  commaList(network),
  v.transform(written => {
    const list = new BlockList()
    for (const one of written) {
      const [address = '', prefix] = one.split('/')
      const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
      list.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family)
    }
    return list
  }),
)

const serverUrl = (schemes: string, example: string) =>
  v.pipe(
    v.string(),
    v.maxLength(1024, 'expected at most 1024 characters'),
    v.regex(
      new RegExp(`^(${schemes}):[^\\s/?]+(\\?transport=(udp|tcp))?$`),
      `expected an address such as ${example}`,
    ),
  )

/** Addresses as RFC 7064 and RFC 7065 write them. */
export const stunUrl = serverUrl('stuns?', 'stun:stun.example.org:3478')
export const turnUrl = serverUrl('turns?', 'turn:turn.example.org:3478')

/** A file or directory. */
export const path = v.pipe(v.string(), v.minLength(1))
