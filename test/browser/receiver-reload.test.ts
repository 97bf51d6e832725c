import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { accept, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { withoutPickers } from '../support/web-steps.ts'

const rig = webRig()

/** Loses what of the page's frames is asked for, from its next loading on; `once` resolves with the first. */
const loseFrames = async (page: Page, isLost: (frame: string, from: 'page' | 'hub') => boolean) => {
  const once = Promise.withResolvers<void>()
  await page.routeWebSocket(/\/ws$/, socket => {
    const hub = socket.connectToServer()
    const pass =
      (from: 'page' | 'hub', send: (frame: string | Buffer) => void) => (frame: string | Buffer) => {
        if (typeof frame === 'string' && isLost(frame, from)) once.resolve()
        else send(frame)
      }
    socket.onMessage(pass('page', frame => hub.send(frame)))
    hub.onMessage(pass('hub', frame => socket.send(frame)))
  })
  return { once: once.promise }
}

/** The page says `hi`, hears the answer, and confirms it. */
const places = {
  'before the answer of the sender came': () => (frame: string, from: string) =>
    from === 'hub' && frame.includes('"room.signalled"'),
  'before its confirmation went out': () => {
    let said = 0
    return (frame: string, from: string) => from === 'page' && frame.includes('"room.signal"') && ++said > 1
  },
}

describe('a receiver who loads the page anew in the middle of pairing', () => {
  for (const [place, lost] of Object.entries(places))
    test(`${place} keeps the code, and goes on by itself`, async () => {
      const file = await randomFile(join(rig.directory, 'small.bin'), 100_000)
      const { page: sender } = await rig.open({ path: '/send' })
      await dropToSend(sender, [file])
      const { page: receiver } = await rig.open({ path: '/go', as: null, script: withoutPickers })
      let isLosing = true
      const isLost = lost()
      const { once } = await loseFrames(receiver, (frame, from) => isLosing && isLost(frame, from))
      await receiver.reload()
      await enterCode(receiver, await shownCode(sender))
      await once
      isLosing = false
      await receiver.reload()
      await accept(receiver)
      await receiver.getByText('Everything arrived and is verified').waitFor()
      await sender.getByText('Delivered and verified').waitFor()
      expect(await receiver.evaluate(() => sessionStorage.getItem('wherry:joining'))).toBeNull()
    })
})
