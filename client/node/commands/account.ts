import { isReason, WherryError } from '../../../protocol/errors.ts'
import { ArgumentsError, argument, type Command, textOption, UsageError } from '../cli/command.ts'
import { hubAddress } from '../cli/hub-address.ts'
import { columns, formatDate, printable } from '../cli/output.ts'
import { passwordOption, readSecret, withSecrets } from '../cli/read-secret.ts'
import { keepHub } from '../current-hub.ts'

export const login: Command = {
  usage: 'login URL --email E [--password-stdin]',
  doc: 'Signs in and keeps the session on this machine, readable by you alone.',
  options: { email: { type: 'string' }, ...passwordOption },
  takes: { min: 1, max: 1 },
  async run(context, args, options) {
    const { connectTo, output } = context
    const hub = hubAddress(argument(args, 0))
    const email = textOption(options, 'email')
    if (email === undefined) throw new UsageError('--email is missing')
    const password = await readSecret(`Password of ${email}: `, context, options)
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
  async run(context, args, options) {
    const { connectTo, output } = context
    const link = URL.parse(argument(args, 0))
    const email = textOption(options, 'email')
    const name = textOption(options, 'name')
    if (!link || link.hash.length < 2) throw new UsageError('that is not the link that the hub printed')
    if (email === undefined || name === undefined) throw new UsageError('--email and --name are needed')
    const password = await readSecret(`New password for ${email}: `, context, options)
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
  usage: 'passwd [--password-stdin]',
  doc: 'Changes your password and ends your other sessions. With --password-stdin the present one and the new one are the first two lines of standard input.',
  options: passwordOption,
  takes: { min: 0, max: 0 },
  async run(context, _args, options) {
    const { connect, output } = context
    const client = await connect()
    const { current, next } = await withSecrets(context, options, async ask => {
      const current = await ask('Current password: ')
      const next = await ask('New password: ')
      const isSure = options['password-stdin'] === true || (await ask('New password again: ')) === next
      if (!isSure) throw new UsageError('the two are not the same')
      return { current, next }
    })
    const { endedSessions } = await client.call('account.changePassword', { current, next }).catch(error => {
      if (!isReason(error, 'wrong_credentials')) throw error
      throw new WherryError('wrong_credentials', 'That is not the present password.', {}, { cause: error })
    })
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
      const session = argument(args, 1)
      const { sessions: list } = await client.call('session.list', {})
      const isOwn = list.some(({ id, current }) => id === session && current)
      await client.call('session.revoke', { session }).catch(error => {
        // The hub ends it before it can answer.
        if (!isOwn || !isReason(error, 'session_ended')) throw error
      })
      output.result({}, ['Ended.'])
      return
    }
    if (args[0] !== undefined) throw new ArgumentsError(`unknown: ${args[0]}`)
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
