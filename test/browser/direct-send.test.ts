import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { accessibilityProblems } from '../support/accessibility.ts'
import type { WatchedPage } from '../support/browser.ts'
import {
  accept,
  acceptToTheMiddle,
  dropToSend,
  enterCode,
  shownCode,
  transferState,
} from '../support/direct-send.ts'
import { randomFile, sha256OfFile } from '../support/files.ts'
import { metricOf, sha256OfEntry } from '../support/hub-looks.ts'
import { administrator } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'
import { webRig } from '../support/web-rig.ts'
import { choose, drop, openFolder, row, signIn, withoutPickers } from '../support/web-steps.ts'

const MiB = 2 ** 20
const run = promisify(execFile)
const rig = webRig()

const openSender = (query = '', options: BrowserContextOptions = {}): Promise<WatchedPage> =>
  rig.open({ ...options, path: `/send${query}` })

const openReceiver = (fragment = '', options: BrowserContextOptions = {}, query = ''): Promise<WatchedPage> =>
  rig.open({ ...options, path: `/go${query}${fragment}`, as: null, script: withoutPickers })

/** Saves what arrived by the button of this name; answers where the file is. */
const save = async (page: Page, button: string | RegExp): Promise<string> => {
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: button }).first().click()
  return (await started).path()
}

/** What is kept in the browser's private place of files that were received, whole or not. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    type Folder = { keys(): AsyncIterable<string>; getDirectoryHandle(name: string): Promise<Folder> }
    const root = (await navigator.storage.getDirectory()) as unknown as Folder
    const names: string[] = []
    const received = await root.getDirectoryHandle('received').catch(() => null)
    if (received) for await (const name of received.keys()) names.push(name)
    return names
  })

/** What drives the pages gets a copy of all that a relay brings: 8 MB/s on a slow machine. */
const arrivedWhole = (page: Page) =>
  page.getByText('Everything arrived and is verified').waitFor({ timeout: 120_000 })

