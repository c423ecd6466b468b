/**
 * Closes a test run with every skipped, unsteady and failed test by name and the line `N passed, N failed, N skipped`.
 * Unsteady is a test that failed and, run again at once, passed: a defect of its own, of the test or of what it tests. A
 * few do not hold up a landing; more than `MOST_UNSTEADY` are failures.
 */
import type { Reporter, TestModule } from 'vitest/node'

const MOST_UNSTEADY = 3

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const skipped: string[] = []
    const unsteady: string[] = []
    const failed = unhandled.map(error => `outside of any test: ${firstLine(error)}`)
    let passed = 0
    for (const module of modules) {
      const [error] = module.errors()
      if (error !== undefined) failed.push(`${module.relativeModuleId}: ${firstLine(error)}`)
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        const name = `${module.relativeModuleId}: ${test.fullName}`
        if (test.diagnostic()?.flaky) unsteady.push(`${name}: ${firstLine(errors?.[0])}`)
        else if (state === 'passed') passed++
        else if (state === 'failed') failed.push(`${name}: ${firstLine(errors[0])}`)
        else skipped.push(name)
      }
    }
    for (const name of skipped) console.log(`skipped  ${name}`)
    for (const name of unsteady) console.log(`unsteady  ${name}`)
    if (unsteady.length > MOST_UNSTEADY) failed.push(...unsteady)
    else passed += unsteady.length
    for (const name of failed) console.log(`failed  ${name}`)
    console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`)
  }
}

const firstLine = (error: unknown): string => {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return String(message).split('\n', 1)[0]!
}
