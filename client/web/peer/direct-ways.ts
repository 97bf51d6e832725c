import { type Connect, directPaths } from '../../core/peer/direct.ts'
import { hasWebRtc, rtcConnection } from './rtc-connection.ts'

/** `?relay` in the address keeps everything on the hub's relay: to see what a network without direct ways does. */
const isRelayAsked = (): boolean => new URLSearchParams(location.search).has('relay')

/** How this browser finds direct ways to another device; undefined where it cannot, or must not. */
export const directWays = (): Connect | undefined =>
  hasWebRtc() && !isRelayAsked() ? directPaths(rtcConnection) : undefined