test('a file of 20 MB goes from one browser to another by a code, and is the same', async () => {
  const file = await randomFile(join(rig.directory, 'übung “1”.bin'), 20 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByText('wants to send you 1 file, 21 MB').waitFor()
  expect(await transferState(sender).textContent()).toContain('Waiting for the other side to accept')
  await accept(receiver)
  await arrivedWhole(receiver)
  await sender.getByText('Delivered and verified').waitFor()
  expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
})

/** Names that are told apart on disk and in the archive. */
const nasty = [
  'emoji 👩‍👩‍👧‍👦 🏴‍☠️.txt',
  'nfc é ü.txt',
  'nfd e\u0301 u\u0308 a\u030a.txt',
  'עברית و العربية.txt',
  '"double" \'single\' `back`.txt',
  '<img src=x onerror=alert(1)>.html',
  '%2e%2e%2f.txt',
  '  spaces inside  .txt',
  '.hidden',
  'no extension',
  `${'a'.repeat(200)}.txt`,
]

test('a folder with nasty names, an empty file and an empty folder arrives as a zip of the same', async () => {
  const top = join(rig.directory, 'Holiday 2027')
  await mkdir(join(top, 'a', 'b'), { recursive: true })
  await mkdir(join(top, 'nothing in it'))
  await writeFile(join(top, 'a', 'empty.bin'), '')
  for (const name of nasty) await writeFile(join(top, 'a', 'b', name), `this is ${name}`)
  await randomFile(join(top, 'large.bin'), 3 * MiB + 17)

  const { page: sender } = await openSender()
  await dropToSend(sender, [top])
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  await arrivedWhole(receiver)
  const zip = await save(receiver, 'Save all as a zip')
  const read = `
import sys, zipfile, json, hashlib
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: None if i.is_dir() else hashlib.sha256(z.read(i)).hexdigest() for i in z.infolist()}))`
  const { stdout } = await run('python3', ['-c', read, zip], { maxBuffer: 10 * MiB })
  const sha256 = async (path: string) =>
    createHash('sha256')
      .update(await readFile(join(top, path)))
      .digest('hex')
  const files = ['a/empty.bin', 'large.bin', ...nasty.map(name => `a/b/${name}`)]
  const expected = await Promise.all(files.map(async path => [`Holiday 2027/${path}`, await sha256(path)]))
  expect(JSON.parse(stdout)).toEqual({ 'Holiday 2027/nothing in it/': null, ...Object.fromEntries(expected) })
})

test('a link survives a reload, leads to the same, leaves the address bar, and is not used up by being looked at', async () => {
  const file = await randomFile(join(rig.directory, 'linked.bin'), 100_000)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const code = await shownCode(sender)
  await sender.reload()
  await expect.poll(() => shownCode(sender)).toBe(code)
  const link = await sender
    .locator('wherry-invitation')
    .evaluate(element => (element as unknown as { invitation: { link: string } }).invitation.link)
  const fragment = new URL(link).hash
  // A program that previews links loads the page, runs its scripts, and goes.
  const preview = await openReceiver(fragment)
  await preview.page.getByRole('button', { name: 'See what it is' }).waitFor()
  await preview.page.close()
  expect(await transferState(sender).textContent()).toContain('Waiting for the other device')

  const { page: receiver } = await openReceiver(fragment)
  expect(receiver.url()).toBe(`${rig.hub.url}/go`)
  await receiver.reload()
  await receiver.getByRole('button', { name: 'See what it is' }).click()
  await accept(receiver)
  await arrivedWhole(receiver)
  expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
})

test('a text arrives to be copied', async () => {
  const text = 'Wi-Fi: sailing boat 42\n<b>see you</b> at eight 🛶'
  const { page: sender } = await openSender()
  await sender.getByRole('button', { name: 'Text', exact: true }).click()
  await sender.getByLabel('Text to send').fill(text)
  await sender.getByRole('button', { name: 'Send text' }).click()
  const opened = await openReceiver()
  const { page: receiver, context } = opened
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByText('wants to send you a text').waitFor()
  await accept(receiver)
  await receiver.getByText('it is kept in this browser, for a week at most').waitFor()
  const { page: later } = await rig.openTab(opened, '/go')
  await later.getByRole('button', { name: 'Show' }).waitFor()
  await receiver.getByRole('button', { name: 'Copy text' }).click()
  await receiver.getByText('The text was copied.').waitFor()
  expect(await receiver.evaluate(() => navigator.clipboard.readText())).toBe(text)
  await sender.getByText('Delivered and verified').waitFor()
})

test('a text that is too long is refused where it is written, whole, and a new code is not offered for it', async () => {
  const long = 'x'.repeat(100_001)
  const { page: sender, context } = await openSender()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await sender.evaluate(text => navigator.clipboard.writeText(text), long)
  await sender.getByRole('button', { name: 'Text', exact: true }).click()
  const field = sender.getByLabel('Text to send')
  await field.press('Control+v')
  await sender.getByRole('button', { name: 'Send text' }).click()
  await sender
    .getByText('A text can have at most 100,000 characters. Save it as a file and send that.')
    .waitFor()
  expect(await field.inputValue()).toBe(long)
  expect(await sender.locator('wherry-send-card').count()).toBe(0)
  expect(await accessibilityProblems(sender)).toEqual([])
  await field.press('Backspace')
  await sender.getByText('A text can have at most').waitFor({ state: 'detached' })
  await sender.getByRole('button', { name: 'Send text' }).click()
  await shownCode(sender)

  // Whatever else is too large for one send stays so.
  await sender.locator('wherry-composer').evaluate(composer => {
    composer.dispatchEvent(new CustomEvent('text', { detail: 'x'.repeat(2 ** 20) }))
  })
  await sender.getByText('The text has more than 262144 characters: send it as a file.').waitFor()
  expect(await sender.getByRole('button', { name: 'New code' }).count()).toBe(0)
  await sender.getByRole('button', { name: 'Remove from this list' }).waitFor()
})

test('a wrong code ends it for both, in plain words, and a new one works', async () => {
  const file = await randomFile(join(rig.directory, 'guessed.bin'), 100_000)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const [slot = ''] = (await shownCode(sender)).split('-')
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, `${slot}-copper-violinn`)
  await receiver.getByText('No code has the word “violinn”').waitFor()
  await enterCode(receiver, `${slot}-abacus-abdomen`)
  await receiver.getByText('The code was wrong.').waitFor()
  await sender.getByText('Somebody entered a wrong code').waitFor()
  await sender.getByRole('button', { name: 'New code' }).click()
  await receiver.getByRole('button', { name: 'Enter another code' }).click()
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  await arrivedWhole(receiver)
})

