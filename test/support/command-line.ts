import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type CommandResult = { code: number | null; stdout: string; stderr: string }

/** The command line as a person runs it, with a home of its own. */
export type CommandLine = {
  /** Starts `wherry ARGS`; resolves when it ended. */
  run(args: readonly string[], input?: string): Promise<CommandResult>
  /** The parsed standard output of `wherry ARGS --json`, which has to succeed. */
  json(args: readonly string[], input?: string): Promise<unknown>
  /** Starts it and leaves it running. Its standard input ends after `input`, and stays open with null. */
  start(
    args: readonly string[],
    input?: string | null,
  ): { process: ChildProcess; result: Promise<CommandResult> }
}

/** What a command is started by to have a terminal (util-linux): all that it prints is its standard output then. */
export const inTerminal: readonly string[] = [
  'sh',
  '-c',
  `exec script --quiet --return --command "$(printf "'%s' " "$0" "$@")" /dev/null`,
]

/** `under`: a command that it is started by. `code`: where its code is. */
export const commandLine = (
  home: string,
  under: readonly string[] = [],
  code: string = root,
): CommandLine => {
  mkdirSync(home, { recursive: true })
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('WHERRY_')),
  )
  const env = {
    ...inherited,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
  }

  const start = (args: readonly string[], input: string | null = '') => {
    const [program = '', ...all] = [
      ...under,
      process.execPath,
      ...['--disable-warning=ExperimentalWarning', join(code, 'client/node/bin.mjs')],
      ...args,
    ]
    const child = spawn(program, all, { env, cwd: home })
    child.stdin.on('error', () => {})
    if (input !== null) child.stdin.end(input)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    const result = new Promise<CommandResult>(resolve =>
      child.on('close', code => resolve({ code, stdout, stderr })),
    )
    return { process: child as ChildProcess, result }
  }

  const run = (args: readonly string[], input?: string) => start(args, input).result

  return {
    run,
    start,
    async json(args, input) {
      const { code, stdout, stderr } = await run([...args, '--json'], input)
      if (code !== 0) throw new Error(`wherry ${args.join(' ')} ended with ${code}: ${stderr}`)
      return JSON.parse(stdout)
    },
  }
}
