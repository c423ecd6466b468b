/**
 * Certificate Transparency (RFC 6962): what is demanded of the timestamps with which logs promise to show a certificate to
 * everybody, and what comes out. `judgement.ts` checks them, `policies.table.ts` says how many must be good.
 */
import type { Millis } from '../../engine.ts'
import type { LogList } from './log-list.ts'

/** How timestamps came: within the certificate, in the TLS handshake, in an OCSP answer (RFC 6962 3.3). */
export type TimestampSource = 'certificate' | 'tls' | 'ocsp'

/** Why a timestamp does not count. */
export type TimestampFault =
  | 'malformed'
  /** Of a log that is not in the list. */
  | 'unknown-log'
  /** The list has the log, and does not say that its timestamps count: it is pending or rejected, or has no state. */
  | 'log-not-accepted'
  /** The log was retired before any of the certificate's timestamps was made, or this one did not come in the certificate. */
  | 'log-retired'
  /** From a moment that is still to come. */
  | 'not-yet'
  /** The log takes certificates that end at another time. */
  | 'out-of-interval'
  /** Not by the kind of signature that the log's key makes (RFC 6962 2.1.4). */
  | 'algorithm'
  | 'signature'
  /** Whose key signed the certificate, which the log has signed too, is not known. */
  | 'no-issuer'
  /** There were so many that this one was not looked at. */
  | 'too-many'

export interface TimestampFinding {
  readonly source: TimestampSource
  /** SHA-256 of the log's key, in hex; undefined for what cannot be read. */
  readonly logId: string | undefined
  /** As the list calls it; undefined for a log that it has not. */
  readonly log: string | undefined
  /** Who ran the log when it made the timestamp. */
  readonly operator: string | undefined
  /** When the log took the certificate; undefined for what cannot be read. */
  readonly at: Millis | undefined
  /** Undefined: it counts. */
  readonly fault: TimestampFault | undefined
}

/** What is known of a chain's timestamps. */
export type TransparencyState =
  /** No list of logs was given. */
  | { readonly status: 'not-checked' }
  | {
      readonly status: 'checked'
      readonly policy: TransparencyPolicyName
      readonly timestamps: readonly TimestampFinding[]
      /** When the list of logs was made; undefined where it does not say. */
      readonly listed: Millis | undefined
      /** Undefined where the policy demands nothing. */
      readonly complies: boolean | undefined
    }

/**
 * `off`: timestamps are checked and told, and nothing follows from it. `chromium`: as many must be good as Chrome demands
 * of public certificates: see `policies.table.ts`.
 */
export type TransparencyPolicyName = 'off' | 'chromium'

export interface TransparencyDemands {
  /** From `readLogList`. */
  readonly logs: LogList
  /** `off` where undefined. Private authorities log nothing: anything else is for public ones. */
  readonly policy?: TransparencyPolicyName | undefined
}
