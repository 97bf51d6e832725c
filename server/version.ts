import { readFileSync } from 'node:fs'

const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')

/** The version in package.json. */
export const version: string = (JSON.parse(file) as { version: string }).version

export const hubName = 'Wherry'
