import { readFileSync } from 'node:fs'
import { parseMasterKey } from '../storage/chunks/keys.ts'
import { messageOf } from '../storage/message-of.ts'
import { type Config, ConfigError } from './config.ts'

/** The 32 bytes of a master key that the configuration gives; null if storage keeps one itself. */
export const configuredMasterKey = ({
  masterKey,
  masterKeyFile,
}: Pick<Config, 'masterKey' | 'masterKeyFile'>): Uint8Array | null => {
  const written = masterKeyFile === null ? masterKey : readFileSync(masterKeyFile, 'utf8')
  try {
    return written === null ? null : parseMasterKey(written)
  } catch (error) {
    const setting = masterKeyFile === null ? 'WHERRY_MASTER_KEY' : `WHERRY_MASTER_KEY_FILE (${masterKeyFile})`
    throw new ConfigError(`${setting}: ${messageOf(error)}`)
  }
}
