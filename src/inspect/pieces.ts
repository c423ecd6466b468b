/** Long work, a piece at a time: whoever has others to answer does so at each `yield`, and everybody else does it at once. */
export type Pieces<T> = Generator<void, T>

/** All of it at once. */
export const whole = <T>(work: Pieces<T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