test('a number that nobody waits under is told', async () => {
  const { page } = await openReceiver()
  await enterCode(page, '9998-copper-violet')
  await page.getByText('Nothing waits under this code any more.').waitFor()
})

test('after a send was declined a new code is the one next step, and then somebody else can be added', async () => {
  const { page: sender } = await openSender()
  await dropToSend(sender, [await randomFile(join(rig.directory, 'declined twice.bin'), 1000)])
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByRole('button', { name: 'Decline' }).click()
  await sender.getByText('The other side declined.').waitFor()
  await receiver.getByText('You declined this').waitFor()
  const another = sender.getByRole('button', { name: 'Add another receiver' })
  expect(await another.count()).toBe(0)
  expect(await sender.getByRole('button', { name: 'Get a code' }).count()).toBe(0)
  await sender.getByRole('button', { name: 'New code' }).click()
  await sender.locator('wherry-invitation .code').waitFor()
  await another.waitFor()
  expect(await sender.locator('wherry-receiver-card').count()).toBe(1)
})

test('a send without receivers offers a code, and not another one', async () => {
  const { page: sender } = await openSender()
  await dropToSend(sender, [await randomFile(join(rig.directory, 'nobody.bin'), 1000)])
  await shownCode(sender)
  await sender.getByRole('button', { name: 'Cancel', exact: true }).click()
  await sender.getByRole('button', { name: 'Remove from this list' }).click()
  await sender.getByRole('button', { name: 'Get a code' }).click()
  await sender.locator('wherry-invitation .code').waitFor()
})

test('who declines saw the whole name also on a phone, gets nothing, and the sender is told', async () => {
  const name = `${'picture of us '.repeat(12)}.jpg.exe`
  const { page: sender } = await openSender()
  await dropToSend(sender, [await randomFile(join(rig.directory, name), 100_000)])
  const { page: receiver } = await openReceiver('', { viewport: { width: 360, height: 740 } })
  await enterCode(receiver, await shownCode(sender))
  const shown = receiver.locator('.offer .name', { hasText: name })
  await shown.waitFor()
  expect(await shown.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)).toBe(true)
  await receiver.getByRole('button', { name: 'Decline' }).click()
  await sender.getByText('The other side declined.').waitFor()
  expect(await kept(receiver)).toEqual([])
})

// Long enough to be in the middle of it still when a page was loaded anew: the relay brings more in that time.
describe.each([
  [96, 'straight', ''],
  [256, 'by the relay alone', '?relay'],
])('a transfer of %i MB %s', (size, _, query) => {
  const start = async (name: string) => {
    const file = await randomFile(join(rig.directory, name), size * MiB)
    const { page: sender } = await openSender(query)
    await dropToSend(sender, [file])
    const { page: receiver } = await openReceiver('', {}, query)
    await enterCode(receiver, await shownCode(sender))
    return { file, sender, receiver, widen: await acceptToTheMiddle(receiver) }
  }

  const endsWell = async ({ file, sender, receiver, widen }: Awaited<ReturnType<typeof start>>) => {
    await widen()
    await arrivedWhole(receiver)
    await sender.getByText('Delivered and verified').waitFor()
    expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
  }

  test('goes on when the receiver loads the page anew', async () => {
    const both = await start('receiver reloads.bin')
    await both.receiver.reload()
    await endsWell(both)
  })

  test('stays paused when the side that paused it loads the page anew', async () => {
    const both = await start('paused.bin')
    for (const page of [both.sender, both.receiver]) {
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.reload()
      for (const side of [both.sender, both.receiver]) await transferState(side).getByText('Paused').waitFor()
      await page.getByRole('button', { name: 'Resume' }).press('Enter')
      await transferState(both.receiver).getByText('Receiving').waitFor()
      if (page === both.sender) await page.locator('button[aria-label="Pause"]:focus').waitFor()
    }
    await endsWell(both)
  })

  test('goes on when the sender loads the page anew, and whatever page of the app is shown', async () => {
    const both = await start('sender reloads.bin')
    await both.sender.getByRole('link', { name: 'Files' }).click()
    await both.sender.reload()
    await both.receiver.getByText('Receiving').waitFor()
    await both.sender.getByRole('link', { name: 'Send directly' }).click()
    await endsWell(both)
  })
})

