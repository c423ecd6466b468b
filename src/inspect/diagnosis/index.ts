/** Why an exchange failed, found by looking at it from beside: whose doing it was, and where it can be seen. */
import type { Millis } from '../../engine.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import { httpDiagnosis } from './answers.ts'
import { datagramDiagnosis } from './datagrams.ts'
import { handshakeDiagnosis } from './handshake.ts'
import { neverOpen, neverSpoke, shutWindow, unheard } from './network.ts'
import { overview } from './overview.ts'
import { socksDiagnosis } from './socks.ts'
import { starttlsDiagnosis } from './starttls.ts'
import type { Diagnosis } from './types.ts'

export type { End } from './ends.ts'
export type { Diagnosis, DiagnosisCode } from './types.ts'

/** What is known besides the records of the connection. */
export interface Known {
  /** Milliseconds since 1970 at `at` 0, for the dates of certificates. */
  readonly date?: Millis | undefined
  /** Another connection to the same port was answered in TLS. */
  readonly tlsThere?: boolean | undefined
}

/** What went wrong in one connection, told as in `dissect/types.ts`; undefined where nothing is to be seen that did. */
export const diagnose = (
  records: readonly TraceRecord[],
  { date, tlsThere = false }: Known = {},
): Diagnosis | undefined => {
  const view = overview(records, date)
  return (
    neverOpen(view) ??
    starttlsDiagnosis(view) ??
    socksDiagnosis(view) ??
    handshakeDiagnosis(view) ??
    shutWindow(view) ??
    httpDiagnosis(view, tlsThere) ??
    unheard(view) ??
    neverSpoke(view) ??
    datagramDiagnosis(view)
  )
}
