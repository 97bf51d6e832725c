import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { administrator, hubProcess } from '../support/hub-process.ts'

// To build the image takes an engine and a base image, which a machine of tests does not have.

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What the Containerfile copies into the last image, by its path in the project. */
const copiedPaths = async (): Promise<string[]> => {
  const text = await readFile(join(root, 'Containerfile'), 'utf8')
  return [...text.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].flatMap(([, path]) => path ?? [])
}

type Lock = { packages: Record<string, { dev?: boolean }> }

/** Packages that are left without those for development, and without Node, which the image brings. */
const packagePaths = async (): Promise<string[]> => {
  const text = await readFile(join(root, 'node_modules/.package-lock.json'), 'utf8')
  return Object.entries((JSON.parse(text) as Lock).packages).flatMap(([path, { dev }]) =>
    dev || path === 'node_modules/node' || path.lastIndexOf('node_modules/') > 0 ? [] : path,
  )
}

const image = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-image-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const path of await copiedPaths()) {
    if (path !== 'node_modules') await cp(join(root, path), join(directory, path), { recursive: true })
  }
  for (const path of await packagePaths()) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await symlink(join(root, path), join(directory, path))
  }
  return directory
}

test('what goes into the image is all that the hub and the command line need', async () => {
  const code = await image()
  const environment = {
    NODE_ENV: 'production',
    WHERRY_ADMIN_EMAIL: administrator.email,
    WHERRY_ADMIN_PASSWORD: administrator.password,
  }
  const hub = await hubProcess(environment, code)
  onTestFinished(() => hub.remove())
  await hub.start()
  expect(await (await fetch(hub.url)).text()).toContain('<title>Wherry</title>')
  const wherry = commandLine(join(hub.directory, 'home'), [], code)
  const login = ['login', hub.url, '--email', administrator.email, '--password-stdin']
  await wherry.json(login, administrator.password)
  await wherry.json(['put', join(code, 'package.json'), 'me:'])
  expect((await wherry.run(['ls', 'me:'])).stdout).toContain('package.json')
  const sending = wherry.start(['send', join(code, 'package.json')])
  const [printed] = await once(sending.process.stdout ?? sending.process, 'data')
  const target = join(hub.directory, 'received')
  await mkdir(target)
  const received = await wherry.run(['receive', target, '--yes', '--hub', hub.url], `${printed}`)
  expect(received).toMatchObject({ code: 0 })
  expect(await readFile(join(target, 'package.json'))).toEqual(await readFile(join(code, 'package.json')))
})
