import { ConfigError, readConfig } from './config.ts'
import { type RunningHub, startHub } from './hub.ts'
import { startWords } from './start-words.ts'

/** A hub that hangs while it stops is ended: the storage is made for that. */
const stopMs = 9500

const stopOnSignal = (hub: RunningHub): void => {
  let isStopping = false
  // A signal may come twice: from the terminal and from npm.
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), stopMs).unref()
    hub.stop().then(
      () => process.exit(0),
      error => {
        hub.hub.log.error({ err: error }, 'the stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // A terminal that closes.
  process.on('SIGHUP', stop)
}

/** A rejection that nothing awaits is a bug of one call: it ends neither the transfers of others nor the hub. */
const outliveRejections = ({ hub: { log } }: RunningHub): void => {
  process.on('unhandledRejection', error => {
    log.error({ err: error }, 'a promise was rejected and nothing heard of it: this is a bug')
  })
}

try {
  const hub = await startHub(readConfig(process.env))
  // First: whoever reads that it runs may stop it.
  stopOnSignal(hub)
  outliveRejections(hub)
  process.stdout.write(startWords({ ...hub, config: hub.hub.config }))
} catch (error) {
  const sentence = error instanceof Error ? error.message : String(error)
  const hint = error instanceof ConfigError ? 'The configuration is wrong' : 'Wherry cannot start'
  process.stderr.write(`${hint}: ${sentence}\n`)
  if (process.env.WHERRY_LOG_LEVEL === 'debug' && error instanceof Error)
    process.stderr.write(`${error.stack}\n`)
  process.exit(1)
}
