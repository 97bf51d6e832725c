import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accept, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { withoutPickers } from '../support/web-steps.ts'

const rig = webRig()
const minutes = 60_000

test('a file of 1 GB goes from one browser to another, and is the same', {
  timeout: 12 * minutes,
}, async () => {
  const file = await randomFile(join(rig.directory, 'holiday.mov'), 1e9)
  const { page: sender } = await rig.open({ path: '/send' })
  await dropToSend(sender, [file])
  const { page: receiver } = await rig.open({ path: '/go', as: null, script: withoutPickers })
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  await receiver.getByText('Everything arrived and is verified').waitFor({ timeout: 10 * minutes })
  await sender.getByText('Delivered and verified').waitFor()
  const started = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Save' }).first().click()
  expect(await sha256OfFile(await (await started).path())).toBe(await sha256OfFile(file))
})
