/** What may be found out about an exchange by looking at it from beside. */
import type { FailureCode } from '../../failures/index.ts'
import type { Carrier, MessageRecord } from '../../trace/types.ts'
import type { End } from './ends.ts'

/** An answer that says no has no code of its own: it is no failure of HTTP. */
export type DiagnosisCode = FailureCode | 'http/status'

export interface Diagnosis {
  readonly code: DiagnosisCode
  /** Where something has to change. */
  readonly side: End | 'network'
  /** Who gave up; undefined where nobody did. */
  readonly by?: End | undefined
  /** `likely`: what was seen fits several causes, and this is the one that it mostly has. */
  readonly certainty: 'seen' | 'likely'
  readonly got?: string | undefined
  readonly expected?: string | undefined
  /** What of a message it is about: a cookie. */
  readonly where?: string | undefined
  /** An alert, a status, milliseconds: what the code counts. */
  readonly number?: number | undefined
  /** Where it can be seen. */
  readonly at?: Carrier | undefined
}

/** All of a message, as a place. */
export const placeOf = (message: MessageRecord | undefined): Carrier | undefined =>
  message === undefined ? undefined : { message: message.id, start: 0, end: message.bytes.length }

/** Milliseconds that everybody waits: who goes earlier was not kept waiting, who goes later had no more patience. */
export const PATIENCE = 1_000

/** What an alert weighs in a record of TLS 1.3: header, level, number, type and tag. */
const ALERT_RECORD = 5 + 2 + 1 + 16
/** Java pads each of its records with so many zeros. */
const JAVA_PADDING = 16
/** The lightest Finished, with the hash of SHA-256, is heavier by 18 bytes, and padded as the alert is. */
export const LONGEST_ALERT = ALERT_RECORD + JAVA_PADDING
export const isAlertRecord = ({ bytes }: MessageRecord): boolean =>
  bytes.length === ALERT_RECORD || bytes.length === LONGEST_ALERT
