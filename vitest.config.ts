import { defineConfig } from 'vitest/config'
import { skipReasons } from './test/support/skip-reasons.ts'

// Generous, because machines are busy at times; a test that waits for what never comes still ends.
const timeouts = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  teardownTimeout: 20_000,
  expect: { poll: { timeout: 10_000 } },
}

/** Where .ci/run wants the figures. */
const report = process.env.TEST_REPORT
const jsonTo = (outputFile: string): ['json', { outputFile: string }] => ['json', { outputFile }]

export default defineConfig({
  test: {
    reporters: ['default', skipReasons, ...(report ? [jsonTo(report)] : [])],
    projects: [
      {
        test: {
          name: 'parts',
          include: ['test/{unit,contracts,storage,client}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
          ...timeouts,
        },
      },
      {
        test: {
          name: 'hub',
          include: ['test/{server,node,faults}/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          ...timeouts,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...timeouts,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
