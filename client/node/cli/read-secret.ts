import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { UsageError } from './command.ts'

/** The first line of standard input with `fromStdin`, else what is typed at a prompt, unseen. */
export const readSecret = async (prompt: string, fromStdin: boolean): Promise<string> => {
  if (fromStdin) {
    process.stdin.setEncoding('utf8')
    let input = ''
    for await (const piece of process.stdin) input += piece
    const secret = input.split(/\r?\n/)[0] ?? ''
    if (secret === '') throw new UsageError('standard input has no password')
    return secret
  }
  if (!process.stdin.isTTY) throw new UsageError('there is no terminal to ask on; use --password-stdin')
  process.stderr.write(prompt)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
