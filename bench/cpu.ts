/**
 * What work costs a processor, whatever else the machine does beside it: all threads of the process count, so a peer that
 * works in OpenSSL's pool pays for it too.
 */

/** Microseconds of processor time that each measurement takes. */
const SPAN = 800_000
/** Calls between two looks at the clock, which costs a system call. */
const BATCH = 8

const spent = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Calls of `once` for a second of processor time. */
export const perCpuSecond = (once: () => void): number => {
  let count = 0
  let took = 0
  const started = spent()
  do {
    for (let i = 0; i < BATCH; i++) once()
    count += BATCH
    took = spent() - started
  } while (took < SPAN)
  return (count / took) * 1e6
}

/** The same for work that gives a promise, one after the other. */
export const perCpuSecondOf = async (once: () => Promise<void>): Promise<number> => {
  let count = 0
  let took = 0
  const started = spent()
  do {
    for (let i = 0; i < BATCH; i++) await once()
    count += BATCH
    took = spent() - started
  } while (took < SPAN)
  return (count / took) * 1e6
}

/** One after the other, and from the beginning again. */
export const inTurn = <T>(all: readonly T[]): (() => T) => {
  let next = 0
  return () => all[next++ % all.length]!
}
