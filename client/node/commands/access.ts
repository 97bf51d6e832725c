import * as v from 'valibot'
import { emailKey } from '../../../protocol/names.ts'
import { type Grant, level as levelSchema, type Subject } from '../../../protocol/values.ts'
import { grantsBelow } from '../../core/people.ts'
import { ArgumentsError, argument, type Command, refuseMore, UsageError } from '../cli/command.ts'
import { grantColumns, inOrder, who } from '../cli/grant-columns.ts'
import { columns, printable } from '../cli/output.ts'
import { needEntry } from '../cli/remote-path.ts'

const parseSubject = (typed: string): Subject =>
  typed === 'everyone' ? { kind: 'everyone' } : { kind: 'email', email: typed }

const whereFrom = ({ inherited, entryName }: Grant): string =>
  inherited ? `from ${printable(entryName)}` : 'here'

/** What everyone has, each has. */
const holdsFor = ({ subject }: Grant, asked: Subject): boolean =>
  subject.kind === 'everyone' || (asked.kind === 'email' && emailKey(subject.email) === emailKey(asked.email))

const kindOf = ({ kind }: Subject): Grant['subject']['kind'] => (kind === 'everyone' ? 'everyone' : 'user')

export const access: Command = {
  usage: 'access SPACE:PATH [grant WHO LEVEL | revoke WHO | below | leave]',
  doc: 'Shows or changes who may do what with a folder or file; `below` lists all that was given on it and on what is in it, and `leave` gives up what you were given there. WHO is an e-mail address or "everyone"; LEVEL is read, write, delete or admin.',
  takes: { min: 1, max: 4 },
  async run({ connect, output }, args) {
    const client = await connect()
    const entry = await needEntry(client, argument(args, 0))
    const [, action] = args
    refuseMore(args, action === 'grant' ? 4 : action === 'revoke' ? 3 : 2)
    if (action === undefined) {
      const { level } = await client.call('access.check', { entry: entry.id })
      const { grants } =
        level === 'admin' ? await client.call('access.list', { entry: entry.id }) : { grants: null }
      const rows = (grants ?? []).map(grant => [
        who(grant),
        grant.level,
        grant.inherited ? whereFrom(grant) : '',
      ])
      output.result({ level, grants }, [`Your level: ${level}`, ...columns(rows)])
    } else if (action === 'grant') {
      const level = v.safeParse(levelSchema, argument(args, 3))
      if (!level.success) throw new UsageError(`"${args[3]}" is not a level: read, write, delete or admin`)
      const { grant } = await client.call('access.grant', {
        entry: entry.id,
        subject: parseSubject(argument(args, 2)),
        level: level.output,
      })
      output.result(grant, ['Granted.'])
    } else if (action === 'revoke') {
      const subject = parseSubject(argument(args, 2))
      // Read before: who gives up the own right may not read afterwards.
      const { grants } = await client.call('access.list', { entry: entry.id })
      const { revoked } = await client.call('access.revoke', { entry: entry.id, subject })
      const isRevoked = (grant: Grant) => !grant.inherited && grant.subject.kind === kindOf(subject)
      const still = grants.filter(grant => holdsFor(grant, subject) && !isRevoked(grant))
      output.result({ revoked, still }, [
        revoked ? 'Revoked.' : 'There was nothing to revoke here.',
        ...still.map(grant => `Still holds: ${who(grant)} may ${grant.level}, ${whereFrom(grant)}.`),
      ])
    } else if (action === 'leave') {
      const { left } = await client.call('access.leave', { entry: entry.id })
      output.result({ left }, [left ? 'Left.' : 'Nothing was given to you alone here.'])
    } else if (action === 'below') {
      const grants = inOrder(await grantsBelow(client, entry.id))
      const start = argument(args, 0).replace(/\/+$/, '')
      const rows = grants.map(grant => grantColumns(grant, start))
      output.result(grants, rows.length === 0 ? ['Nothing was given here or below.'] : columns(rows))
    } else {
      throw new ArgumentsError(`unknown: ${action}`)
    }
  },
}