test('without WebRTC it goes through the hub, and says so', async () => {
  const file = await randomFile(join(rig.directory, 'relayed.bin'), 48 * MiB)
  const { page: sender } = await openSender('?relay')
  await dropToSend(sender, [file])
  const { page: receiver } = await openReceiver('', {}, '?relay')
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  await receiver.getByText('Relayed, sealed').waitFor()
  await sender.getByText('Relayed, sealed').waitFor()
  await arrivedWhole(receiver)
  expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
})

test('what the hub has is sent from Files through the browser of the sender', async () => {
  const folder = await rig.makeFolder('From the hub')
  const local = join(rig.directory, 'From the hub', 'inner')
  await mkdir(local, { recursive: true })
  const files = {
    'large.bin': await randomFile(join(local, 'large.bin'), 20 * MiB + 5),
    'empty.txt': await randomFile(join(local, 'empty.txt'), 0),
  }
  const { page: sender } = await rig.open({ path: `/f/${folder}` })
  await drop(sender, [local])
  await sender.getByRole('heading', { name: '2 uploaded' }).waitFor()
  await choose(sender, 'inner', 'Send directly')
  await sender.locator('wherry-invitation').waitFor()
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByText('2 files, 21 MB').waitFor()
  await accept(receiver)
  await arrivedWhole(receiver)
  for (const [name, path] of Object.entries(files))
    expect(await sha256OfFile(await save(receiver, `Save ${name}`))).toBe(await sha256OfFile(path))
})

test('what the hub has is read from it once, and on when the time of its address is over', async () => {
  const folder = await rig.makeFolder('Read for long')
  const file = await randomFile(join(rig.directory, 'long.bin'), 10 * MiB)
  const { page: sender, problems } = await rig.open({ path: `/f/${folder}` })
  await drop(sender, [file])
  await sender.getByRole('heading', { name: '1 uploaded' }).waitFor()
  await choose(sender, 'long.bin', 'Send directly')
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByText('long.bin').waitFor()
  const addresses = new Set<string>()
  let readBytes = 0
  await sender.route('**/d/**', route => {
    addresses.add(route.request().url())
    // As the hub answers twelve hours later.
    if (addresses.size === 1) return route.fulfill({ status: 410 })
    const [from = 0, to = 0] = route.request().headers().range?.match(/\d+/g)?.map(Number) ?? []
    readBytes += to + 1 - from
    return route.continue()
  })
  await accept(receiver)
  await arrivedWhole(receiver)
  expect(addresses.size).toBe(2)
  expect(readBytes).toBe(10 * MiB)
  expect(problems.splice(0)).toEqual([expect.stringContaining('status of 410')])
  expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
})

test('what the hub has no more when it is accepted is said on both sides', async () => {
  const folder = await rig.makeFolder('Deleted before')
  const file = await randomFile(join(rig.directory, 'gone soon.bin'), 2 * MiB)
  const { page: sender } = await rig.open({ path: `/f/${folder}` })
  await drop(sender, [file])
  await sender.getByRole('heading', { name: '1 uploaded' }).waitFor()
  await choose(sender, 'gone soon.bin', 'Send directly')
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByText('gone soon.bin').waitFor()
  const [entry] = (await rig.client.call('folder.list', { folder })).entries
  await rig.client.call('entry.delete', { entries: [entry?.id ?? ''] })
  await accept(receiver)
  await expect.poll(() => transferState(sender).textContent()).toContain('or was deleted')
  await expect.poll(() => transferState(receiver).textContent()).toContain('or was deleted')
})

