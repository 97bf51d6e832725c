import { existsSync, rmSync, writeFileSync } from 'node:fs'

/** A file that is there while the hub runs: found at the start, it says that the last stop was not a clean one. */
export const runMarker = (file: string): { wasRunning: boolean; remove(): void } => {
  const wasRunning = existsSync(file)
  writeFileSync(file, `${process.pid}\n`, { mode: 0o600 })
  return { wasRunning, remove: () => rmSync(file, { force: true }) }
}
