/** The hub that served this page, and what we call ourselves there. */
export const socketUrl = (): string =>
  `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
export const agent = 'wherry-web/0.1.0'
