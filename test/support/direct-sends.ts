import type { ChildProcess } from 'node:child_process'
import type { CommandLine, CommandResult } from './command-line.ts'

/** What `wherry send --json` and `wherry receive --json` print at the end. */
export type SendOutcome = {
  files: number
  bytes: number
  movedBytes: number
  seconds: number
  path: 'direct' | 'turned' | 'relayed'
  /** `savedAs` of a receipt, `sentAs` of a send. */
  renamed?: { path: string; savedAs?: string; sentAs?: string }[]
}

export type RunningSend = {
  process: ChildProcess
  result: Promise<CommandResult>
  /** Null for a send that is continued. */
  code: string | null
  link: string | null
}

/** The first line that a process prints; rejects if it ends before. */
const firstLine = ({ process, result }: { process: ChildProcess; result: Promise<CommandResult> }) =>
  new Promise<string>((resolve, reject) => {
    let text = ''
    process.stdout?.on('data', piece => {
      text += piece
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    })
    void result.then(({ code, stderr }) => reject(new Error(`ended with ${code}: ${stderr}`)))
  })

/** Starts `wherry send ARGS --json` and waits for its code. */
export const beginSend = async (wherry: CommandLine, args: readonly string[]): Promise<RunningSend> => {
  const started = wherry.start(['send', ...args, '--json'])
  const { code, link } = JSON.parse(await firstLine(started))
  return { ...started, code, link }
}

/** The outcome that a command printed as its last line, and which has to have succeeded. */
export const outcomeOf = ({ code, stdout, stderr }: CommandResult): SendOutcome => {
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
