import { spawn } from 'node:child_process'

/** Everything that is checked without running the program; each check is a command that anyone can run alone. */
const checks: Record<string, string[]> = {
  types: ['node_modules/.bin/tsc', '-p', '.'],
  // client/core again without the DOM's and Node's types: it may use neither.
  'types of client/core': ['node_modules/.bin/tsc', '-p', 'client/core'],
  // Lint, format, layers and import cycles: biome.json.
  'lint, format and layers': ['node_modules/.bin/biome', 'ci', '--colors=off', '--error-on-warnings', '.'],
  'generated documents': [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    'scripts/docs.ts',
    '--check',
  ],
}

type Outcome = { name: string; passed: boolean; output: string; seconds: number }

const runCheck = (name: string, [program = '', ...args]: string[]): Promise<Outcome> =>
  new Promise(resolve => {
    const started = performance.now()
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const end = (passed: boolean) =>
      resolve({ name, passed, output, seconds: (performance.now() - started) / 1000 })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', error => {
      output += error.message
      end(false)
    })
    child.on('close', code => end(code === 0))
  })

const outcomes = await Promise.all(Object.entries(checks).map(([name, command]) => runCheck(name, command)))
for (const { output } of outcomes.filter(one => !one.passed)) console.log(output.trimEnd())
for (const { name, passed, seconds } of outcomes)
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
if (outcomes.some(one => !one.passed)) process.exitCode = 1