test('a receiver who is signed in saves it to the own space', async () => {
  const top = join(rig.directory, 'For Grace')
  await mkdir(join(top, 'nothing in it'), { recursive: true })
  const file = await randomFile(join(top, 'for grace.bin'), 3 * MiB)
  const grace = await rig.makeUser('Grace')
  const { page: sender } = await openSender()
  await dropToSend(sender, [top])
  const code = await shownCode(sender)
  const { page: receiver } = await rig.open({ as: grace })
  await receiver.goto(`${rig.hub.url}/go`)
  await enterCode(receiver, code)
  await accept(receiver)
  await receiver.getByRole('button', { name: 'Save to my space' }).click()
  await receiver.getByRole('link', { name: 'Saved in your files' }).click()
  await openFolder(receiver, 'For Grace')
  await row(receiver, 'nothing in it').waitFor()
  const { client, root } = await signedInClient(rig.hub.url, grace)
  const [folder] = (await client.call('folder.list', { folder: root })).entries
  const { entries } = await client.call('folder.list', { folder: folder?.id ?? '' })
  const saved = entries.find(({ name }) => name === 'for grace.bin')
  expect(await sha256OfEntry(client, rig.hub.url, saved?.id ?? '')).toBe(await sha256OfFile(file))
  client.close()
})

test('what does not fit into the own space is told, and what did fit is not saved twice', async () => {
  const files = [
    await randomFile(join(rig.directory, 'too large.bin'), 3 * MiB),
    await randomFile(join(rig.directory, 'fits.bin'), 9000),
  ]
  const hugo = { email: 'hugo@example.org', password: 'the password of Hugo' }
  await rig.client.call('user.create', { ...hugo, name: 'Hugo', role: 'member', quotaBytes: 2 * MiB })
  const { page: sender } = await openSender()
  await dropToSend(sender, files)
  const { page: receiver } = await rig.open({ as: hugo })
  await receiver.goto(`${rig.hub.url}/go`)
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  for (let i = 0; i < 2; i++) {
    await receiver.getByRole('button', { name: 'Save to my space' }).click()
    await receiver.getByText('Saved so far: 1 of 2.').waitFor()
  }
  const { client, root } = await signedInClient(rig.hub.url, hugo)
  const { entries } = await client.call('folder.list', { folder: root })
  expect(entries.map(({ name }) => name)).toEqual(['fits.bin'])
  client.close()
})

test('a send waits for its sender to sign in again, whoever uses the page meanwhile', async () => {
  const file = await randomFile(join(rig.directory, 'waits.bin'), 3 * MiB)
  const ida = await rig.makeUser('Ida')
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  await shownCode(sender)
  const signOut = async () => {
    await sender.getByRole('button', { name: 'Account' }).click()
    await sender.getByRole('menuitem', { name: 'Sign out' }).click()
    await sender.getByLabel('Password').waitFor()
  }
  await signOut()
  await signIn(sender, ida)
  await sender.locator('wherry-composer').waitFor()
  expect(await sender.locator('wherry-send-card').count()).toBe(0)
  await signOut()
  await signIn(sender, administrator)
  const code = await shownCode(sender)
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, code)
  await accept(receiver)
  await arrivedWhole(receiver)
  expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
})

