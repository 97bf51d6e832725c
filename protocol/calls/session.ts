import * as v from 'valibot'
import { call } from '../call.ts'
import { limits } from '../limits.ts'
import {
  anyPassword,
  email,
  id,
  listOf,
  password,
  personName,
  session,
  text,
  time,
  token,
  user,
} from '../values.ts'

/**
 * How the refresh token is kept. `token`: it is in the answer, for programs. `cookie`: the answer has a ticket (valid for
 * one minute, once) that `POST /session` turns into an HttpOnly cookie, for browsers.
 */
const keep = v.picklist(['token', 'cookie'])

/** A fresh sign-in: the socket is signed in by it. */
const signedIn = v.strictObject({
  user,
  session: id,
  /** EdDSA JWT, for session.resume. */
  access: token,
  accessExpiresAt: time,
  refresh: v.nullable(token),
  ticket: v.nullable(token),
})

export const sessionCalls = {
  'session.login': call({
    doc: 'Signs in with e-mail address and password, and signs this connection in.',
    access: 'anyone',
    guarded: true,
    params: v.strictObject({ email, password: anyPassword, keep, agent: text(200) }),
    result: signedIn,
    errors: ['wrong_credentials', 'account_disabled', 'too_many_requests'],
    logged: ['email'],
  }),
  'session.resume': call({
    doc: 'Signs this connection in, or renews its sign-in, with an access token. Renewing stops nothing that runs.',
    access: 'anyone',
    params: v.strictObject({ access: token }),
    result: v.strictObject({ user, session: id, accessExpiresAt: time }),
    errors: ['unauthenticated', 'session_expired', 'session_ended', 'account_disabled'],
  }),
  'session.refresh': call({
    doc: 'Exchanges a refresh token for a new access token and the next refresh token, and signs this connection in. A refresh token from before the last used one ends the session.',
    access: 'anyone',
    guarded: true,
    params: v.strictObject({ refresh: token }),
    result: signedIn,
    errors: ['unauthenticated', 'session_ended', 'account_disabled'],
  }),
  'session.logout': call({
    doc: 'Ends this session everywhere that it is used.',
    access: 'session',
    params: v.strictObject({}),
    result: v.strictObject({}),
    errors: [],
  }),
  'session.list': call({
    doc: "The caller's sessions, the latest used first.",
    access: 'session',
    params: v.strictObject({}),
    result: v.strictObject({ sessions: listOf(session, limits.listItems) }),
    errors: [],
  }),
  'session.revoke': call({
    doc: "Ends one of the caller's sessions: its connections close, its transfers stop.",
    access: 'session',
    params: v.strictObject({ session: id }),
    result: v.strictObject({}),
    errors: ['not_found'],
    logged: ['session'],
  }),
  'account.setup': call({
    doc: 'Makes the first administrator, with the one-time token that the hub printed at its start, and signs in.',
    access: 'anyone',
    guarded: true,
    params: v.strictObject({ token, email, name: personName, password, keep, agent: text(200) }),
    result: signedIn,
    errors: ['already_set_up', 'wrong_setup_token', 'too_many_requests'],
    logged: ['email'],
  }),
  'account.changePassword': call({
    doc: "Changes the caller's password and ends the caller's other sessions.",
    access: 'session',
    guarded: true,
    params: v.strictObject({ current: anyPassword, next: password }),
    result: v.strictObject({ endedSessions: v.number() }),
    errors: ['wrong_credentials', 'too_many_requests'],
    logged: [],
  }),
}
