import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { largeChunkFile } from '../support/files.ts'
import { administrator } from '../support/hub-process.ts'
import { narrowLink } from '../support/narrow-link.ts'
import { terminalRig } from '../support/terminal-rig.ts'

const MiB = 2 ** 20
const rig = terminalRig()
/** Gives what it starts a terminal (util-linux). */
const script = `exec script --quiet --return --command "$(printf "'%s' " "$0" "$@")" /dev/null`

test('the bar of put moves before a chunk is stored, and says when the network stands still', async () => {
  const link = await narrowLink(rig.hub.port, null)
  onTestFinished(link.close)
  const home = join(rig.directory, 'slow')
  const login = ['login', `http://127.0.0.1:${link.port}`, '--email', administrator.email, '--password-stdin']
  await commandLine(home).json(login, administrator.password)
  const file = await largeChunkFile(join(rig.directory, 'slow.bin'), 24 * MiB)

  link.bytesPerSecond = 30_000
  const putting = commandLine(home, ['sh', '-c', script]).start(['put', file, 'me:'], null)
  let drawn = ''
  putting.process.stdout?.on('data', text => {
    drawn += text
  })
  const draws = (what: RegExp) => {
    drawn = ''
    return expect.poll(() => drawn, { timeout: 40_000 }).toMatch(what)
  }
  await draws(/ [1-9]\d*% · .*B\/s · .* left/)
  const uploads = (await rig.ada.json(['uploads'])) as { storedBytes: number }[]
  expect(uploads).toMatchObject([{ storedBytes: 0 }])

  link.bytesPerSecond = 0
  await draws(/ of 25\.2 MB · waiting for the network · 0 of 1 file/)
  link.bytesPerSecond = MiB
  await draws(/[1-9]\S* \S*B\/s · .* left/)
  link.bytesPerSecond = null
  expect((await putting.result).code).toBe(0)
}, 120_000)
