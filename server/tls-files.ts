import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

const read = <T>(path: string, parse: (pem: Buffer) => T): T | null => {
  try {
    return parse(readFileSync(path))
  } catch {
    return null
  }
}

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