test('what an earlier visit left goes on with one click, and the sender says that the other side is gone', async () => {
  const file = await randomFile(join(rig.directory, 'closed.bin'), 96 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const first = await openReceiver()
  await enterCode(first.page, await shownCode(sender))
  await acceptToTheMiddle(first.page)
  await first.page.goto('about:blank')
  await sender.getByText('The other side is gone.').waitFor()
  const { page: receiver } = await rig.openTab(first, '/go')
  await receiver.getByRole('button', { name: 'Continue' }).click()
  await arrivedWhole(receiver)
  await sender.getByText('Delivered and verified').waitFor()
  expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
})

test('what the sender ended meanwhile cannot go on, and says why', async () => {
  const file = await randomFile(join(rig.directory, 'ended.bin'), 96 * MiB)
  const rooms = () => metricOf(rig.hub.url, 'rooms')
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const first = await openReceiver()
  await enterCode(first.page, await shownCode(sender))
  await acceptToTheMiddle(first.page)
  await first.page.goto('about:blank')
  await sender.getByText('The other side is gone.').waitFor()
  // Of earlier tests some may be left, which end by themselves later.
  const open = await rooms()
  await sender.getByRole('button', { name: 'End this send' }).click()
  await sender.locator('wherry-send-card').waitFor({ state: 'detached' })
  // The sender stays for some seconds to tell of the end; who comes back by then hears it from them.
  await expect.poll(rooms).toBeLessThan(open)
  const { page: receiver } = await rig.openTab(first, '/go')
  await receiver.getByRole('button', { name: 'Continue' }).click()
  await receiver.getByText('The sender is not there, or ended this.').waitFor()
  await receiver.getByRole('button', { name: 'Forget what' }).click()
  await receiver.getByText('From earlier').waitFor({ state: 'detached' })
  expect(await kept(receiver)).toEqual([])
})

test('a file that changes while it is sent is refused on both sides', async () => {
  const file = await randomFile(join(rig.directory, 'changing.bin'), 96 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  const widen = await acceptToTheMiddle(receiver)
  await appendFile(file, 'more')
  // What is on its way comes before the words about it.
  await widen()
  await sender.getByText('A file changed while it was sent').waitFor({ timeout: 120_000 })
  await receiver.getByText('A file changed on the sender’s side').waitFor({ timeout: 120_000 })
})

test('a send that the sender cancels while files of it are written and opened leaves nothing on the other device', async () => {
  const top = join(rig.directory, 'Cancelled')
  await mkdir(top)
  await randomFile(join(top, '1.bin'), 16 * MiB)
  for (let i = 2; i < 1000; i++) await writeFile(join(top, `${i}.txt`), `${i}`)
  const { page: sender } = await openSender()
  await dropToSend(sender, [top])
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  await acceptToTheMiddle(receiver)
  expect(await kept(receiver)).toHaveLength(1)
  await sender.getByRole('button', { name: 'Cancel' }).click()
  await receiver.getByText('The sender ended this.').waitFor()
  await expect.poll(() => kept(receiver)).toEqual([])
})

test('a folder with an empty one in it goes on when the sender loads the page anew', async () => {
  const top = join(rig.directory, 'With an empty one')
  await mkdir(join(top, 'empty'), { recursive: true })
  await randomFile(join(top, 'a.bin'), 64 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [top])
  const { page: receiver } = await openReceiver()
  await enterCode(receiver, await shownCode(sender))
  const widen = await acceptToTheMiddle(receiver)
  await sender.reload()
  await transferState(sender).getByText('Sending').waitFor()
  await widen()
  await arrivedWhole(receiver)
})

test('a device without room says so before a byte travels', async () => {
  const file = await randomFile(join(rig.directory, 'too large.bin'), 1 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  const { page: receiver } = await rig.open({
    path: '/go',
    as: null,
    script: () => {
      navigator.storage.estimate = async () => ({ quota: 1_000_000, usage: 500_000 })
    },
  })
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  await receiver.getByText('There is not enough room on this device.').waitFor()
  await sender.getByText('There is not enough room on the other device.').waitFor()
})

test('a folder that was chosen at Accept is filled, and nothing in it is overwritten', async () => {
  const file = await randomFile(join(rig.directory, 'picture.bin'), 2 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  // A real handle of the browser; only the question which folder is not asked.
  const script = () => {
    const chosen = async () => {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle('Downloads', { create: true })
      const writable = await (await folder.getFileHandle('picture.bin', { create: true })).createWritable()
      await writable.write('mine')
      await writable.close()
      return folder
    }
    Object.assign(window, { showDirectoryPicker: chosen })
  }
  const { page: receiver } = await rig.open({ path: '/go', as: null, script })
  await enterCode(receiver, await shownCode(sender))
  await receiver.getByRole('button', { name: 'Accept into a folder' }).click()
  await receiver.getByText('Saved in “Downloads”').waitFor()
  const saved = await receiver.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('Downloads')
    const read = async (name: string) => (await (await folder.getFileHandle(name)).getFile()).arrayBuffer()
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await read('picture (2).bin')))
    return {
      before: new TextDecoder().decode(await read('picture.bin')),
      hash: Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join(''),
    }
  })
  expect(saved).toEqual({ before: 'mine', hash: await sha256OfFile(file) })
})

