/** What a test has opened and nobody else closes: called after it, in this order (`test/support/after-each.ts`). */
export const closing: (() => unknown)[] = []
