import { whyOf } from '../why-of.ts'

/** Why a hub was not reached, for people. `lasts`: another try in the next seconds finds the same. */
export type Unreachable = { why: string; lasts: boolean }

const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

/** What Node and OpenSSL call it, and what it is. */
const lasting: Record<string, string> = {
  ENOTFOUND: 'there is no machine of that name',
  EPROTO: 'it does not speak TLS; is it http:// instead?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ...Object.fromEntries(
    untrusted.map(code => [
      code,
      'its certificate is signed by nobody whom this machine trusts; NODE_EXTRA_CA_CERTS names a file with the one to trust',
    ]),
  ),
}

const passing: Record<string, string> = {
  ECONNREFUSED: 'nothing answers at this port',
  EAI_AGAIN: 'names of machines cannot be looked up now',
  ECONNRESET: 'it ends the connection without a word; a hub with a certificate is at https://',
}

/** As `ws` says it: somebody answered in HTTP and does not open a WebSocket. */
const answered = /^Unexpected server response: (\d{3})$/

/** Answers of a proxy whose hub is down or starting, and of a hub that has too many connections. */
const busy = [429, 502, 503, 504]

export const unreachable = (error: Error): Unreachable => {
  const code = 'code' in error ? String(error.code) : ''
  const status = Number(answered.exec(error.message)?.[1])
  if (busy.includes(status)) return { why: `it is not ready (HTTP ${status})`, lasts: false }
  if (status > 0) return { why: `what answers there is no Wherry hub (HTTP ${status})`, lasts: true }
  const known = lasting[code]
  if (known !== undefined) return { why: known, lasts: true }
  return { why: passing[code] ?? whyOf(error), lasts: false }
}
