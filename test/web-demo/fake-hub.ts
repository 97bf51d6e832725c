import type { ConnectionState, HubClient, Stop } from '../../client/core/api.ts'
import { WherryError } from '../../protocol/errors.ts'
import { numberedName } from '../../protocol/names.ts'
import type { Change, Entry, Person, User } from '../../protocol/values.ts'

/** A hub inside the page, without network or disk: for looking at the interface. Never shipped. */

export const id = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .padEnd(22, '0')
    .slice(0, 22)
export const people: Record<string, Person> = Object.fromEntries(
  ['You', 'Ana', 'Lei', 'Ben', 'Fatima', 'Dmitri'].map(name => [name, { id: id(name), name }]),
)
const me: User = {
  id: id('You'),
  email: 'you@example.org',
  name: 'You',
  role: 'admin',
  disabled: false,
  createdAt: Date.now(),
  quotaBytes: 1e12,
  usedBytes: 412e9,
}
const space = {
  id: id('space'),
  kind: 'personal' as const,
  name: 'You',
  owner: { id: me.id, name: me.name },
  root: id('root'),
  level: 'admin' as const,
  usedBytes: 412e9,
  reservedBytes: 0,
  quotaBytes: 1e12,
}
const team = {
  ...space,
  id: id('team'),
  kind: 'team' as const,
  name: 'Launch 2027',
  owner: null,
  root: id('team-root'),
}

type Listener = (value: never) => void

