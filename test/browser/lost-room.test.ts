import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accept, acceptToTheMiddle, dropToSend, enterCode, shownCode } from '../support/direct-send.ts'
import { randomFile } from '../support/files.ts'
import { webRig } from '../support/web-rig.ts'
import { withoutPickers } from '../support/web-steps.ts'

const MiB = 2 ** 20
const rig = webRig()

test('a page whose send the hub forgot, with a sender who stays away, says so after ten minutes and keeps what arrived', async () => {
  const file = await randomFile(join(rig.directory, 'lost.bin'), 96 * MiB)
  const sender = await rig.open({ path: '/send?relay' })
  await dropToSend(sender.page, [file])
  const { page: receiver } = await rig.open({ path: '/go?relay', as: null, script: withoutPickers })
  await receiver.clock.install()
  await receiver.reload()
  await enterCode(receiver, await shownCode(sender.page))
  const widen = await acceptToTheMiddle(receiver)
  await sender.context.setOffline(true)
  await rig.hub.kill()
  await receiver.getByText('The sender is gone.').waitFor()
  await widen()
  await rig.hub.start()
  const given = receiver.getByText('did not come back within ten minutes')
  await expect
    .poll(
      async () => {
        await receiver.clock.fastForward(60_000)
        return given.count()
      },
      { timeout: 60_000 },
    )
    .toBe(1)
  await receiver.getByText('What has arrived is kept').waitFor()
  await receiver.getByRole('button', { name: 'Enter another code' }).click()
  await receiver.getByText('From earlier').waitFor()

  await sender.context.setOffline(false)
  const goOn = receiver.getByRole('button', { name: 'Continue' })
  await expect
    .poll(
      async () => {
        if (await goOn.isEnabled({ timeout: 100 }).catch(() => false)) await goOn.click()
        return receiver.getByText('Everything arrived and is verified').count()
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(1)
})

test('what goes on by a new code is not left over from the one before', async () => {
  const file = await randomFile(join(rig.directory, 'again.bin'), 96 * MiB)
  const { page: sender } = await rig.open({ path: '/send?relay' })
  await dropToSend(sender, [file])
  const first = await rig.open({ path: '/go?relay', as: null, script: withoutPickers })
  await enterCode(first.page, await shownCode(sender))
  await acceptToTheMiddle(first.page)
  await first.page.goto('about:blank')
  await sender.getByRole('button', { name: 'Cancel' }).click()
  await sender.getByRole('button', { name: 'New code' }).click()
  const { page: receiver } = await rig.openTab(first, '/go?relay')
  await receiver.getByText('From earlier').waitFor()
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  await receiver.getByText('Everything arrived and is verified').waitFor()
  await sender.getByText('Delivered and verified').waitFor()
  // As it is not saved yet, it is listed in another tab: once.
  const { page: other } = await rig.openTab(first, '/go?relay')
  await other.getByText('From earlier').waitFor()
  expect(await other.locator('wherry-unfinished-list li').count()).toBe(1)
})
