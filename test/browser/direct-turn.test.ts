import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Coturn, coturnProgram, startCoturn } from '../support/coturn.ts'
import { accept, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'

/** In the page: a network without any way but the TURN server, and no pickers, which no test tool can answer. */
const onlyTurn = () => {
  const Own = RTCPeerConnection
  Object.assign(window, {
    RTCPeerConnection: class extends Own {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: 'relay' })
      }
    },
  })
  for (const name of ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker'])
    Reflect.deleteProperty(window, name)
}

const name = coturnProgram ? 'through coturn' : 'through coturn (skipped: coturn is not installed)'

describe.skipIf(!coturnProgram)(name, () => {
  const environment: Record<string, string> = {}
  let coturn: Coturn
  beforeAll(async () => {
    coturn = await startCoturn()
    Object.assign(environment, coturn.environment)
  })
  const rig = webRig(environment)
  afterAll(() => coturn?.stop())

  test('a file of 96 MB goes from one browser to another that have no other direct way', async () => {
    const file = await randomFile(join(rig.directory, 'turned.bin'), 96 * 2 ** 20)
    const { page: sender } = await rig.open({ path: '/send', script: onlyTurn })
    await dropToSend(sender, [file])
    const { page: receiver } = await rig.open({ path: '/go', as: null, script: onlyTurn })
    await enterCode(receiver, await shownCode(sender))
    await accept(receiver)
    await receiver.getByText('Everything arrived and is verified').waitFor()
    await sender.getByText('Delivered and verified').waitFor()
    const started = receiver.waitForEvent('download')
    await receiver.getByRole('button', { name: 'Save' }).first().click()
    expect(await sha256OfFile(await (await started).path())).toBe(await sha256OfFile(file))
    // How much of it goes this way is measured, and differs: the hub's relay may be the faster.
    const peerBytes = [...coturn.output().matchAll(/peer usage:.* sb=(\d+)/g)].map(([, bytes]) =>
      Number(bytes),
    )
    expect(peerBytes.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(2 ** 20)
  })
})
