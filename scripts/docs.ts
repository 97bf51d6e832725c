import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { settings } from '../server/settings.ts'
import { openRpc } from './docs/openrpc.ts'
import { reference, table } from './docs/reference.ts'

/** Writes every document that is made from the code; with --check says which are stale and changes nothing. */

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

const configuration = (): string =>
  table(
    ['variable', 'default', 'meaning'],
    Object.values(settings).map(({ env, default: value, doc }) => [
      `\`${env}\``,
      value ? `\`${value}\`` : '',
      doc,
    ]),
  )

const begin = '<!-- configuration: made by npm run docs -->'
const end = '<!-- /configuration -->'

const readme = (text: string): string => {
  const [before, rest = ''] = text.split(begin)
  const after = rest.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md lacks ${begin} … ${end}.`)
  return `${before}${begin}\n${configuration()}\n${end}${after}`
}

const { version } = JSON.parse(await readText('package.json')) as { version: string }
const documents: Record<string, string> = {
  'openrpc.json': `${JSON.stringify(openRpc(version), null, 2)}\n`,
  'docs/protocol.md': reference(),
  'README.md': readme(await readText('README.md')),
}

const stale: string[] = []
for (const [path, text] of Object.entries(documents)) if ((await readText(path)) !== text) stale.push(path)

if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    console.error(`Stale: ${stale.join(', ')}. Run \`npm run docs\`.`)
    process.exitCode = 1
  }
} else {
  for (const path of stale) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, documents[path] ?? '')
    console.log(`Wrote ${path}.`)
  }
}
