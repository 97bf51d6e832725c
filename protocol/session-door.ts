import * as v from 'valibot'
import { time, token } from './values.ts'

/**
 * The HTTP door at which browsers keep their sign-in as an HttpOnly cookie, because a script cannot.
 * `POST` with a ticket (from session.login) sets the cookie; `POST` with `{}` renews by the cookie and sets the next one.
 * Both answer 200 with an access token; 204 if there is neither ticket nor cookie, because a first visit is no fault; 401 if
 * the ticket or cookie is not good any more, which removes the cookie.
 * `DELETE` ends the session of the cookie, removes it, and answers 204, also without one.
 */
export const sessionDoorPath = '/session'

export const sessionDoorRequest = v.strictObject({ ticket: v.optional(token) })

export const sessionDoorAnswer = v.strictObject({ access: token, accessExpiresAt: time })
