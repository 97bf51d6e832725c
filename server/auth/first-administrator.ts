import type { Config } from '../config.ts'
import type { Hub } from '../context.ts'

type Parts = Pick<Hub, 'storage' | 'passwords' | 'tokens'> & {
  config: Pick<Config, 'adminEmail' | 'adminPassword' | 'defaultQuotaBytes'>
}

/**
 * Makes the first administrator where the configuration names one. Otherwise answers a new one-time token for
 * account.setup, which voids that of an earlier start; null if there is an administrator already.
 */
export const prepareFirstAdministrator = async (parts: Parts): Promise<string | null> => {
  const { storage, passwords, tokens, config } = parts
  if (await storage.users.hasAdministrator()) return null
  if (config.adminEmail !== null && config.adminPassword !== null) {
    await storage.users.setUp({
      email: config.adminEmail,
      name: config.adminEmail.split('@')[0] ?? config.adminEmail,
      passwordHash: await passwords.hash(config.adminPassword),
      role: 'admin',
      quotaBytes: config.defaultQuotaBytes,
    })
    return null
  }
  const { token, hash } = tokens.newOpaque()
  await storage.settings.set('setup_token_hash', hash)
  return token
}
