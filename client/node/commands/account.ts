import { isReason } from '../../../protocol/errors.ts'
import { argument, type Command, textOption, UsageError } from '../cli/command.ts'
import { columns, formatDate, printable } from '../cli/output.ts'
import { readSecret } from '../cli/read-secret.ts'
import { keepHub } from '../current-hub.ts'

const passwordOption = { 'password-stdin': { type: 'boolean' } } as const

/** A hub's address as typed, without what follows the host: `http://localhost:8080`. */
const hubAddress = (typed: string): string => {
  const address = URL.parse(typed.includes('://') ? typed : `https://${typed}`)
  if (!address || !['http:', 'https:'].includes(address.protocol))
    throw new UsageError(`"${typed}" is not a hub's address`)
  return address.origin
}

export const login: Command = {
  usage: 'login URL --email E [--password-stdin]',
  doc: 'Signs in and keeps the session on this machine, readable by you alone.',
  options: { email: { type: 'string' }, ...passwordOption },
  takes: { min: 1, max: 1 },
  async run({ connectTo, output }, args, options) {
    const hub = hubAddress(argument(args, 0))
    const email = textOption(options, 'email')
    if (email === undefined) throw new UsageError('--email is missing')
    const password = await readSecret(`Password of ${email}: `, options['password-stdin'] === true)
    const client = await connectTo(hub)
    const user = await client.signIn(email, password)
    await keepHub(hub)
    output.result({ hub, user }, [`Signed in to ${hub} as ${printable(user.name)}.`])
  },
}

export const setup: Command = {
  usage: 'setup LINK --email E --name N [--password-stdin]',
  doc: 'Makes the first administrator with the link that a new hub printed, and signs in.',
  options: { email: { type: 'string' }, name: { type: 'string' }, ...passwordOption },
  takes: { min: 1, max: 1 },
  async run({ connectTo, output }, args, options) {
    const link = URL.parse(argument(args, 0))
    const email = textOption(options, 'email')
    const name = textOption(options, 'name')
    if (!link || link.hash.length < 2) throw new UsageError('that is not the link that the hub printed')
    if (email === undefined || name === undefined) throw new UsageError('--email and --name are needed')
    const password = await readSecret(`New password for ${email}: `, options['password-stdin'] === true)
    const client = await connectTo(link.origin)
    const user = await client.setUp({ token: link.hash.slice(1), email, name, password })
    await keepHub(link.origin)
    output.result({ hub: link.origin, user }, [`This hub is yours, ${printable(user.name)}.`])
  },
}

export const logout: Command = {
  usage: 'logout',
  doc: 'Ends the session and forgets it.',
  takes: { min: 0, max: 0 },
  async run({ connect, output }) {
    try {
      const client = await connect()
      await client.signOut()
    } catch (error) {
      if (!isReason(error, 'unauthenticated')) throw error
    }
    output.result({}, ['Signed out.'])
  },
}

export const passwd: Command = {
  usage: 'passwd',
  doc: 'Changes your password and ends your other sessions.',
  takes: { min: 0, max: 0 },
  async run({ connect, output }) {
    const client = await connect()
    const current = await readSecret('Current password: ', false)
    const next = await readSecret('New password: ', false)
    if ((await readSecret('New password again: ', false)) !== next)
      throw new UsageError('the two are not the same')
    const { endedSessions } = await client.call('account.changePassword', { current, next })
    output.result({ endedSessions }, [`Changed. Other sessions ended: ${endedSessions}.`])
  },
}

export const sessions: Command = {
  usage: 'sessions [revoke ID]',
  doc: 'Lists where you are signed in, or ends one of those sessions.',
  takes: { min: 0, max: 2 },
  async run({ connect, output }, args) {
    const client = await connect()
    if (args[0] === 'revoke') {
      await client.call('session.revoke', { session: argument(args, 1) })
      output.result({}, ['Ended.'])
      return
    }
    if (args[0] !== undefined) throw new UsageError(`unknown: ${args[0]}`)
    const { sessions: list } = await client.call('session.list', {})
    const rows = list.map(one => [
      one.id,
      formatDate(one.lastSeenAt),
      one.address,
      printable(one.agent) + (one.current ? ' (this one)' : ''),
    ])
    output.result(list, columns(rows))
  },
}
