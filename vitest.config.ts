import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/reporter.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    reporters: [['default', { summary: false }], new ClosingLine()],
  },
})
