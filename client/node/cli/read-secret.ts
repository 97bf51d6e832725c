import { createAsker } from './ask.ts'
import { type CommandContext, type OptionValues, UsageError } from './command.ts'

export const passwordOption = { 'password-stdin': { type: 'boolean' } } as const

/** Asks for secrets, one after the other. */
export type SecretAsker = (prompt: string) => Promise<string>

/** `work` gets the next line of standard input for each prompt with --password-stdin, else what is typed at it, unseen. */
export const withSecrets = async <T>(
  { output, signal }: Pick<CommandContext, 'output' | 'signal'>,
  options: OptionValues,
  work: (ask: SecretAsker) => Promise<T>,
): Promise<T> => {
  const fromStdin = options['password-stdin'] === true
  if (!fromStdin && !process.stdin.isTTY)
    throw new UsageError('there is no terminal to ask on; use --password-stdin')
  const asker = createAsker(output, signal, fromStdin ? 'silent' : 'unseen')
  const ask: SecretAsker = async prompt => {
    const secret = await asker.ask(prompt)
    if (!secret) throw new UsageError(fromStdin ? 'standard input has no password' : 'no password was typed')
    return secret
  }
  try {
    return await work(ask)
  } finally {
    asker.close()
  }
}

export const readSecret = (
  prompt: string,
  context: Pick<CommandContext, 'output' | 'signal'>,
  options: OptionValues,
): Promise<string> => withSecrets(context, options, ask => ask(prompt))
