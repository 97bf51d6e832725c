import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openKeys, parseMasterKey } from '../../storage/chunks/keys.ts'
import { temporaryDirectory } from './open-temporary.ts'

test('the first start makes a master key and data keys that only their owner reads, and says so once', async () => {
  const directory = temporaryDirectory()
  const first = await openKeys({ directory, masterKey: null })
  expect(first.createdMasterKeyFile).toBe(join(directory, 'master.key'))
  for (const name of ['master.key', 'keys.json'])
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  const second = await openKeys({ directory, masterKey: null })
  expect(second.createdMasterKeyFile).toBe(null)
  expect(Buffer.from(second.keys.keys[0]?.secret ?? [])).toEqual(
    Buffer.from(first.keys.keys[0]?.secret ?? []),
  )
})

test('a given master key is used and never written', async () => {
  const directory = temporaryDirectory()
  const masterKey = randomBytes(32)
  const { keys, createdMasterKeyFile } = await openKeys({ directory, masterKey })
  expect(createdMasterKeyFile).toBe(null)
  const written = readFileSync(join(directory, 'keys.json'), 'utf8')
  expect(written).not.toContain(Buffer.from(keys.keys[0]?.secret ?? []).toString('base64'))
  expect((await openKeys({ directory, masterKey })).keys).toEqual(keys)
})

test('another master key, a missing one and a damaged key file are refused with a sentence each', async () => {
  const directory = temporaryDirectory()
  await openKeys({ directory, masterKey: null })
  await expect(openKeys({ directory, masterKey: randomBytes(32) })).rejects.toThrow(/does not fit keys\.json/)
  await expect(openKeys({ directory, masterKey: randomBytes(31) })).rejects.toThrow(/32 bytes/)
  rmSync(join(directory, 'master.key'))
  await expect(openKeys({ directory, masterKey: null })).rejects.toThrow(/master key is missing/)
  writeFileSync(join(directory, 'keys.json'), '{"format":1')
  await expect(openKeys({ directory, masterKey: randomBytes(32) })).rejects.toThrow(/keys\.json is damaged/)
})

test('a master key is read from hexadecimal and from base64, and nothing else', () => {
  const key = randomBytes(32)
  expect(Buffer.from(parseMasterKey(`${key.toString('hex')}\n`))).toEqual(key)
  expect(Buffer.from(parseMasterKey(key.toString('base64')))).toEqual(key)
  expect(() => parseMasterKey('secret')).toThrow(/32 bytes/)
})
