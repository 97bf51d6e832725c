import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TemporaryHub, temporaryHub } from '../support/hub.ts'
import { signedInClient } from '../support/raw-client.ts'

/** What happens between the moment a call is authorised and the transaction of its write. */

const accountOf = (name: string) => ({
  email: `${name}@example.org`,
  name,
  password: 'another long password',
})

let hub: TemporaryHub
let ada: Awaited<ReturnType<typeof signedInClient>>

beforeAll(async () => {
  hub = await temporaryHub()
  ada = await signedInClient(hub.socketUrl)
})
afterAll(async () => {
  ada?.close()
  await hub.remove()
})

type Noun = 'users' | 'entries' | 'access' | 'uploads'
type Writes = Record<string, (...args: unknown[]) => Promise<unknown>>

/** Holds back the next write of that name until something has happened; resolves with what came of it. */
const afterAuthorising = (noun: Noun, write: string, happen: () => Promise<unknown>): Promise<unknown> => {
  const writes = hub.hub.storage[noun] as unknown as Writes
  const original = writes[write] as Writes[string]
  return new Promise((resolve, reject) => {
    writes[write] = async (...args) => {
      writes[write] = original
      await happen()
      const written = original(...args)
      written.then(resolve, reject)
      return written
    }
  })
}

describe('an administrator who is disabled while a call is under way', () => {
  const administrator = async (name: string) => {
    const { user } = await ada.call('user.create', { ...accountOf(name), role: 'admin' })
    const client = await signedInClient(hub.socketUrl, accountOf(name))
    const disable = () => ada.call('user.disable', { user: user.id, disabled: true })
    return { client, disable }
  }

  test('makes no account', async () => {
    const { client, disable } = await administrator('boss')
    const written = afterAuthorising('users', 'create', disable)
    client.call('user.create', { ...accountOf('back'), role: 'admin' }).catch(() => {})
    await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
    const { users } = await ada.call('user.list', {})
    expect(users.map(user => user.name)).not.toContain('back')
  })

  test('disables nobody', async () => {
    const { client, disable } = await administrator('chief')
    const { user } = await ada.call('user.create', accountOf('dan'))
    const written = afterAuthorising('users', 'setDisabled', disable)
    client.call('user.disable', { user: user.id, disabled: true }).catch(() => {})
    await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
    expect(await hub.hub.storage.users.get(user.id)).toMatchObject({ disabled: false })
  })

  test('gives nobody another password', async () => {
    const { client, disable } = await administrator('head')
    const { user } = await ada.call('user.create', accountOf('fay'))
    const written = afterAuthorising('users', 'resetPasswordHash', disable)
    client.call('user.setPassword', { user: user.id, password: 'known to the thief' }).catch(() => {})
    await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
    await signedInClient(hub.socketUrl, accountOf('fay'))
  })
})

test('a session that is ended while it changes the password changes nothing', async () => {
  await ada.call('user.create', accountOf('erin'))
  const thief = await signedInClient(hub.socketUrl, accountOf('erin'))
  const owner = await signedInClient(hub.socketUrl, accountOf('erin'))
  const written = afterAuthorising('users', 'setPasswordHash', () =>
    owner.call('session.revoke', { session: thief.signedIn.session }),
  )
  const { password: current } = accountOf('erin')
  thief.call('account.changePassword', { current, next: 'known to the thief' }).catch(() => {})
  await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
  expect((await owner.call('session.list', {})).sessions).toHaveLength(1)
  await signedInClient(hub.socketUrl, accountOf('erin'))
})

