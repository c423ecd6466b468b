/** Access lines of `barewire serve`: what was asked and answered, and why a client hung up, in words. */

import { english } from '../../explain/en/index.ts'
import type { Failure } from '../../failures/index.ts'
import { type JsonObject, jsonOfFailure, legible, type Style, wrap } from '../../inspect/index.ts'
import type { Served } from '../../net/server/connection.ts'
import { alertText } from '../../tls/alerts.table.ts'

/** One line for an answered request, some for a failure. `ca` is the file that clients ought to trust. */
export const accessLines = (line: Served, time: Date, style: Style, ca?: string): string[] => {
  const { colour, unicode, width } = style
  const clock = colour.quiet(timeOfDay(time))
  const told = line.failure === undefined ? [] : refusal(line.failure, line.remote.address, style, ca)
  if (line.method === undefined || line.status === undefined)
    return told.map((text, i) => (i === 0 ? ` ${clock}  ${text}` : `${INDENT}  ${text}`))
  // Narrow terminals do without the connection, so that a line stays a line.
  const room = width - REST
  const short = room < LEAST
  const columns = Math.max(LEAST, Math.min(MOST, short ? room + OVER + 2 : room))
  const target = clip(legible(`${line.method} ${line.target ?? ''}`, style), columns, unicode ? '…' : '...')
  const status = line.status >= 400 ? colour.bad(String(line.status)) : colour.good(String(line.status))
  const over = short ? '' : `  ${(line.number > 1 ? 'same connection' : newConnection(line)).padEnd(OVER)}`
  const took = `${line.milliseconds.toFixed(line.milliseconds < 10 ? 1 : 0)} ms`.padStart(TOOK)
  const answered = ` ${clock}  ${target.padEnd(columns)}  ${status}  ${size(line.bytes).padStart(8)}${over}${took}`
  return [answered, ...told.map((text, i) => (i === 0 ? `${INDENT}${text}` : `${INDENT}  ${text}`))]
}

export const accessEvent = (line: Served, time: Date): JsonObject => ({
  type: line.method === undefined ? 'refused' : 'request',
  time: time.toISOString(),
  remote: { address: line.remote.address, port: line.remote.port },
  tls:
    line.connection?.tls === undefined
      ? null
      : { version: line.connection.tls.version, suite: line.connection.tls.suite },
  method: line.method ?? null,
  target: line.target ?? null,
  status: line.status ?? null,
  bytes: line.bytes,
  milliseconds: Math.round(line.milliseconds * 1000) / 1000,
  number: line.number,
  failure: line.failure === undefined ? null : jsonOfFailure(line.failure),
})

/** As wide as the time of day with its spaces. */
const INDENT = ' '.repeat(11)
const OVER = 15
const TOOK = 9
/** Columns of all but the target: time of day, status, size, connection, duration, and the space between. */
const REST = 11 + 2 + 3 + 2 + 8 + 2 + OVER + TOOK
/** Columns of method and target. */
const LEAST = 20
const MOST = 48

const newConnection = ({ connection }: Served): string =>
  connection?.tls === undefined ? 'plain, new' : `${connection.tls.version.toLowerCase()}, new`

/** Alerts (RFC 5246 7.2.2) by which a client says that it does not believe our certificate. */
const DISTRUST: ReadonlySet<number> = new Set([42, 43, 46, 48])

const refusal = (failure: Failure, address: string, style: Style, ca: string | undefined): string[] => {
  const { colour, unicode, width } = style
  const sign = colour.bad(unicode ? '✗' : 'x')
  if (failure.code === 'tls/alert-received' && DISTRUST.has(failure.number ?? 0)) {
    return [
      `${sign} ${address} hung up after our certificate: alert ${alertText(failure.number ?? 0)}.`,
      `It does not trust the CA.${ca === undefined ? '' : ` Let it trust ${ca}`}`,
    ]
  }
  const words = wrap(`${english.says(failure)} (${failure.code})`, width - INDENT.length - 2)
  return [`${sign} ${address}: ${english.title(failure)}`, ...words.map(colour.quiet)]
}

const timeOfDay = (time: Date): string => time.toTimeString().slice(0, 8)

const clip = (text: string, columns: number, more: string): string =>
  text.length <= columns ? text : `${text.slice(0, columns - more.length)}${more}`

const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
