import { type ChildProcess, spawn } from 'node:child_process'
import { watch } from 'node:fs'

/** Runs the hub, restarts it when the server changes, and rebuilds the client when the client changes. */
const flags = ['--disable-warning=ExperimentalWarning']
const node = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [...flags, ...args], { stdio: 'inherit' })

let building: ChildProcess | null = null
let stale = false

const rebuild = (): void => {
  if (building) {
    stale = true
    return
  }
  stale = false
  building = node('scripts/build.ts')
  building.on('close', () => {
    building = null
    if (stale) rebuild()
  })
}

let waiting: NodeJS.Timeout | undefined
for (const folder of ['client/core', 'client/web', 'protocol']) {
  watch(folder, { recursive: true }, () => {
    clearTimeout(waiting)
    waiting = setTimeout(rebuild, 100)
  })
}
rebuild()

const hub = node('--watch', 'server/main.ts')
hub.on('close', code => process.exit(code ?? 1))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => hub.kill(signal))
