import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import type { Hub } from '../context.ts'

type Parts = Pick<Hub, 'storage' | 'passwords' | 'tokens' | 'log'> & {
  config: Pick<Config, 'data' | 'adminEmail' | 'adminPassword' | 'defaultQuotaBytes'>
}

/**
 * Makes the first administrator where the configuration names one. Otherwise answers a new one-time token for
 * account.setup, which voids that of an earlier start; null if there is an administrator already.
 */
export const prepareFirstAdministrator = async (parts: Parts): Promise<string | null> => {
  const { storage, passwords, tokens, config, log } = parts
  if (await storage.users.hasAdministrator()) {
    if (config.adminEmail !== null)
      log.info('There is an administrator: WHERRY_ADMIN_EMAIL and WHERRY_ADMIN_PASSWORD are not read.')
    return null
  }
  log.warn({ data: resolve(config.data) }, 'This hub is new: it has no administrator yet.')
  if (config.adminEmail !== null && config.adminPassword !== null) {
    await storage.users.setUp({
      email: config.adminEmail,
      name: config.adminEmail.split('@')[0] ?? config.adminEmail,
      passwordHash: await passwords.hash(config.adminPassword),
      role: 'admin',
      quotaBytes: config.defaultQuotaBytes,
    })
    log.warn({ email: config.adminEmail }, 'The first administrator was made.')
    return null
  }
  const { token, hash } = tokens.newOpaque()
  await storage.settings.set('setup_token_hash', hash)
  return token
}
