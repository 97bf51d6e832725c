import { readFileSync } from 'node:fs'

// node scripts/ci-result.mjs REPORT CHECKS_PASSED TESTS_EXIT_CODE: prints `N passed, N failed`, ends with 1 if anything failed.
// `npm run check` counts as one. A run of the tests that failed without a failed test (a crash, a hang, a file that
// cannot be loaded) counts as one more failure, so that a green count is never printed for a red run.

const [report, checksPassed, testsExit] = process.argv.slice(2)

const readReport = path => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

const results = readReport(report)
const brokenFiles = (results?.testResults ?? []).filter(
  file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
).length
const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0)
let passed = results?.numPassedTests ?? 0
let failed = (results?.numFailedTests ?? 0) + brokenFiles
if ((testsExit !== '0' || !results || passed === 0) && failed === 0) failed = 1
if (checksPassed === '1') passed += 1
else failed += 1

if (skipped > 0) console.log(`${skipped} skipped; the reasons are above`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
