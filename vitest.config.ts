import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/reporter.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'inspector/**/*.test.ts'],
    // A test that hangs ends; one that a loaded machine holds up does not.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Where a landing hangs on it, a test that failed is run once more, and named: `unsteady` (test/support/reporter.ts).
    retry: process.env.BAREWIRE_AGAIN === 'yes' ? 1 : 0,
    // Commands that tests start write nothing into the home of who runs them.
    env: { BAREWIRE_KEEP: '0' },
    reporters: [['default', { summary: false }], new ClosingLine()],
  },
})