/** A folder can be chosen without a question, and has no room for the second file the first time. */
const fullOnce = () => {
  const chosen = async () =>
    (await navigator.storage.getDirectory()).getDirectoryHandle('Full once', { create: true })
  Object.assign(window, { showDirectoryPicker: chosen })
  const { createWritable } = FileSystemFileHandle.prototype
  let isFull = true
  FileSystemFileHandle.prototype.createWritable = async function (options) {
    if (this.name !== 'second.txt' || !isFull) return createWritable.call(this, options)
    isFull = false
    throw new DOMException('full', 'QuotaExceededError')
  }
}
const namesInFullOnce = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('Full once')
    const found: string[] = []
    for await (const name of folder.keys()) found.push(name)
    return found.sort()
  })

/** Two files were received, of which only the first one found room in the folder. `save` is the button for another try. */
const savedHalf = async () => {
  const names = ['first.txt', 'second.txt']
  const files = names.map(name => join(rig.directory, name))
  for (const file of files) await writeFile(file, `what is in ${basename(file)}`)
  const { page: sender } = await openSender()
  await dropToSend(sender, files)
  const { page: receiver } = await rig.open({ path: '/go', as: null, script: fullOnce })
  await enterCode(receiver, await shownCode(sender))
  await accept(receiver)
  const save = receiver.getByRole('button', { name: 'Save into a folder' })
  await save.click()
  await receiver.getByText('There is not enough room there.').waitFor()
  return { names, receiver, save }
}

test('files that did not fit into a folder are saved by another try, and the others once', async () => {
  const { names, receiver, save } = await savedHalf()
  expect(await namesInFullOnce(receiver)).toEqual(['first.txt'])
  await save.click()
  await receiver.getByText('Saved in “Full once”').waitFor()
  expect(await namesInFullOnce(receiver)).toEqual(names)
})

test('a file that was saved into a folder and taken away is saved there again by another try', async () => {
  const { names, receiver, save } = await savedHalf()
  await receiver.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('Full once')
    await folder.removeEntry('first.txt')
  })
  await save.click()
  await receiver.getByText('Saved in “Full once”').waitFor()
  expect(await namesInFullOnce(receiver)).toEqual(names)
})

test('several receivers get the same, each by a code of their own', async () => {
  const file = await randomFile(join(rig.directory, 'for two.bin'), 5 * MiB)
  const { page: sender } = await openSender()
  await dropToSend(sender, [file])
  await shownCode(sender)
  await sender.getByRole('button', { name: 'Add another receiver' }).click()
  await sender.locator('wherry-invitation').nth(1).waitFor()
  for (const code of await sender.locator('wherry-invitation .code').allTextContents()) {
    const { page: receiver } = await openReceiver()
    await enterCode(receiver, code)
    await accept(receiver)
    await arrivedWhole(receiver)
    expect(await sha256OfFile(await save(receiver, 'Save'))).toBe(await sha256OfFile(file))
  }
  await expect.poll(() => sender.getByText('Delivered and verified').count()).toBe(2)
})

const looks: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true },
}

test.each(Object.entries(looks))('axe finds nothing on both pages, %s', async (_, look) => {
  const options = { ...look, reducedMotion: 'reduce' as const }
  const check = async (page: Page) => expect(await accessibilityProblems(page)).toEqual([])
  const file = await randomFile(join(rig.directory, 'looked at.bin'), 100_000)
  const { page: sender } = await openSender('', options)
  // With fingers alone nothing can be dropped.
  await sender.getByText(look.hasTouch ? 'Choose what to send' : 'Drop files or folders here').waitFor()
  await check(sender)
  await dropToSend(sender, [file])
  const code = await shownCode(sender)
  await sender.locator('wherry-qr-code svg').waitFor()
  await check(sender)
  const { page: receiver } = await openReceiver('', options)
  await receiver.getByLabel('Code from the sender').waitFor()
  await check(receiver)
  await enterCode(receiver, 'nonsense')
  await receiver.getByRole('alert').waitFor()
  await check(receiver)
  await enterCode(receiver, code)
  await receiver.getByRole('button', { name: 'Accept', exact: true }).waitFor()
  await check(receiver)
  await check(sender)
  await accept(receiver)
  await arrivedWhole(receiver)
  await check(receiver)
  await sender.getByText('Delivered and verified').waitFor()
  await check(sender)
})
