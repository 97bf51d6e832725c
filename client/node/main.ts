import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { isReason, type Reason, WherryError } from '../../protocol/errors.ts'
import { version } from './cli/agent.ts'
import { ArgumentsError, type Command, PartialFailure, UsageError } from './cli/command.ts'
import { type Interruption, onInterrupt } from './cli/interruption.ts'
import { createOutput, type Output, printable } from './cli/output.ts'
import { openSession } from './cli/session.ts'
import { commands } from './commands/table.ts'
import { whyOf } from './why-of.ts'

/** Exit codes, so that scripts can tell failures apart. */
const exitCodes = { failed: 1, usage: 2, signedOut: 3, notFound: 4, offline: 5, interrupted: 130 } as const

/** For the help. */
const exitWords: Record<keyof typeof exitCodes, string> = {
  failed: 'something failed',
  usage: 'typed wrongly',
  signedOut: 'not signed in',
  notFound: 'not found or not allowed',
  offline: 'hub not reached',
  interrupted: 'interrupted',
}

const help = (all: readonly Command[]): string[] => [
  'wherry: files on a Wherry hub, from a terminal.',
  '',
  ...all.flatMap(command => [`  wherry ${command.usage}`, `      ${command.doc}`]),
  '',
  'Everywhere: --json for one JSON value on standard output, --hub URL (or WHERRY_HUB) for another hub than the last one',
  'signed in to, --help. Paths on the hub are space:path; your own space is me: (wherry put big.iso me:isos/).',
  'wherry help NAME tells of one command, wherry --version which version this is.',
  `Exit codes: ${Object.entries(exitWords)
    .map(([name, words]) => `${exitCodes[name as keyof typeof exitCodes]} ${words}`)
    .join(', ')}.`,
]

const helpWith = ({ usage, doc }: Command, output: Output): void =>
  output.result(usage, [`wherry ${usage}`, doc])

const usedAs = (name: string, { usage }: Command): string => `\`${name}\` is used as: wherry ${usage}`

const globalOptions = {
  json: { type: 'boolean' },
  hub: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const run = async (
  name: string,
  command: Command,
  argv: string[],
  output: Output,
  interruption: Interruption,
): Promise<void> => {
  const { values, positionals } = parseArgs({
    args: argv,
    options: { ...globalOptions, ...command.options },
    allowPositionals: true,
  })
  if (values.help === true) return helpWith(command, output)
  if (positionals.length < command.takes.min || positionals.length > command.takes.max) {
    throw new UsageError(usedAs(name, command))
  }
  const hubOption = typeof values.hub === 'string' ? values.hub : undefined
  const over = new AbortController()
  const signal = AbortSignal.any([interruption.signal, over.signal])
  const session = openSession({ hubOption, output, signal })
  try {
    await Promise.race([
      command.run({ ...session, output, signal }, positionals, values),
      session.ended,
      interruption.forced,
    ])
  } catch (error) {
    throw error instanceof ArgumentsError
      ? new UsageError(`${error.message}; ${usedAs(name, command)}`, { cause: error })
      : session.explained(error)
  } finally {
    // What the command still does would keep the process, or be told as its failure.
    over.abort()
    session.close()
  }
}

const reasonCodes: Partial<Record<Reason, number>> = {
  unauthenticated: exitCodes.signedOut,
  session_ended: exitCodes.signedOut,
  account_disabled: exitCodes.signedOut,
  not_found: exitCodes.notFound,
  forbidden: exitCodes.notFound,
  disconnected: exitCodes.offline,
  cancelled: exitCodes.interrupted,
}

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

/** The system refused something with a file of this machine. */
const isAboutFile = (error: unknown): error is NodeJS.ErrnoException & { path: string } =>
  error instanceof Error && 'code' in error && 'path' in error && typeof error.path === 'string'

const report = (error: unknown, output: Output): number => {
  if (isUsage(error)) {
    output.problem(error.message)
    return exitCodes.usage
  }
  if (error instanceof PartialFailure) return exitCodes.failed
  if (isAboutFile(error)) {
    const isMissing = error.code === 'ENOENT'
    const path = `"${printable(error.path)}"`
    output.problem(isMissing ? `there is no ${path} on this machine` : `${path}: ${whyOf(error)}`)
    return isMissing ? exitCodes.notFound : exitCodes.failed
  }
  if (isReason(error, 'cancelled'))
    output.problem(
      error.details.continues === true ? 'stopped; the same command continues where this one was' : 'stopped',
    )
  else output.problem(whyOf(error))
  return (error instanceof WherryError && reasonCodes[error.reason]) || exitCodes.failed
}

/** Throws UsageError for a name that no command has. */
const findCommand = async (name: string): Promise<Command> => {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined)
    throw new UsageError(`there is no command "${printable(name)}"; \`wherry help\` lists them`)
  return load()
}

/** Of one command, or of all. */
const showHelp = async (name: string | undefined, output: Output): Promise<void> => {
  if (name !== undefined) return helpWith(await findCommand(name), output)
  const all = await Promise.all(Object.values(commands).map(load => load()))
  output.result(Object.keys(commands), help(all))
}

/** The command, and all else; what holds everywhere may be before it, too. */
const commandIn = (argv: readonly string[]): [name: string | undefined, ...rest: string[]] => {
  let at = 0
  while (/^--(json$|hub(=|$))/.test(argv[at] ?? '')) at += argv[at] === '--hub' ? 2 : 1
  return [argv[at], ...argv.slice(0, at), ...argv.slice(at + 1)]
}

const main = async (argv: string[]): Promise<number> => {
  const output = createOutput(argv.includes('--json'), process.stdout, process.stderr)
  const [name, ...rest] = commandIn(argv)
  const interruption = onInterrupt()
  try {
    if (name === undefined) await showHelp(undefined, output)
    else if (['help', '--help', '-h'].includes(name))
      await showHelp(
        rest.find(one => !one.startsWith('-')),
        output,
      )
    else if (name === '--version') output.result(version, [version])
    else await run(name, await findCommand(name), rest, output, interruption)
    return name === undefined ? exitCodes.usage : 0
  } catch (error) {
    return report(error, output)
  } finally {
    interruption.end()
  }
}

/** As a shell tells of what SIGPIPE ended. */
const unheard = 128 + constants.signals.SIGPIPE

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads us may have enough: `wherry ls | head`. What was yet to be done is not.
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? unheard)
  console.error(`wherry: the output cannot be written: ${error.message}`)
  process.exit(exitCodes.failed)
})
// Of what cannot be told, the work itself does not depend.
process.stderr.on('error', () => {})
process.exitCode = await main(process.argv.slice(2))
// What was given up and does not know it would keep the process.
if (process.exitCode === exitCodes.interrupted || process.exitCode === exitCodes.signedOut) process.exit()