describe('a member whose right ends while a call is under way', () => {
  const account = accountOf('bob')
  const subject = { kind: 'email', email: account.email } as const
  let bob: Awaited<ReturnType<typeof signedInClient>>
  beforeAll(async () => {
    await ada.call('user.create', account)
    bob = await signedInClient(hub.socketUrl, account)
  })

  const folderIn = async (client: typeof ada, folder: string): Promise<string> =>
    (await client.call('folder.create', { folder, name: 'folder', onClash: 'keepBoth' })).entry.id

  /** A folder of Ada's that Bob may do everything in, one in it, and one of Bob's. */
  const places = async () => {
    const shared = await folderIn(ada, ada.root)
    const inside = await folderIn(ada, shared)
    await ada.call('access.grant', { entry: shared, subject, level: 'admin' })
    return { shared, inside, own: await folderIn(bob, bob.root) }
  }
  type Places = Awaited<ReturnType<typeof places>>

  const fail = { onClash: 'fail' } as const
  const empty = { name: 'empty', size: 0, modifiedAt: 0, ...fail }
  const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const uploadInto = async (folder: string, size: number): Promise<string> => {
    const upload = randomBytes(16).toString('base64url')
    await bob.call('upload.open', { upload, stream: 1, folder, ...empty, size })
    return upload
  }

  type Case = {
    what: string
    write: readonly [Noun, string]
    /** Makes the call. */
    call(places: Places): Promise<() => Promise<unknown>>
  }
  const at = (what: string, write: Case['write'], call: (places: Places) => Promise<unknown>): Case => ({
    what,
    write,
    call: async places => () => call(places),
  })

  const copyOut = at('entry.copy out', ['entries', 'copy'], ({ inside }) =>
    bob.call('entry.copy', { entries: [inside], folder: bob.root, onClash: 'keepBoth' }),
  )
  const writing: Case[] = [
    at('folder.create', ['entries', 'createFolder'], ({ shared }) =>
      bob.call('folder.create', { folder: shared, name: 'new', ...fail }),
    ),
    at('entry.rename', ['entries', 'rename'], ({ inside }) =>
      bob.call('entry.rename', { entry: inside, name: 'new' }),
    ),
    at('entry.move out', ['entries', 'move'], ({ inside }) =>
      bob.call('entry.move', { entries: [inside], folder: bob.root, onClash: 'keepBoth' }),
    ),
    at('entry.move in', ['entries', 'move'], ({ shared, own }) =>
      bob.call('entry.move', { entries: [own], folder: shared, onClash: 'keepBoth' }),
    ),
    at('entry.copy in', ['entries', 'copy'], ({ shared, own }) =>
      bob.call('entry.copy', { entries: [own], folder: shared, onClash: 'keepBoth' }),
    ),
    at('entry.delete', ['entries', 'remove'], ({ inside, own }) =>
      bob.call('entry.delete', { entries: [own, inside] }),
    ),
    at('access.grant', ['access', 'grant'], ({ inside }) =>
      bob.call('access.grant', { entry: inside, subject, level: 'admin' }),
    ),
    at('access.revoke', ['access', 'revoke'], ({ inside }) =>
      bob.call('access.revoke', { entry: inside, subject: { kind: 'everyone' } }),
    ),
    at('upload.open', ['uploads', 'open'], ({ shared }) => uploadInto(shared, 0)),
    {
      what: 'upload.declare',
      write: ['uploads', 'declare'],
      call: async ({ shared }) => {
        const upload = await uploadInto(shared, 1)
        const chunks = [{ hash: emptyHash, size: 1 }]
        return () => bob.call('upload.declare', { upload, from: 0, chunks })
      },
    },
    {
      what: 'upload.commit',
      write: ['uploads', 'commit'],
      call: async ({ shared }) => {
        const upload = await uploadInto(shared, 0)
        return () => bob.call('upload.commit', { upload })
      },
    },
    at('upload.putMany', ['uploads', 'putMany'], ({ shared }) =>
      bob.call('upload.putMany', { folder: shared, stream: 2, files: [{ ...empty, hash: emptyHash }] }),
    ),
  ]

  test.each([...writing, copyOut])('does not find it: $what', async ({ write, call }) => {
    const there = await places()
    const make = await call(there)
    const written = afterAuthorising(...write, () =>
      ada.call('access.revoke', { entry: there.shared, subject }),
    )
    const answer = make()
    await expect(written).rejects.toMatchObject({ reason: 'not_found' })
    await expect(answer).rejects.toMatchObject({ reason: 'not_found' })
  })

  test.each(writing)('may only read: $what', async ({ write, call }) => {
    const there = await places()
    const make = await call(there)
    const written = afterAuthorising(...write, () =>
      ada.call('access.grant', { entry: there.shared, subject, level: 'read' }),
    )
    const answer = make()
    await expect(written).rejects.toMatchObject({ reason: 'forbidden' })
    await expect(answer).rejects.toMatchObject({ reason: 'forbidden' })
  })

  test.each(writing)('is signed out: $what', async ({ write, call }) => {
    const there = await places()
    const make = await call(there)
    const other = await signedInClient(hub.socketUrl, account)
    const written = afterAuthorising(...write, () =>
      other.call('session.revoke', { session: bob.signedIn.session }),
    )
    make().catch(() => {})
    await expect(written).rejects.toMatchObject({ reason: 'session_ended' })
    bob = other
  })
})
