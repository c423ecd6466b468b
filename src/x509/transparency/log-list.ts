/**
 * Lists of logs as browsers publish them (JSON, version 3 of the schema: https://www.gstatic.com/ct/log_list/v3/): which
 * logs there are, whose they are, with which key and since when they count. What is needed is read strictly, the rest left.
 */
import { DerError } from '../../asn1/der.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { hexText, latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import { type PublicKey, readPublicKey } from '../certificate/public-key.ts'
import type { Signer } from '../path/work.ts'

/** The list of all logs that ever were has 300 kB. */
export const MAX_LOG_LIST_SIZE: number = 4 * 1024 * 1024
/** There are some hundred, a shard for each half year. */
export const MAX_LOGS = 2000

/** https://googlechrome.github.io/CertificateTransparency/log_states.html */
export type LogStateName = 'pending' | 'qualified' | 'usable' | 'readonly' | 'retired' | 'rejected'

export interface CertificateLog {
  /** SHA-256 of its key, in hex (RFC 6962 3.2). */
  readonly id: string
  readonly name: string
  readonly operator: string
  /** Who ran it before, and until when, the earliest first. */
  readonly previousOperators: readonly { readonly name: string; readonly until: Millis }[]
  readonly key: Signer
  /** Undefined: the list says nothing of it, and nothing follows from its timestamps. */
  readonly state: { readonly name: LogStateName; readonly since: Millis } | undefined
  /** When certificates must end for it to take them: the first moment that is within, and the first that is not. */
  readonly interval: { readonly from: Millis; readonly until: Millis } | undefined
  /** `tiled`: read by the static API of c2sp.org/static-ct-api, and not by that of RFC 6962. */
  readonly kind: 'rfc6962' | 'tiled'
}

export interface LogList {
  /** When it was made; undefined where it does not say. */
  readonly at: Millis | undefined
  /** By their ids. */
  readonly logs: ReadonlyMap<string, CertificateLog>
}

/** `json` in UTF-8. What is wrong with it comes back as `ca/log-list` with the place in it. */
export const readLogList = (json: Bytes | string, crypto: CryptoProvider): LogList | Failure => {
  try {
    return listIn(parsed(json), crypto)
  } catch (error) {
    if (error instanceof Wrong) return fail('ca/log-list', { where: error.where, got: error.message })
    throw error
  }
}

/** Says where in the list, and what. */
class Wrong extends Error {
  readonly where: string
  constructor(where: string, message: string) {
    super(message)
    this.where = where
  }
}

