import { UsageError } from './command.ts'

/** A hub's address as typed, without what follows the host: `http://localhost:8080`. */
export const hubAddress = (typed: string): string => {
  const address = URL.parse(typed.includes('://') ? typed : `https://${typed}`)
  if (!address || !['http:', 'https:'].includes(address.protocol))
    throw new UsageError(`"${typed}" is not a hub's address; write it as https://files.example.org`)
  return address.origin
}
