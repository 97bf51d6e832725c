import type { User } from '../../../protocol/values.ts'
import type { ClientOptions, Timers } from '../api.ts'
import { createRenewal } from './renewal.ts'
import { type CallNow, renewSignIn, type SignedIn } from './sign-in.ts'
import type { Wire } from './wire.ts'

export type SessionHost = {
  /** The socket of a live connection. */
  liveWire(): Wire | null
  callOn(wire: Wire): CallNow
  /** The sign-in is good again: what was refused as expired can be repeated. */
  renewed(): void
  /** The hub takes what is kept no more. */
  ended(): void
}

type SessionOptions = Required<Pick<ClientOptions, 'credentials' | 'retryDelayMs'>> & { timers: Timers }

export type ClientSession = ReturnType<typeof createSession>

/** Who is signed in; renews the sign-in in good time, without stopping anything. */
export const createSession = ({ credentials, retryDelayMs, timers }: SessionOptions, host: SessionHost) => {
  let user: User | null = null
  let access: string | null = null
  let renewingOn: Wire | null = null
  let failures = 0
  /** False after signOut() until the next sign-in: what may still be kept is not used. */
  let isWanted = true

  const keep = (signedIn: SignedIn) => {
    user = signedIn.user
    access = signedIn.access
    isWanted = true
    failures = 0
    renewal.schedule(signedIn.accessExpiresAt)
  }

  const renew = async () => {
    const wire = host.liveWire()
    if (!wire || renewingOn === wire) return
    renewingOn = wire
    try {
      const signedIn = await renewSignIn(credentials, host.callOn(wire), access)
      if (host.liveWire() !== wire) return
      if (!signedIn) return host.ended()
      keep(signedIn)
      host.renewed()
    } catch {
      if (host.liveWire() === wire) renewal.retryAfter(retryDelayMs(failures++))
    } finally {
      if (renewingOn === wire) renewingOn = null
    }
  }
  const renewal = createRenewal(timers, () => void renew())

  return {
    get user(): User | null {
      return user
    },
    setHubTime: renewal.setHubTime,
    /** Signs a new socket in with what is kept; null if there is nothing, or the user signed out. */
    resume: (callNow: CallNow): Promise<SignedIn | null> =>
      isWanted ? renewSignIn(credentials, callNow, null) : Promise.resolve(null),
    keep,
    renew: () => void renew(),
    /** Nobody is signed in. */
    clear(): void {
      user = null
      access = null
      renewal.stop()
    },
    /** Not to be resumed until the next sign-in. */
    abandon(): void {
      isWanted = false
    },
    /** The next sign-in may be resumed. */
    want(): void {
      isWanted = true
    },
    stopRenewal: renewal.stop,
  }
}
