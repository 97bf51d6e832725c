import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkpoint } from '../../storage/index/checkpoint.ts'
import { openDatabase } from '../../storage/index/database.ts'
import { temporaryDirectory } from './open-temporary.ts'

const smallDisk = (): string | null => {
  const path = temporaryDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return null
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', path])
  })
  return path
}

const fillUp = (file: string): void => {
  expect(() => {
    for (;;) writeFileSync(file, new Uint8Array(4096), { flag: 'a' })
  }).toThrow('ENOSPC')
}

test('a checkpoint for which the disk has no room waits until it has', context => {
  const directory = smallDisk()
  if (directory === null) return context.skip('mounting a small tmpfs needs root')
  const database = openDatabase(join(directory, 'index.db'), { readonly: false })
  onTestFinished(() => {
    database.close()
  })
  database.exec('create table t (a text)')
  for (let i = 0; i < 100; i++) database.prepare('insert into t values (?)').run('x'.repeat(5000))
  const ballast = join(directory, 'ballast')
  fillUp(ballast)
  expect(checkpoint(database)).toBe(false)
  expect(database.prepare('select count(*) from t').pluck().get()).toBe(100)
  rmSync(ballast)
  expect(checkpoint(database)).toBe(true)
})
