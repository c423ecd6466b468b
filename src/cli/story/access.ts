/** Access lines of `barewire serve`: what was asked and answered, and why a client hung up, in words. */

import { english } from '../../explain/en/index.ts'
import type { Failure } from '../../failures/index.ts'
import {
  clip,
  type JsonObject,
  jsonOfFailure,
  line,
  mark,
  type Piece,
  type Shown,
  type Style,
  widthOf,
  wrap,
} from '../../inspect/index.ts'
import type { Served } from '../../net/server/served.ts'
import { alertText } from '../../tls/alerts.table.ts'

/** One line for an answered request, some for a failure. `ca` is the file that clients ought to trust. */
export const accessLines = (served: Served, time: Date, style: Style, ca?: string): Shown[] => {
  const clock: Piece = { text: ` ${timeOfDay(time)}`, tint: 'quiet' }
  const told = served.failure === undefined ? [] : refusal(served.failure, served.remote.address, style, ca)
  if (served.method === undefined || served.status === undefined)
    return told.map((pieces, i) =>
      line(style, ...(i === 0 ? [clock] : []), ...from(INDENT + (i === 0 ? 0 : 2), pieces)),
    )
  // Narrow terminals do without the connection, so that a line stays a line.
  const room = widthOf(style) - REST
  const short = room < LEAST
  const columns = Math.max(LEAST, Math.min(MOST, short ? room + OVER + 2 : room))
  const { status, number, milliseconds } = served
  const over = short ? '' : `  ${(number > 1 ? 'same connection' : newConnection(served)).padEnd(OVER)}`
  const took = `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`.padStart(TOOK)
  const answered = line(
    style,
    clock,
    { text: clip(style, `${served.method} ${served.target ?? ''}`, columns), column: INDENT },
    { text: String(status), column: INDENT + columns + 2, tint: status >= 400 ? 'bad' : 'good' },
    { text: `  ${size(served.bytes).padStart(8)}${over}${took}` },
  )
  return [answered, ...told.map((pieces, i) => line(style, ...from(INDENT + (i === 0 ? 0 : 2), pieces)))]
}

/** `pieces`, the first of them at a column. */
const from = (column: number, [first, ...more]: readonly Piece[]): Piece[] =>
  first === undefined ? [] : [{ ...first, column }, ...more]

export const accessEvent = (served: Served, time: Date): JsonObject => ({
  type: served.method === undefined ? 'refused' : 'request',
  time: time.toISOString(),
  remote: { address: served.remote.address, port: served.remote.port },
  tls:
    served.connection?.tls === undefined
      ? null
      : {
          version: served.connection.tls.version,
          suite: served.connection.tls.suite,
          resumed: served.connection.tls.resumed,
        },
  method: served.method ?? null,
  target: served.target ?? null,
  status: served.status ?? null,
  bytes: served.bytes,
  milliseconds: Math.round(served.milliseconds * 1000) / 1000,
  number: served.number,
  failure: served.failure === undefined ? null : jsonOfFailure(served.failure),
})

/** As wide as the time of day with its spaces. */
const INDENT = 11
const OVER = 15
const TOOK = 9
/** Columns of all but the target: time of day, status, size, connection, duration, and the space between. */
const REST = INDENT + 2 + 3 + 2 + 8 + 2 + OVER + TOOK
/** Columns of method and target. */
const LEAST = 20
const MOST = 48

const newConnection = ({ connection }: Served): string =>
  connection?.tls === undefined
    ? 'plain new'
    : `${connection.tls.version.toLowerCase()} ${connection.tls.resumed ? 'resumed' : 'new'}`

/** Alerts (RFC 5246 7.2.2) by which a client says that it does not believe our certificate. */
const DISTRUST: ReadonlySet<number> = new Set([42, 43, 46, 48])

const refusal = (failure: Failure, address: string, style: Style, ca: string | undefined): Piece[][] => {
  const sign: Piece = { text: `${mark(style, '✗')} `, tint: 'bad' }
  if (failure.code === 'tls/alert-received' && DISTRUST.has(failure.number ?? 0)) {
    return [
      [sign, { text: `${address} hung up after our certificate: alert ${alertText(failure.number ?? 0)}.` }],
      [{ text: `It does not trust the CA.${ca === undefined ? '' : ` Let it trust ${ca}`}` }],
    ]
  }
  const words = wrap(`${english.says(failure)} (${failure.code})`, widthOf(style) - INDENT - 2)
  return [
    [sign, { text: `${address}: ${english.title(failure)}` }],
    ...words.map((text): Piece[] => [{ text, tint: 'quiet' }]),
  ]
}

const timeOfDay = (time: Date): string => time.toTimeString().slice(0, 8)

const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
