import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

const read = <T>(path: string, parse: (pem: Buffer) => T): T | null => {
  try {
    return parse(readFileSync(path))
  } catch {
    return null
  }
}

/** A certificate is warned of so long before its end: whoever renews by themselves does so 30 days before. */
const soonMs = 14 * 24 * 60 * 60_000

/** What is wrong with the files of WHERRY_TLS_CERT and WHERRY_TLS_KEY, in sentences. */
export const tlsProblems = (cert: string, key: string): string[] => {
  const certificate = read(cert, pem => new X509Certificate(pem))
  const privateKey = read(key, createPrivateKey)
  if (certificate === null) return [`WHERRY_TLS_CERT: ${cert} is no PEM file that begins with a certificate.`]
  if (privateKey === null)
    return [`WHERRY_TLS_KEY: ${key} is no PEM file with a private key that needs no passphrase.`]
  return certificate.checkPrivateKey(privateKey)
    ? []
    : [`WHERRY_TLS_KEY: the key in ${key} is not that of the certificate in ${cert}.`]
}

/** A sentence about a certificate that is not valid at `now`, or will not be soon; null if all is well. */
export const tlsWarning = (cert: string, now: number): string | null => {
  const { validFrom, validTo } = new X509Certificate(readFileSync(cert))
  const [from, to] = [new Date(validFrom), new Date(validTo)]
  if (now < from.getTime())
    return `The certificate in ${cert} is valid from ${from.toISOString()} on: until then clients refuse it.`
  if (now > to.getTime()) return `The certificate in ${cert} ended at ${to.toISOString()}: clients refuse it.`
  return now >= to.getTime() - soonMs ? `The certificate in ${cert} ends at ${to.toISOString()}.` : null
}
