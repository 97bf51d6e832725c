import { formatItems } from './format.ts'
import { plainName } from './plain-name.ts'

/** `“report.pdf”`, or how many there are. */
export const named = (entries: readonly { name: string }[]): string => {
  const [first] = entries
  return entries.length === 1 && first ? `“${plainName(first.name)}”` : formatItems(entries.length)
}
