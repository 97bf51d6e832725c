import { WherryError } from '../../../protocol/errors.ts'
import { emailKey } from '../../../protocol/names.ts'
import { parseBytes } from '../../../protocol/sizes.ts'
import type { User } from '../../../protocol/values.ts'
import type { HubClient } from '../../core/api.ts'
import { allUsers, grantsTo } from '../../core/people.ts'
import {
  ArgumentsError,
  argument,
  type Command,
  type CommandContext,
  type OptionValues,
  textOption,
  UsageError,
} from '../cli/command.ts'
import { grantColumns, inOrder } from '../cli/grant-columns.ts'
import { columns, printable } from '../cli/output.ts'
import { passwordOption, readSecret } from '../cli/read-secret.ts'

const findUser = async (client: HubClient, email: string): Promise<User> => {
  const user = (await allUsers(client)).find(each => emailKey(each.email) === emailKey(email))
  if (user === undefined) throw new WherryError('not_found', `There is no account with the address ${email}.`)
  return user
}

const quotaOption = (options: OptionValues): number | null => {
  const typed = textOption(options, 'quota')
  if (typed === undefined) return null
  const quotaBytes = parseBytes(typed)
  if (quotaBytes === null || !Number.isSafeInteger(quotaBytes))
    throw new UsageError('--quota takes a number of bytes, such as 1048576 or 512M or 20G')
  return quotaBytes
}

const createUser = async (
  client: HubClient,
  email: string,
  context: CommandContext,
  options: OptionValues,
): Promise<User> => {
  const name = textOption(options, 'name') ?? email
  const quotaBytes = quotaOption(options)
  const role = options.admin === true ? 'admin' : 'member'
  const password = await readSecret(`Password for ${email}: `, context, options)
  return (await client.call('user.create', { email, name, password, role, quotaBytes })).user
}

const setDisabled = async (client: HubClient, email: string, disabled: boolean): Promise<User> => {
  const { id } = await findUser(client, email)
  return (await client.call('user.disable', { user: id, disabled })).user
}

const setPassword = async (
  client: HubClient,
  email: string,
  context: CommandContext,
  options: OptionValues,
): Promise<{ user: User; endedSessions: number }> => {
  const user = await findUser(client, email)
  if (user.id === client.user?.id)
    throw new UsageError('your own password is changed by `wherry passwd`, which asks for the present one')
  const password = await readSecret(`New password for ${user.email}: `, context, options)
  const { endedSessions } = await client.call('user.setPassword', { user: user.id, password })
  return { user, endedSessions }
}

export const users: Command = {
  usage:
    'users [create EMAIL [--name N] [--admin] [--quota BYTES] [--password-stdin] | passwd EMAIL [--password-stdin] | disable EMAIL | enable EMAIL | access EMAIL]',
  doc: 'For administrators: lists, makes, disables and enables accounts, gives the account of somebody else a new password, which ends its sessions, and lists what an account was given access to.',
  options: {
    name: { type: 'string' },
    admin: { type: 'boolean' },
    quota: { type: 'string' },
    ...passwordOption,
  },
  takes: { min: 0, max: 2 },
  async run(context, args, options) {
    const { connect, output } = context
    const client = await connect()
    const [action] = args
    if (action === undefined) {
      const list = await allUsers(client)
      const rows = list.map(user => [
        user.email,
        user.role,
        user.disabled ? 'disabled' : '',
        printable(user.name),
      ])
      output.result(list, columns(rows))
    } else if (action === 'create') {
      const user = await createUser(client, argument(args, 1), context, options)
      output.result(user, [`Made an account for ${user.email}.`])
    } else if (action === 'passwd') {
      const { user, endedSessions } = await setPassword(client, argument(args, 1), context, options)
      output.result({ user, endedSessions }, [
        `Changed the password of ${user.email}. Sessions ended: ${endedSessions}.`,
      ])
    } else if (action === 'disable' || action === 'enable') {
      const user = await setDisabled(client, argument(args, 1), action === 'disable')
      output.result(user, [`${user.email} is ${user.disabled ? 'disabled' : 'enabled'}.`])
    } else if (action === 'access') {
      const user = await findUser(client, argument(args, 1))
      const grants = inOrder(await grantsTo(client, user.id))
      output.result(grants, [
        `${user.email}${user.disabled ? ', who is disabled,' : ''} was given, besides the own space:`,
        ...(grants.length === 0 ? ['nothing'] : columns(grants.map(grant => grantColumns(grant)))),
      ])
    } else {
      throw new ArgumentsError(`unknown: ${action}`)
    }
  },
}
