import type { Reporter, TestCase } from 'vitest/node'

/** What the test said, or the name of the group that was skipped; null where a test was merely not chosen. */
const reasonOf = (test: TestCase): string | null => {
  const result = test.result()
  if (result.state === 'skipped' && result.note) return `${test.fullName} (skipped: ${result.note})`
  const { parent } = test
  return parent.type === 'suite' && parent.name.includes('(skipped: ') ? parent.fullName : null
}

/** Prints at the end what was skipped and why: the default reporter only counts. */
export const skipReasons: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap(module => [...module.children.allTests('skipped')])
    for (const reason of new Set(skipped.map(reasonOf))) if (reason) console.log(reason)
  },
}