export const createFakeHub = (startState: ConnectionState = 'live') => {
  const entries = new Map<string, Entry>()
  const listeners = new Map<string, Set<Listener>>()
  let state = startState
  let seq = 1
  let made = 0

  const emit = (name: string, value: unknown) => {
    for (const listener of listeners.get(name) ?? []) listener(value as never)
  }
  const on = (name: string, listener: Listener): Stop => {
    const all = listeners.get(name) ?? new Set()
    listeners.set(name, all.add(listener))
    return () => all.delete(listener)
  }
  const get = (entry: string): Entry => {
    const found = entries.get(entry)
    if (!found) throw new WherryError('not_found')
    return found
  }
  const children = (folder: string) => [...entries.values()].filter(entry => entry.folder === folder)
  const tell = (folder: string | null, change: Change) => {
    if (folder) emit('folder.changed', { folder, from: 0, to: seq, changes: [change] })
  }
  const put = (entry: Partial<Entry> & { name: string; folder: string | null }): Entry => {
    seq++
    const whole: Entry = {
      id: id(`e${++made}-`),
      space: space.id,
      kind: 'file',
      size: 0,
      type: entry.kind === 'folder' ? null : 'application/octet-stream',
      digest: entry.kind === 'folder' ? null : '9f2c'.padEnd(60, '0').concat('b1e4'),
      version: entry.kind === 'folder' ? null : id('version'),
      modifiedAt: Date.now(),
      createdAt: Date.now(),
      by: people.You ?? null,
      ...entry,
      seq,
    }
    entries.set(whole.id, whole)
    tell(whole.folder, { kind: 'put', seq, entry: whole })
    return whole
  }
  const remove = (entry: string, by: Person | null = people.You ?? null) => {
    const { folder } = get(entry)
    entries.delete(entry)
    seq++
    tell(folder, { kind: 'removed', seq, id: entry, by })
  }
  const free = (folder: string, name: string, onClash: string | undefined): string => {
    const taken = new Set(children(folder).map(entry => entry.name.toLowerCase()))
    if (!taken.has(name.toLowerCase())) return name
    if (onClash !== 'keepBoth') throw new WherryError('name_taken', undefined, { name })
    let n = 2
    while (taken.has(numberedName(name, n).toLowerCase())) n++
    return numberedName(name, n)
  }
  const pathOf = (entry: Entry): { id: string; name: string }[] =>
    entry.folder ? [...pathOf(get(entry.folder)), { id: entry.folder, name: get(entry.folder).name }] : []

  put({ id: space.root, name: 'You', folder: null, kind: 'folder' })
  put({ id: team.root, name: team.name, folder: null, kind: 'folder', space: team.id })

  // biome-ignore lint/suspicious/noExplicitAny: a stand-in for every call
  const calls: Record<string, (params: any) => unknown> = {
    'space.list': () => ({
      spaces: [space, team],
      shared: [
        {
          entry: { ...get(space.root), id: id('shared1'), name: 'Family photos' },
          level: 'write',
          spaceName: 'Ana',
          path: ['Pictures'],
        },
      ],
    }),
    'entry.get': ({ entry }) => ({ entry: get(entry), level: 'admin', space, path: pathOf(get(entry)) }),
    'folder.list': ({ folder, after, limit }) => {
      const at = Number(after ?? 0)
      const all = children(folder)
      const size = limit ?? 500
      return {
        seq,
        entries: all.slice(at, at + size),
        next: at + size < all.length ? String(at + size) : null,
        total: all.length,
      }
    },
    'folder.watch': () => ({
      seq,
      reset: false,
      changes: [],
      more: false,
      people: ['Fatima', 'Dmitri', 'Ben'].map(name => people[name]),
      uploads: [],
    }),
    'folder.unwatch': () => ({}),
    'folder.changes': () => ({ seq, reset: false, changes: [], more: false }),
    'folder.create': ({ folder, name, onClash }) => ({
      entry: put({ name: free(folder, name, onClash), folder, kind: 'folder' }),
      created: true,
    }),
    'entry.rename': ({ entry, name }) => ({ entry: put({ ...get(entry), name }) }),
    'entry.move': ({ entries: ids, folder, onClash }) => ({
      entries: ids.map((one: string) => {
        const old = get(one)
        const name = free(folder, old.name, onClash)
        remove(one)
        return put({ ...old, folder, name })
      }),
    }),
    'entry.copy': ({ entries: ids, folder, onClash }) => ({
      entries: ids.map((one: string) =>
        put({ ...get(one), id: id(`c${++made}-`), folder, name: free(folder, get(one).name, onClash) }),
      ),
    }),
    'entry.delete': ({ entries: ids }) => {
      for (const one of ids) remove(one)
      return { removed: ids.length }
    },
    'session.list': () => ({
      sessions: [
        {
          id: id('s1'),
          agent: 'wherry-web/0.1.0 Chrome on Linux',
          address: '127.0.0.1',
          createdAt: Date.now(),
          lastSeenAt: Date.now(),
          current: true,
        },
        {
          id: id('s2'),
          agent: 'wherry-cli/0.1.0',
          address: '192.168.1.7',
          createdAt: Date.now() - 9e8,
          lastSeenAt: Date.now() - 9e7,
          current: false,
        },
      ],
    }),
    'user.list': () => ({
      users: [
        me,
        {
          ...me,
          id: id('Ana'),
          name: 'Ana',
          email: 'ana@example.org',
          role: 'member',
          usedBytes: 2e9,
          quotaBytes: null,
        },
      ],
      next: null,
    }),
    'user.create': ({ email, name, role }) => ({
      user: { ...me, id: id(email), email, name, role: role ?? 'member', usedBytes: 0 },
    }),
    'user.disable': ({ user, disabled }) => ({ user: { ...me, id: user, disabled } }),
    'user.setPassword': () => ({ endedSessions: 1 }),
    'access.list': ({ entry }) => ({
      grants: [
        {
          entry,
          entryName: 'x',
          subject: { kind: 'user', user: people.Ana, email: 'ana@example.org' },
          level: 'write',
          inherited: false,
          grantedAt: Date.now(),
        },
        {
          entry,
          entryName: 'You',
          subject: { kind: 'everyone' },
          level: 'read',
          inherited: true,
          grantedAt: Date.now(),
        },
      ],
    }),
    'access.grant': () => ({}),
    'access.revoke': () => ({ revoked: true }),
    'access.check': () => ({ level: 'admin' }),
    'download.url': () => ({ url: '/d/x', expiresAt: Date.now() + 6e4 }),
  }

  const setState = (next: ConnectionState) => {
    state = next
    emit('state', next)
  }
  const client = {
    get state() {
      return state
    },
    get user() {
      return state === 'signedOut' ? null : me
    },
    get hello() {
      return {
        hub: 'Wherry',
        version: '0',
        needsSetup: location.search.includes('setup'),
        serverTime: 0,
        chunking: { seed: '', minBytes: 1, averageBytes: 1, maxBytes: 1 },
        limits: { fileBytes: 1e15, messageBytes: 1e6, windowBytes: 1e6 },
      }
    },
    latencyMs: 12,
    isInDoubt: false,
    epoch: 1,
    onState: (listener: Listener) => on('state', listener),
    onDoubt: () => () => {},
    whenState: async () => state,
    call: async (name: string, params: unknown) => {
      const answer = calls[name]
      if (!answer) throw new WherryError('unknown_call')
      return answer(params)
    },
    on,
    signIn: async (_email: string, password: string) => {
      if (password.length < 4) throw new WherryError('wrong_credentials')
      setState('live')
      return me
    },
    setUp: async () => {
      setState('live')
      return me
    },
    signOut: async () => setState('signedOut'),
    wake() {},
    setOnline() {},
    close() {},
  } as unknown as HubClient
  return { client, put, remove, emit, setState, root: space.root, entries }
}
