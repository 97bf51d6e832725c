import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectionState } from '../../client/core/api.ts'
import { WherryError } from '../../protocol/errors.ts'
import { encodeSlices } from '../../protocol/frames.ts'
import { closeCodes } from '../../protocol/rpc.ts'
import { lifetimeMs, type Script, scriptedHub, testUser } from '../support/scripted-hub.ts'

const folder = 'folder-folder-folder-f'
const emptyList = { spaces: [], shared: [] }

describe('the connection of a client', () => {
  let hub: ReturnType<typeof scriptedHub>
  const start = (script?: Script, kept?: { access: string | null }) => {
    hub = scriptedHub(script, kept)
    return hub
  }
  afterEach(() => hub.client.close())

  /** Nothing passes any more: the client takes it for alive for so long, and no longer than so much more. */
  const isFoundDead = async (liveMs: number, moreMs: number) => {
    hub.far.drop()
    await hub.pass(liveMs)
    expect(hub.client.state).toBe('live')
    await hub.pass(moreMs)
    expect(hub.client.state).toBe('reconnecting')
  }

  it('says hello, signs in with what is kept and is live', async () => {
    const { client, received, connect } = start()
    expect(client.state).toBe('connecting')
    await connect()
    expect(client.state).toBe('live')
    expect(client.user?.name).toBe('Ada')
    expect(client.epoch).toBe(1)
    expect(received.map(call => call.method)).toEqual(['hub.hello', 'session.resume'])
  })

  it('is signed out when nothing is kept, and refuses calls that need a session', async () => {
    const { client, connect } = start({}, { access: null })
    const waiting = client.call('space.list', {})
    await Promise.all([expect(waiting).rejects.toMatchObject({ reason: 'unauthenticated' }), connect()])
    expect(client.state).toBe('signedOut')
    await expect(client.call('space.list', {})).rejects.toMatchObject({ reason: 'unauthenticated' })
  })

  it('signs in with a password, stores it and is live', async () => {
    const kept = { access: null as string | null }
    const { client, connect, quiet } = start({}, kept)
    await connect()
    const signedIn = client.signIn('ada@example.org', 'correct horse')
    await quiet()
    expect((await signedIn).email).toBe('ada@example.org')
    expect(client.state).toBe('live')
    expect(kept.access).toBe('token-login')
  })

  it('rests when the hub closes a signed-out socket, and connects again for a sign-in', async () => {
    const { client, ends, connect, quiet, pass } = start({}, { access: null })
    await connect()
    hub.far.cut(closeCodes.signInTimeout)
    await pass(120_000)
    expect(ends).toHaveLength(1)
    expect(client.state).toBe('signedOut')
    const signedIn = client.signIn('ada@example.org', 'correct horse')
    await quiet()
    expect(ends).toHaveLength(2)
    await connect()
    await signedIn
    expect(client.state).toBe('live')
  })

  it('comes back while it is held although nobody is signed in, and counts its connections', async () => {
    const { client, ends, connect, pass } = start({}, { access: null })
    await connect()
    expect(client.epoch).toBe(1)
    const release = client.hold()
    const other = client.hold()
    for (const epoch of [2, 3]) {
      hub.far.cut()
      expect(client.state).toBe('reconnecting')
      await pass(5_000)
      await connect()
      expect(client.state).toBe('signedOut')
      expect(client.epoch).toBe(epoch)
      // Ends a hold once, not another's.
      release()
      release()
    }
    other()
    hub.far.cut(closeCodes.signInTimeout)
    await pass(120_000)
    expect(ends).toHaveLength(3)
    client.hold()
    expect(ends).toHaveLength(4)
  })

  it('lets a guest make the calls of rooms and send bytes', async () => {
    const { client, connect, quiet, callsOf } = start(
      { 'room.relay': () => ({ credit: 7 }) },
      { access: null },
    )
    expect(() => client.sendBinary(new Uint8Array(1))).toThrow('connection')
    await connect()
    const answer = client.call('room.relay', { room: 'room-room-room-room-ro', stream: 1 }, { retry: false })
    await quiet()
    expect(await answer).toEqual({ credit: 7 })
    expect(callsOf('room.relay')).toHaveLength(1)
    const slices: number[] = []
    client.onSlice(1, ({ bytes }) => slices.push(bytes.length))
    hub.far.send(encodeSlices([{ stream: 1, index: 0, offset: 0, last: true, bytes: new Uint8Array(3) }]))
    client.sendBinary(new Uint8Array(1))
    await quiet()
    expect(slices).toEqual([3])
  })

  it('repeats an unanswered call under the same id after a lost connection', async () => {
    const { client, received, callsOf, connect, quiet, pass, reply } = start()
    await connect()
    const answer = client.call('space.list', {})
    await quiet()
    hub.far.cut()
    expect(client.state).toBe('reconnecting')
    await pass(1000)
    await connect()
    expect(client.epoch).toBe(2)
    const [first, second] = callsOf('space.list')
    expect(second?.id).toBe(first?.id)
    expect(received.at(-1)?.method).toBe('space.list')
    reply(second?.id ?? '', emptyList)
    await quiet()
    expect(await answer).toEqual(emptyList)
  })

  it('never makes the calls of one person as another, who signed in meanwhile in another tab', async () => {
    let user = testUser
    const { client, callsOf, connect, quiet, pass } = start({
      'session.resume': () => ({ user, session: 's'.repeat(22), accessExpiresAt: lifetimeMs * 10 }),
    })
    await connect()
    const answer = client.call('entry.delete', { entries: [folder] })
    await quiet()
    hub.far.cut()
    user = { ...testUser, id: 'other-user-other-user-', name: 'Bob' }
    const refused = expect(answer).rejects.toMatchObject({ reason: 'session_ended' })
    await pass(1000)
    await connect()
    expect(client.user?.name).toBe('Bob')
    expect(callsOf('entry.delete')).toHaveLength(1)
    await refused
  })

  it('makes ids that differ between calls and between clients, of at most 64 characters', async () => {
    const { client, callsOf, connect, quiet } = start()
    const other = scriptedHub()
    await connect()
    await other.connect()
    for (const one of [client, client, other.client]) one.call('space.list', {}).catch(() => {})
    await quiet()
    await other.quiet()
    const ids = [...callsOf('space.list'), ...other.callsOf('space.list')].map(call => call.id)
    expect(new Set(ids).size).toBe(3)
    expect(Math.max(...ids.map(id => id.length))).toBeLessThanOrEqual(64)
    other.client.close()
  })

  it('fails a call with retry: false when the connection is lost, and at once while it is', async () => {
    const { client, connect, quiet } = start()
    await connect()
    const answer = client.call('space.list', {}, { retry: false })
    await quiet()
    hub.far.cut()
    await expect(answer).rejects.toMatchObject({ reason: 'disconnected' })
    await expect(client.call('space.list', {}, { retry: false })).rejects.toMatchObject({
      reason: 'disconnected',
    })
  })

  it('sends calls made while disconnected, in their order, once it is live', async () => {
    const { client, received, connect } = start()
    client.call('folder.list', { folder }).catch(() => {})
    client.call('space.list', {}).catch(() => {})
    await connect()
    expect(received.slice(2).map(call => call.method)).toEqual(['folder.list', 'space.list'])
  })

  it('cancels a call by its signal, waiting or sent, and ignores a late answer', async () => {
    const { client, callsOf, connect, quiet, reply } = start()
    const first = new AbortController()
    const waiting = client.call('space.list', {}, { signal: first.signal })
    first.abort()
    await expect(waiting).rejects.toMatchObject({ reason: 'cancelled' })
    await connect()
    expect(callsOf('space.list')).toHaveLength(0)
    const second = new AbortController()
    const sent = client.call('space.list', {}, { signal: second.signal })
    await quiet()
    second.abort()
    await expect(sent).rejects.toMatchObject({ reason: 'cancelled' })
    reply(callsOf('space.list')[0]?.id ?? '', emptyList)
    await quiet()
    expect(client.state).toBe('live')
  })

  it('passes on the reason, sentence and details of an error', async () => {
    const { client, connect, quiet } = start({
      'space.list': () => {
        throw new WherryError('forbidden')
      },
    })
    await connect()
    const answer = client.call('space.list', {})
    await Promise.all([
      expect(answer).rejects.toMatchObject({ name: 'WherryError', reason: 'forbidden' }),
      quiet(),
    ])
  })

  it('refuses a result that is not as the table says', async () => {
    const { client, connect, quiet } = start({ 'space.list': () => ({ spaces: 'many' }) as never })
    await connect()
    const answer = client.call('space.list', {})
    await Promise.all([expect(answer).rejects.toMatchObject({ reason: 'internal' }), quiet()])
  })

  it('waits longer after each failed try, and not at all after wake()', async () => {
    const { client, ends, connect, pass } = start()
    await connect()
    hub.far.cut()
    await pass(999)
    expect(ends).toHaveLength(1)
    await pass(1)
    expect(ends).toHaveLength(2)
    hub.far.cut()
    await pass(1999)
    expect(ends).toHaveLength(2)
    await pass(1)
    expect(ends).toHaveLength(3)
    hub.far.cut()
    client.wake()
    expect(ends).toHaveLength(4)
    await connect()
    expect(client.state).toBe('live')
  })

  it('does not try a closing hub before the time that the hub named', async () => {
    const { ends, connect, quiet, pass, say } = start()
    await connect()
    say('hub.closing', { retryAfterMs: 5000 })
    await quiet()
    hub.far.cut(closeCodes.restarting)
    await pass(5999)
    expect(ends).toHaveLength(1)
    await pass(1)
    expect(ends).toHaveLength(2)
  })

  it('gives up a socket that does not come through its handshake', async () => {
    const { client, ends, pass } = start()
    await pass(20_000)
    expect(ends[0]?.isClosedByClient).toBe(true)
    expect(client.state).toBe('reconnecting')
    await pass(1000)
    expect(ends).toHaveLength(2)
  })

  it('says offline while the machine has no network, and tries at once when it has', async () => {
    const { client, ends, connect } = start()
    await connect()
    client.setOnline(false)
    expect(client.state).toBe('live')
    hub.far.cut()
    expect(client.state).toBe('offline')
    client.setOnline(true)
    expect(client.state).toBe('reconnecting')
    expect(ends).toHaveLength(2)
    await connect()
    expect(client.state).toBe('live')
  })

  it('finds a black hole within 15 seconds and connects again', async () => {
    const { client, ends, connect, pass } = start()
    await connect()
    await isFoundDead(14_999, 1)
    expect(ends[0]?.isClosedByClient).toBe(true)
    await pass(1000)
    await connect()
    expect(client.state).toBe('live')
  })

  it('is in doubt 8 seconds after the last word of the hub, until it answers or another connection is tried', async () => {
    const { client, timers, connect, pass, quiet } = start()
    const doubts: boolean[] = []
    client.onDoubt(isInDoubt => doubts.push(isInDoubt))
    await connect()
    // Nothing arrives before quiet().
    await timers.pass(7_999)
    expect(client.isInDoubt).toBe(false)
    await timers.pass(1)
    expect(client).toMatchObject({ state: 'live', isInDoubt: true })
    await quiet()
    expect(client).toMatchObject({ state: 'live', isInDoubt: false })
    hub.far.drop()
    await pass(15_000)
    expect(client).toMatchObject({ state: 'reconnecting', isInDoubt: false })
    expect(doubts).toEqual([true, false, true, false])
  })

  it('finds a black hole within 5 seconds of a wake()', async () => {
    const { client, connect, pass } = start()
    await connect()
    hub.far.drop()
    client.wake()
    await pass(5000)
    expect(client.state).toBe('reconnecting')
  })

  it('finds a black hole within 10 seconds of a call, which is answered by the next connection', async () => {
    const { client, connect, pass } = start({ 'space.list': () => emptyList })
    await connect()
    await pass(2000)
    hub.far.drop()
    const answer = client.call('space.list', {})
    await pass(9_999)
    expect(client.state).toBe('live')
    await pass(1)
    expect(client.state).toBe('reconnecting')
    await pass(1000)
    await connect()
    await expect(answer).resolves.toEqual(emptyList)
  })

  it('gives what was sent before its question time to arrive over a slow link, up to 45 seconds more', async () => {
    const { client, connect, pass } = start()
    await connect()
    client.sendBinary(new Uint8Array(64 * 1024 + 30 * 16 * 1024))
    await isFoundDead(44_000, 1_500)
    await pass(1000)
    await connect()
    expect(client.state).toBe('live')
    client.sendBinary(new Uint8Array(4 * 2 ** 20))
    await isFoundDead(59_000, 1_500)
  })

  it('waits twice as long each time for one large answer of which nothing is seen before it is whole', async () => {
    const { client, received, connect, pass, quiet, reply } = start()
    await connect()
    const answer = client.call('space.list', {})
    for (const liveMs of [14_999, 24_999]) {
      await isFoundDead(liveMs, 1)
      await pass(2000)
      await connect()
    }
    // Nothing arrives before quiet().
    await hub.timers.pass(44_999)
    expect(client.state).toBe('live')
    reply(received.findLast(({ method }) => method === 'space.list')?.id ?? '', emptyList)
    await quiet()
    await expect(answer).resolves.toEqual(emptyList)
    // From then on the connection is like any other.
    await isFoundDead(14_999, 1)
  })

  it('takes what was sent before an answered question for arrived', async () => {
    const { client, connect, pass, quiet } = start()
    await connect()
    client.sendBinary(new Uint8Array(4 * 2 ** 20))
    await pass(10_000)
    await quiet()
    await isFoundDead(14_999, 1)
  })

  it('asks nothing besides when a call is made on a connection that just spoke', async () => {
    const { client, callsOf, connect, pass, quiet } = start({ 'space.list': () => emptyList })
    await connect()
    const asked = callsOf('hub.hello').length
    const list = async () => {
      const answer = client.call('space.list', {})
      await quiet()
      await answer
    }
    await pass(1999)
    await list()
    expect(callsOf('hub.hello')).toHaveLength(asked)
    await pass(2000)
    await list()
    expect(callsOf('hub.hello')).toHaveLength(asked + 1)
  })

  it('keeps a quiet connection that answers', async () => {
    const { client, ends, callsOf, connect, pass } = start()
    await connect()
    for (let i = 0; i < 20; i++) await pass(10_000)
    expect(client.state).toBe('live')
    expect(ends).toHaveLength(1)
    expect(callsOf('hub.hello').length).toBeGreaterThan(5)
  })

  it('renews the sign-in at 80 % of its life and stops nothing', async () => {
    const { client, renewals, connect, quiet, pass, callsOf, reply } = start()
    await connect()
    const running = client.call('space.list', {})
    running.catch(() => {})
    await quiet()
    for (let i = 0; i < lifetimeMs * 0.8; i += 10_000) await pass(10_000)
    expect(renewals).toEqual([null, 'token-1'])
    expect(callsOf('session.resume').map(call => call.params)).toEqual([
      { access: 'token-1' },
      { access: 'token-2' },
    ])
    expect(client.epoch).toBe(1)
    reply(callsOf('space.list')[0]?.id ?? '', emptyList)
    await quiet()
    expect(await running).toEqual(emptyList)
  })

  it('renews an expired sign-in and repeats what it had refused, under the same id', async () => {
    let expired = true
    const { client, renewals, connect, quiet, callsOf } = start({
      'space.list': () => {
        if (expired) throw new WherryError('session_expired')
        return emptyList
      },
      'session.resume': ({ access }) => {
        expired = access === 'token-1'
        return { user: testUser, session: 'session-session-sessio', accessExpiresAt: 600_000 }
      },
    })
    await connect()
    const answers = Promise.all([
      client.call('space.list', {}),
      client.call('space.list', {}, { retry: false }),
    ])
    await quiet()
    expect(await answers).toEqual([emptyList, emptyList])
    expect(renewals).toEqual([null, 'token-1'])
    expect(new Set(callsOf('space.list').map(call => call.id)).size).toBe(2)
  })

  it('fails a call that is refused as expired again and again', async () => {
    const { client, connect, quiet } = start({
      'space.list': () => {
        throw new WherryError('session_expired')
      },
    })
    await connect()
    const answer = client.call('space.list', {})
    await Promise.all([expect(answer).rejects.toMatchObject({ reason: 'session_expired' }), quiet()])
  })

  it('repeats what a busy hub refused, and what a closing hub refused on the next connection', async () => {
    let reason: 'busy' | 'closing' | null = 'busy'
    const { client, callsOf, connect, quiet, pass } = start({
      'space.list': () => {
        if (reason) throw new WherryError(reason)
        return emptyList
      },
    })
    await connect()
    const answer = client.call('space.list', {})
    await quiet()
    reason = 'closing'
    await pass(1000)
    expect(callsOf('space.list')).toHaveLength(2)
    reason = null
    hub.far.cut(closeCodes.restarting)
    await pass(1000)
    await connect()
    expect(await answer).toEqual(emptyList)
    expect(new Set(callsOf('space.list').map(call => call.id)).size).toBe(1)
  })

  it('ends what is not to be repeated, and a closing hub refused, with the connection: transfers go on with the next one', async () => {
    const { client, callsOf, connect, quiet, pass } = start({
      'space.list': () => {
        throw new WherryError('closing')
      },
    })
    await connect()
    let failure: unknown = null
    const failing = client.call('space.list', {}, { retry: false }).catch(error => {
      failure = error
    })
    await quiet()
    expect(failure).toBe(null)
    hub.far.cut(closeCodes.restarting)
    await failing
    expect(failure).toMatchObject({ reason: 'disconnected' })
    await pass(1000)
    await connect()
    expect(callsOf('space.list')).toHaveLength(1)
  })

  it('signs in on a fresh socket after a session ended', async () => {
    const { client, ends, connect, quiet, say } = start()
    await connect()
    say('session.ended', { reason: 'revoked' })
    await quiet()
    expect(ends[0]?.isClosedByClient).toBe(true)
    const signedIn = client.signIn('bob@example.org', 'correct horse')
    await quiet()
    await connect()
    await signedIn
    expect(ends).toHaveLength(2)
    expect(client.state).toBe('live')
  })

  it('is signed out when the hub ends the session, and fails what waits', async () => {
    const { client, ends, connect, quiet, pass, say } = start()
    await connect()
    const reasons: string[] = []
    client.on('session.ended', event => reasons.push(event.reason))
    const waiting = client.call('space.list', {})
    say('session.ended', { reason: 'revoked' })
    await Promise.all([expect(waiting).rejects.toMatchObject({ reason: 'session_ended' }), quiet()])
    hub.far.cut(closeCodes.sessionEnded)
    await pass(60_000)
    expect(reasons).toEqual(['revoked'])
    expect(client.state).toBe('signedOut')
    expect(client.user).toBeNull()
    expect(ends).toHaveLength(1)
  })

  it('forgets the sign-in when the user signs out', async () => {
    const kept: { access: string | null } = { access: 'token-1' }
    const { client, callsOf, connect, quiet } = start({}, kept)
    await connect()
    const out = client.signOut()
    await quiet()
    await out
    expect(callsOf('session.logout')).toHaveLength(1)
    expect(kept.access).toBeNull()
    expect(client.state).toBe('signedOut')
  })

  it('hands the slices of a stream to its listener and drops the connection for bytes without sense', async () => {
    const { client, connect, quiet } = start()
    await connect()
    const stream = client.newStream()
    const got: number[] = []
    const stop = client.onSlice(stream, slice => got.push(slice.index, slice.bytes.length))
    const slice = { stream, index: 7, offset: 0, last: true, bytes: new Uint8Array(3) }
    hub.far.send(encodeSlices([slice, { ...slice, stream: stream + 1 }]))
    await quiet()
    stop()
    hub.far.send(encodeSlices([slice]))
    await quiet()
    expect(got).toEqual([7, 3])
    hub.far.send(new Uint8Array(5))
    await quiet()
    expect(client.state).toBe('reconnecting')
  })

  it('sends binary messages only while it is live', async () => {
    const { client, connect } = start()
    expect(() => client.sendBinary(new Uint8Array(1))).toThrow(WherryError)
    await connect()
    client.sendBinary(new Uint8Array(1))
    hub.far.cut()
    expect(() => client.sendBinary(new Uint8Array(1))).toThrow(WherryError)
  })

  it('leaves nothing behind after close(), and tells nobody anything more', async () => {
    const { client, timers, connect, quiet, say } = start()
    await connect()
    const heard: ConnectionState[] = []
    client.onState(state => heard.push(state))
    client.on('hub.closing', () => heard.push('offline'))
    const waiting = client.call('space.list', {})
    const never = client.whenState('reconnecting')
    say('hub.closing', { retryAfterMs: 0 })
    client.close()
    await expect(waiting).rejects.toMatchObject({ reason: 'cancelled' })
    await expect(never).rejects.toMatchObject({ reason: 'cancelled' })
    await quiet()
    expect(heard).toEqual(['closed'])
    expect(timers.waiting).toBe(0)
    await expect(client.call('space.list', {})).rejects.toMatchObject({ reason: 'cancelled' })
  })

  it('measures how long calls take', async () => {
    const { client, callsOf, connect, quiet, timers, reply } = start()
    await connect()
    client.call('space.list', {}).catch(() => {})
    await quiet()
    await timers.pass(42)
    reply(callsOf('space.list')[0]?.id ?? '', emptyList)
    await quiet()
    expect(client.latencyMs).toBe(42)
  })
})
