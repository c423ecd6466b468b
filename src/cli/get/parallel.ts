/** `-Z`: several URLs at once, no more than so many; what goes to standard output keeps the order in which it was typed. */

/** Runs `each` for all items, at most `most` at a time, in their order. Rejects with the first thing that is thrown, when all have ended. */
export const inParallel = async <T>(
  items: readonly T[],
  most: number,
  each: (item: T, i: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  let thrown: { readonly error: unknown } | undefined
  const worker = async (): Promise<void> => {
    while (next < items.length && thrown === undefined) {
      const i = next++
      await each(items[i]!, i).catch((error: unknown) => {
        thrown ??= { error }
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
  if (thrown !== undefined) throw thrown.error
}

/** Turns that are taken in order: `turn(2)` comes when 0 and 1 are over. */
export class Turns {
  readonly #over: Promise<void>[] = []
  readonly #end: (() => void)[] = []

  constructor(count: number) {
    for (let i = 0; i < count; i++) this.#over.push(new Promise(resolve => this.#end.push(resolve)))
  }
  async turn(i: number): Promise<void> {
    await Promise.all(this.#over.slice(0, i))
  }
  over(i: number): void {
    this.#end[i]?.()
  }
}
