// Minutes pass in seconds, for `node --import`: what waits for long by the timers of a client waits a sixtieth of it.
const factor = 60
const { setTimeout: wait, performance } = globalThis
const now = performance.now.bind(performance)
performance.now = () => now() * factor
globalThis.setTimeout = Object.assign((run, ms = 0, ...more) => wait(run, ms / factor, ...more), wait)
