/** A log of Certificate Transparency in memory (RFC 6962): for certificates with timestamps that are right, or wrong on purpose. */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { latin1Text } from '../wire/bytes.ts'
import { encode } from '../wire/codec.ts'
import { signedCertificateTimestamp } from '../x509/certificate/sct.ts'
import type { LogStateName } from '../x509/transparency/log-list.ts'
import { type LogEntry, type Precertificate, signedEntry } from '../x509/transparency/signed-entry.ts'

export interface CertificateLogOptions {
  readonly crypto: CryptoProvider
  /** The date, asked for each timestamp. */
  readonly now: () => Millis
  readonly name: string
  /** Who runs it; the name where undefined. */
  readonly operator?: string | undefined
  /** P-256 where undefined. */
  readonly key?: 'p-256' | 'rsa-2048' | undefined
}

/** What a list says of a log besides its key and names. */
export interface LogListing {
  /** `usable` where undefined. */
  readonly state?: LogStateName | undefined
  /** Since when it is in that state; 2020 where undefined. */
  readonly since?: Millis | undefined
  /** When the certificates must end that it takes. */
  readonly interval?: { readonly from: Millis; readonly until: Millis } | undefined
  /** Those who ran it before. */
  readonly before?: readonly { readonly operator: string; readonly until: Millis }[] | undefined
}

export interface LabLog {
  readonly name: string
  readonly operator: string
  /** SHA-256 of its key. */
  readonly id: Bytes
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes
  /** A timestamp for what will be signed: `issue({ logs: [log.promise] })`. */
  readonly promise: (precertificate: Precertificate) => Uint8Array
  /** One for a certificate that is there (DER): servers bring it in the handshake, responders in their answers. */
  readonly promiseFor: (certificate: Bytes) => Uint8Array
}

export const certificateLog = ({
  crypto,
  now,
  name,
  operator = name,
  key = 'p-256',
}: CertificateLogOptions): LabLog => {
  const { spki, pkcs8 } = crypto.generateKeyPair(key)
  const id = crypto.digest('sha256', spki)
  const timestampFor = (entry: LogEntry): Uint8Array => {
    const promise = { version: 0, timestamp: now(), extensions: new Uint8Array(0) }
    const signature = crypto.sign(
      { key: key === 'p-256' ? 'ecdsa' : 'rsa-pkcs1', hash: 'sha256' },
      pkcs8,
      signedEntry(promise, entry, crypto),
    )
    const algorithm = key === 'p-256' ? 0x0403 : 0x0401
    return encode(signedCertificateTimestamp, { ...promise, logId: id, algorithm, signature })
  }
  return {
    id,
    name,
    operator,
    publicKey: spki,
    promise: precertificate => timestampFor({ type: 'precert_entry', ...precertificate }),
    promiseFor: certificate => timestampFor({ type: 'x509_entry', certificate }),
  }
}

/** A list of logs in JSON as browsers have it (version 3), made at `at`; `readLogList` reads it. */
export const logListOf = (logs: readonly (LabLog | readonly [LabLog, LogListing])[], at: Millis): string => {
  const operators = new Map<string, object[]>()
  for (const one of logs) {
    const [log, listing]: readonly [LabLog, LogListing] = isListed(one) ? one : [one, {}]
    const own = operators.get(log.operator) ?? []
    own.push(entryOf(log, listing))
    operators.set(log.operator, own)
  }
  const list = {
    version: '1.0',
    log_list_timestamp: dateOf(at),
    operators: [...operators].map(([name, own]) => ({ name, email: [], logs: own, tiled_logs: [] })),
  }
  return JSON.stringify(list, undefined, 2)
}

const isListed = (one: LabLog | readonly [LabLog, LogListing]): one is readonly [LabLog, LogListing] =>
  Array.isArray(one)

const entryOf = (
  log: LabLog,
  { state = 'usable', since = Date.UTC(2020, 0), interval, before }: LogListing,
): object => ({
  description: log.name,
  log_id: btoa(latin1Text(log.id)),
  key: btoa(latin1Text(log.publicKey)),
  mmd: 86_400,
  state: { [state]: { timestamp: dateOf(since) } },
  ...(interval === undefined
    ? {}
    : { temporal_interval: { start_inclusive: dateOf(interval.from), end_exclusive: dateOf(interval.until) } }),
  ...(before === undefined
    ? {}
    : { previous_operators: before.map(({ operator, until }) => ({ name: operator, end_time: dateOf(until) })) }),
})

const dateOf = (at: Millis): string => new Date(at).toISOString()
