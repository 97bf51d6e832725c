import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { HubClient, TransferLink, UploadRequest } from '../../client/core/api.ts'
import { damagedFiles } from '../../client/core/upload/damaged-files.ts'
import { createUploadQueue } from '../../client/core/upload/upload-queue.ts'
import { memorySource } from '../client/memory-source.ts'
import { spoilChunks } from '../storage/open-temporary.ts'
import { type CommandLine, commandLine } from '../support/command-line.ts'
import { administrator, type HubProcess, hubProcess } from '../support/hub-process.ts'
import { signedInClient } from '../support/transfer-client.ts'

/** One that goes with others in a batch, and one that is uploaded by itself. */
const contents = { small: Buffer.from('a small file'), large: Buffer.alloc(270_000, 'a large file') }

let hub: HubProcess
let wherry: CommandLine
let client: HubClient & TransferLink
let root: string
let local: string

beforeAll(async () => {
  hub = await hubProcess({
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  })
  await hub.start()
  ;({ client, root } = await signedInClient(hub.url, administrator))
  wherry = commandLine(join(hub.directory, 'home'))
  await wherry.json(
    ['login', hub.url, '--email', administrator.email, '--password-stdin'],
    administrator.password,
  )
  local = join(hub.directory, 'files')
  await mkdir(local)
  for (const [name, bytes] of Object.entries(contents)) await writeFile(join(local, name), bytes)
})

afterAll(async () => {
  client?.close()
  await hub.remove()
})

const fetched = async (): Promise<number | null> => {
  const back = join(hub.directory, 'back')
  await rm(back, { recursive: true, force: true })
  const { code } = await wherry.run(['get', 'me:files', back])
  if (code === 0)
    for (const [name, bytes] of Object.entries(contents))
      expect((await readFile(join(back, name))).equals(bytes)).toBe(true)
  return code
}

/** The hub has the files, and knows that both are damaged. */
beforeEach(async () => {
  await wherry.json(['put', local, 'me:'])
  spoilChunks(join(hub.directory, 'data'))
  expect(await fetched()).toBe(1)
  expect((await damagedFiles(client, root)).size).toBe(2)
})

describe('files that the hub found damaged', () => {
  test('are told for the folder that they are below, and for no other', async () => {
    const { entry: other } = await client.call('folder.create', {
      folder: root,
      name: 'other',
      onClash: 'reuse',
    })
    expect(await damagedFiles(client, other.id)).toEqual(new Set())
    const { entries } = await client.call('folder.list', { folder: root })
    const folder = entries.find(entry => entry.name === 'files')?.id ?? ''
    const inside = await client.call('folder.list', { folder })
    expect(await damagedFiles(client, folder)).toEqual(new Set(inside.entries.map(({ id }) => id)))
  })

  test.each(['replace', 'fail', 'skip'])('heal by the same put again, with --on-clash %s', async onClash => {
    const put = await wherry.json(['put', local, 'me:', '--on-clash', onClash])
    expect(put).toMatchObject({ files: 2, failed: 0 })
    expect(await fetched()).toBe(0)
    expect(await wherry.json(['put', local, 'me:'])).toMatchObject({ files: 2, sentBytes: 0 })
  })

  test.each<UploadRequest['onClash']>(['ask', 'fail', 'skip', 'replace'])(
    'heal by an upload from a browser that would %s',
    async onClash => {
      const queue = createUploadQueue({ link: client })
      queue.add(
        Object.entries(contents).map(([name, bytes]) => ({
          source: memorySource(name, new Uint8Array(bytes)),
          ...{ folder: root, path: ['files'], name, onClash },
        })),
      )
      await queue.whenIdle()
      expect(queue.items.map(({ state }) => state)).toEqual(['done', 'done'])
      queue.close()
      expect(await fetched()).toBe(0)
    },
  )
})
