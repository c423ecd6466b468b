/** The hint Keep-Alive (RFC 2068 19.7.1.1, which no later RFC took over): how long a server keeps a connection that is not used. */
import type { Millis } from '../../engine.ts'

/** A request must be there before that time is over, and whole seconds are said of what may be less: undici takes off 2 s. */
const ON_THE_WAY: Millis = 1_000

/** For how long a connection may be used again; Infinity where `field` says nothing of it. */
export const keptFor = (field: string | undefined): Millis => {
  const seconds =
    field === undefined ? undefined : /(?:^|[,;\t ])timeout[\t ]*=[\t ]*"?(\d{1,9})(?!\d)/i.exec(field)?.[1]
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1000 - ON_THE_WAY)
}
