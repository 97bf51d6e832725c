import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { intoReadme, markdown, type Report, tableHead, tableRow } from './report.ts'
import type { Row } from './row.ts'
import { rows } from './rows.ts'
import { type Result, runRow } from './run-row.ts'

/**
 * Measures each row with its raw limit or peer in the same run: a table here, JSON in bench-results/.
 *   --only ROW,…      some rows
 *   --quick           an eighth of the sizes, once
 *   --repetitions N   of the headline rows, 3 by default
 *   --markdown        prints the README's section as well
 *   --write-readme    writes it into README.md
 *   --from FILE       takes the figures of an earlier run instead of measuring
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean' },
    repetitions: { type: 'string' },
    markdown: { type: 'boolean' },
    'write-readme': { type: 'boolean' },
    from: { type: 'string' },
  },
})

const rowTimeoutMs = 8 * 60_000
/** Rows that would begin later than this are not run, so that a slow machine gives a result too. */
const lastStartMs = 25 * 60_000

const chosenRows = (names: string | undefined): Row[] => {
  const chosen = rows.filter(row => names === undefined || names.split(',').includes(row.name))
  if (chosen.length === 0) throw new Error(`The rows are ${rows.map(row => row.name).join(', ')}.`)
  return chosen
}

const measureRows = async (): Promise<Report> => {
  const chosen = chosenRows(options.only)
  const scale = options.quick ? 8 : 1
  const repetitions = Number(options.repetitions ?? (options.quick ? 1 : 3))
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const [date, machine] = [new Date().toISOString(), await describeMachine()]
  const results: Result[] = []
  console.log(tableHead.join('\n'))
  for (const row of chosen) {
    if (stopping.signal.aborted) break
    const late = performance.now() > lastStartMs
    const result = late
      ? { row: row.name, what: row.what, outcome: null, error: 'no time was left', seconds: 0 }
      : await runRow(row, { scale, repetitions, timeoutMs: rowTimeoutMs, signal: stopping.signal })
    results.push(result)
    console.log(tableRow(result, scale))
  }
  return { date, machine, scale, repetitions, results }
}

const keep = async (report: Report): Promise<void> => {
  await mkdir('bench-results', { recursive: true })
  const path = join('bench-results', `${report.date.replaceAll(':', '-')}.json`)
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\nWrote ${path} after ${Math.round(performance.now() / 1000)} s.`)
}

const report = options.from
  ? (JSON.parse(await readFile(options.from, 'utf8')) as Report)
  : await measureRows()
if (!options.from) await keep(report)
if (options.markdown) console.log(`\n${markdown(report)}`)
if (options['write-readme']) {
  await writeFile('README.md', intoReadme(await readFile('README.md', 'utf8'), report))
  console.log('Wrote README.md.')
}
process.exit(report.results.every(one => one.outcome) ? 0 : 1)
