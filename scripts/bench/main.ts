import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Figure, Outcome, Row } from './row.ts'
import { againRow, insertedRow } from './rows/again.ts'
import { downloadRow, signedUrlRow } from './rows/downloads.ts'
import { bigFolderRow, idleRow, watchersRow } from './rows/live.ts'
import { mediumFilesRow, smallFilesRow, uploadRow } from './rows/uploads.ts'

/** Measures each row with its raw limit or peer in the same run: a table here, JSON in bench-results/. */
const rows: Row[] = [
  uploadRow,
  downloadRow,
  signedUrlRow,
  smallFilesRow,
  mediumFilesRow,
  againRow,
  insertedRow,
  watchersRow,
  bigFolderRow,
  idleRow,
]

const { values: options } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } })
const chosen = rows.filter(row => options.only === undefined || options.only.split(',').includes(row.name))
if (chosen.length === 0) throw new Error(`The rows are ${rows.map(row => row.name).join(', ')}.`)
const scale = options.quick ? 8 : 1

type Result = { row: string; what: string; outcome: Outcome | null; error: string | null }

const runRow = async ({ name, what, run }: Row): Promise<Result> => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-bench-'))
  await mkdir(join(directory, 'tus'))
  try {
    return { row: name, what, outcome: await run({ directory, scale }), error: null }
  } catch (error) {
    return { row: name, what, outcome: null, error: error instanceof Error ? error.message : String(error) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const inWords = ({ name, value, unit }: Figure): string =>
  `${name} ${value >= 10 ? Math.round(value).toLocaleString('en') : value.toFixed(2)} ${unit}`

console.log('| work | Wherry | beside | must reach | |\n| --- | --- | --- | --- | --- |')
const results: Result[] = []
for (const row of chosen) {
  const result = await runRow(row)
  results.push(result)
  const { outcome } = result
  console.log(
    outcome
      ? `| ${row.what} | ${inWords({ ...outcome.ours, name: '' }).trim()} | ${outcome.beside.map(inWords).join(', ')} | ${outcome.target} | ${outcome.met ? 'met' : 'missed'} |`
      : `| ${row.what} | failed: ${result.error} | | | |`,
  )
}

const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryBytes: totalmem(),
  node: process.version,
}
await mkdir('bench-results', { recursive: true })
const date = new Date().toISOString()
const path = join('bench-results', `${date.replaceAll(':', '-')}.json`)
await writeFile(path, `${JSON.stringify({ date, machine, scale, results }, null, 2)}\n`)
console.log(`\nWrote ${path}.${scale > 1 ? ' A quick run: sizes are an eighth.' : ''}`)
process.exit(results.every(one => one.outcome) ? 0 : 1)
