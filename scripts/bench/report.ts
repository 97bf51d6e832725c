import { inWords } from './figures.ts'
import type { Machine } from './machine.ts'
import type { Figure, Outcome, Rule } from './row.ts'
import type { Result } from './run-row.ts'

/** What is kept of a run, in bench-results/. */
export type Report = {
  date: string
  machine: Machine
  scale: number
  repetitions: number
  results: readonly Result[]
}

const named = (one: Figure): string => `${one.name} ${inWords(one)}`.trim()

const judged = ({ says, met, isAbsolute }: Rule, isQuick: boolean): string => {
  if (isQuick && isAbsolute) return `${says}: not judged at --quick`
  return `${says}: ${met ? 'met' : '**missed**'}`
}

const seconds = (value: number): string => value.toFixed(1)

const outcomeCells = ({ ours, beside, rules, cost }: Outcome, isQuick: boolean): string[] => [
  ours.name === 'Wherry' ? inWords(ours) : named(ours),
  beside.map(named).join('; '),
  rules.map(rule => judged(rule, isQuick)).join('; '),
  cost ? `${seconds(cost.hub)} / ${seconds(cost.client)}` : '',
]

export const tableHead = [
  '| work | Wherry | beside it, in the same run | must reach | CPU seconds, hub / client |',
  '| --- | --- | --- | --- | --- |',
]

export const tableRow = ({ what, outcome, error }: Result, scale: number): string => {
  const cells = outcome ? outcomeCells(outcome, scale > 1) : [`failed: ${error}`, '', '', '']
  return `| ${[what, ...cells].join(' | ')} |`
}

/** The benchmark section of the README. */
export const markdown = ({ date, machine, scale, repetitions, results }: Report): string => {
  const { cpu, cores, memoryGiB, disk, system, load, versions } = machine
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version.replace(/^v/, '')}`)
  return [
    `Measured on ${date.slice(0, 10)}: ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${disk}, ${system}; load before the run ${load}. ${software.join(', ')}.`,
    scale > 1
      ? `A quick run: sizes are divided by ${scale}.`
      : `Hub, client and peers are processes of their own on this machine. Where something was repeated, ${repetitions} times, the median is given and judged.`,
    '',
    ...tableHead,
    ...results.map(result => tableRow(result, scale)),
  ].join('\n')
}

const begin = '<!-- benchmark: made by npm run bench, with the option write-readme -->'
const end = '<!-- /benchmark -->'

/** The README with the report in its benchmark section. */
export const intoReadme = (readme: string, report: Report): string => {
  const [before, rest = ''] = readme.split(begin)
  const after = rest.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md lacks ${begin} … ${end}.`)
  return `${before}${begin}\n${markdown(report)}\n${end}${after}`
}
