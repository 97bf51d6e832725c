import { readFileSync } from 'node:fs'
import { parseMasterKey } from '../storage/chunks/keys.ts'
import type { Config } from './config.ts'

/** The 32 bytes of a master key that the configuration gives; null if storage keeps one itself. */
export const configuredMasterKey = ({
  masterKey,
  masterKeyFile,
}: Pick<Config, 'masterKey' | 'masterKeyFile'>): Uint8Array | null => {
  const written = masterKeyFile === null ? masterKey : readFileSync(masterKeyFile, 'utf8')
  return written === null ? null : parseMasterKey(written)
}
