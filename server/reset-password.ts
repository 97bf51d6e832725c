import { randomBytes } from 'node:crypto'
import { messageOf } from '../storage/message-of.ts'
import { openAccounts } from '../storage/open-accounts.ts'
import { createPasswords } from './auth/passwords.ts'
import { readConfig } from './config.ts'

/** No user makes the change, but who has the machine. */
const actor = { user: '', requestId: null }

/** Sets a random password, ends the account's sessions and enables it; answers what the terminal says. */
const resetPassword = async (directory: string, email: string): Promise<string> => {
  const { users, close } = await openAccounts(directory)
  try {
    const user = await users.findByEmail(email)
    if (user === null) throw new Error(`There is no account with the address ${email}.`)
    const password = randomBytes(12).toString('hex')
    const hash = await (await createPasswords()).hash(password)
    const endedSessions = await users.resetPasswordHash(actor, user.id, hash)
    const lines = [
      `The new password of ${user.email} is ${password}`,
      `It is told only now: sign in with it, and change it. Sessions ended: ${endedSessions}.`,
    ]
    if (user.disabled) {
      await users.setDisabled(actor, user.id, false)
      lines.push('The account was disabled, and is enabled again.')
    }
    return `\n${lines.map(line => `  ${line}\n`).join('')}\n`
  } finally {
    await close()
  }
}

try {
  const [email, ...more] = process.argv.slice(2)
  if (email === undefined || more.length > 0)
    throw new Error('Name one account, as in: npm run reset-password -- EMAIL')
  process.stdout.write(await resetPassword(readConfig(process.env).data, email))
} catch (error) {
  process.stderr.write(`No password was set: ${messageOf(error)}\n`)
  process.exitCode = 1
}
