import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/reporter.ts'

/** What looks at all that a process holds, or changes what all of it sees: each such file has a process of its own. */
const ALONE = [
  'src/{node,cli}/**/*.test.ts',
  'src/net/server/fast-response.test.ts',
  'src/session/memory-store.test.ts',
  'src/tls/holding.test.ts',
]
const TOGETHER = 'src/**/*.test.ts'

export default defineConfig({
  test: {
    setupFiles: ['test/support/after-each.ts'],
    // A test that hangs ends; one that a loaded machine holds up does not.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Where a landing hangs on it, a test that failed is run once more, and named: `unsteady` (test/support/reporter.ts).
    retry: process.env.BAREWIRE_AGAIN === 'yes' ? 1 : 0,
    // Commands that tests start write nothing into the home of who runs them.
    env: { BAREWIRE_KEEP: '0' },
    reporters: [['default', { summary: false }], new ClosingLine()],
    projects: [
      // To load the sources anew for each file would take longer than most of these tests.
      { extends: true, test: { name: 'together', include: [TOGETHER], exclude: ALONE, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['{test,inspector}/**/*.test.ts', ...ALONE] } },
    ],
  },
})