const parsed = (json: Bytes | string): unknown => {
  if (json.length > MAX_LOG_LIST_SIZE) throw new Wrong('The list', `is longer than ${MAX_LOG_LIST_SIZE} bytes`)
  try {
    return JSON.parse(typeof json === 'string' ? json : new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch {
    throw new Wrong('The list', 'is not JSON')
  }
}

const listIn = (json: unknown, crypto: CryptoProvider): LogList => {
  const list = objectIn(json, 'The list')
  const logs = new Map<string, CertificateLog>()
  for (const [i, each] of arrayIn(list.operators, 'operators').entries()) {
    const where = `operators[${i}]`
    const entry = objectIn(each, where)
    const operator = textIn(entry.name, `${where}.name`)
    for (const kind of ['rfc6962', 'tiled'] as const) {
      const member = kind === 'tiled' ? 'tiled_logs' : 'logs'
      for (const [j, one] of arrayIn(entry[member] ?? [], `${where}.${member}`).entries()) {
        const place = `${where}.${member}[${j}]`
        const log = logIn(objectIn(one, place), place, { operator, kind }, crypto)
        if (logs.has(log.id)) throw new Wrong(place, 'is a log that the list has already')
        if (logs.size >= MAX_LOGS) throw new Wrong(place, `is more than ${MAX_LOGS} logs`)
        logs.set(log.id, log)
      }
    }
  }
  const { log_list_timestamp: at } = list
  return { at: at === undefined ? undefined : timeIn(at, 'log_list_timestamp'), logs }
}

type Members = Readonly<Record<string, unknown>>

const logIn = (
  log: Members,
  where: string,
  { operator, kind }: Pick<CertificateLog, 'operator' | 'kind'>,
  crypto: CryptoProvider,
): CertificateLog => {
  const spki = octetsIn(log.key, `${where}.key`)
  const id = hexText(crypto.digest('sha256', spki))
  if (hexText(octetsIn(log.log_id, `${where}.log_id`)) !== id) throw new Wrong(`${where}.log_id`, 'is of another key')
  const name = log.description ?? log.url ?? log.submission_url
  return {
    id,
    name: name === undefined ? id : textIn(name, `${where}.description`),
    operator,
    previousOperators: arrayIn(log.previous_operators ?? [], `${where}.previous_operators`)
      .map((one, i) => {
        const place = `${where}.previous_operators[${i}]`
        const previous = objectIn(one, place)
        return { name: textIn(previous.name, `${place}.name`), until: timeIn(previous.end_time, `${place}.end_time`) }
      })
      .sort((a, b) => a.until - b.until),
    key: { spki, publicKey: keyIn(spki, `${where}.key`, crypto), keyIdentity: latin1Text(spki) },
    state: log.state === undefined ? undefined : stateIn(objectIn(log.state, `${where}.state`), `${where}.state`),
    interval: log.temporal_interval === undefined ? undefined : intervalIn(log.temporal_interval, where),
    kind,
  }
}

/** RFC 6962 2.1.4: P-256, or RSA of at least 2048 bits. */
const keyIn = (spki: Uint8Array, where: string, crypto: CryptoProvider): PublicKey => {
  try {
    const key = readPublicKey(spki)
    const fits = (key.type === 'ecdsa' && key.curve === 'p-256') || (key.type === 'rsa' && key.bits >= 2048)
    if (fits && crypto.isPublicKey(spki)) return key
  } catch (error) {
    if (!(error instanceof DerError)) throw error
  }
  throw new Wrong(where, 'is not a key that a log may have (RFC 6962 2.1.4)')
}

const STATES: readonly LogStateName[] = ['pending', 'qualified', 'usable', 'readonly', 'retired', 'rejected']

const stateIn = (state: Members, where: string): NonNullable<CertificateLog['state']> => {
  const [name, ...others] = Object.keys(state)
  const known = STATES.find(one => one === name)
  if (known === undefined || others.length > 0) throw new Wrong(where, `is not one of ${STATES.join(', ')}`)
  return { name: known, since: timeIn(objectIn(state[known], `${where}.${known}`).timestamp, `${where}.${known}`) }
}

const intervalIn = (json: unknown, log: string): NonNullable<CertificateLog['interval']> => {
  const where = `${log}.temporal_interval`
  const interval = objectIn(json, where)
  const from = timeIn(interval.start_inclusive, `${where}.start_inclusive`)
  const until = timeIn(interval.end_exclusive, `${where}.end_exclusive`)
  if (!(from < until)) throw new Wrong(where, 'ends before it begins')
  return { from, until }
}

const objectIn = (json: unknown, where: string): Members => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Wrong(where, 'is not an object')
  return json as Members
}

const arrayIn = (json: unknown, where: string): readonly unknown[] => {
  if (!Array.isArray(json)) throw new Wrong(where, 'is not an array')
  return json
}

const textIn = (json: unknown, where: string): string => {
  if (typeof json !== 'string' || json === '') throw new Wrong(where, 'is not a text')
  return json
}

const octetsIn = (json: unknown, where: string): Uint8Array => {
  try {
    const octets = latin1Bytes(atob(textIn(json, where)))
    if (octets.length > 0) return octets
  } catch (error) {
    if (error instanceof Wrong) throw error
  }
  throw new Wrong(where, 'is not base64')
}

/** RFC 3339 in UTC, as the schema has it. */
const timeIn = (json: unknown, where: string): Millis => {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(textIn(json, where))
    ? Date.parse(String(json))
    : Number.NaN
  if (Number.isNaN(at)) throw new Wrong(where, 'is not a time such as 2026-01-31T00:00:00Z')
  return at
}
