import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { type Setting, type SettingValue, settings } from './settings.ts'
import { tlsProblems } from './tls-files.ts'

/** What the hub is configured to do: server/settings.ts says what each value means. */
export type Config = { readonly [K in keyof typeof settings]: SettingValue<(typeof settings)[K]> }

/** A configuration that the hub refuses to start with; its message is for the person who wrote it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Names of our other programs, which one environment may hold as well: the command line's hub, the tests' browser. */
const othersNames = ['WHERRY_HUB', 'WHERRY_CHROMIUM']

type Environment = Readonly<Record<string, string | undefined>>

const problemsOf = (config: Config): string[] => {
  const problems: string[] = []
  if ((config.adminEmail === null) !== (config.adminPassword === null)) {
    problems.push('WHERRY_ADMIN_EMAIL and WHERRY_ADMIN_PASSWORD have to be set together.')
  }
  if ((config.tlsCert === null) !== (config.tlsKey === null)) {
    problems.push('WHERRY_TLS_CERT and WHERRY_TLS_KEY have to be set together.')
  }
  if (config.tlsCert !== null && config.url?.startsWith('http:')) {
    problems.push('WHERRY_URL has to begin with https: where the hub speaks TLS itself.')
  }
  if (config.masterKey !== null && config.masterKeyFile !== null) {
    problems.push('WHERRY_MASTER_KEY and WHERRY_MASTER_KEY_FILE cannot both be set.')
  }
  if ((config.turnUrl.length === 0) !== (config.turnSecret === null)) {
    problems.push('WHERRY_TURN_URL and WHERRY_TURN_SECRET have to be set together.')
  }
  for (const [name, path] of [
    ['WHERRY_TLS_CERT', config.tlsCert],
    ['WHERRY_TLS_KEY', config.tlsKey],
    ['WHERRY_MASTER_KEY_FILE', config.masterKeyFile],
  ] as const) {
    if (path !== null && !isReadable(path)) problems.push(`${name}: the file ${path} cannot be read.`)
  }
  if (problems.length === 0 && config.tlsCert !== null && config.tlsKey !== null)
    problems.push(...tlsProblems(config.tlsCert, config.tlsKey))
  return problems
}

const isReadable = (path: string): boolean => {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

const readSetting = (setting: Setting, environment: Environment, problems: string[]): unknown => {
  const written = environment[setting.env] || setting.default
  if (written === null) return null
  const parsed = v.safeParse(setting.schema, written)
  if (parsed.success) return parsed.output
  problems.push(`${setting.env}: ${parsed.issues[0].message.replace(/\.?$/, '.')}`)
  return null
}

/** Reads the configuration from environment variables. Throws a ConfigError that names everything wrong with it. */
export const readConfig = (environment: Environment): Config => {
  const problems: string[] = []
  const known = new Set([...othersNames, ...Object.values(settings).map(setting => setting.env as string)])
  for (const name of Object.keys(environment)) {
    if (name.startsWith('WHERRY_') && !known.has(name)) problems.push(`${name} is not a setting of Wherry.`)
  }
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [key, readSetting(setting, environment, problems)]),
  ) as Config
  if (problems.length === 0) problems.push(...problemsOf(config))
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config
}
