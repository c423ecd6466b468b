/** What a timeline is made of; `timeline.ts` makes one of what engines said. */
import type { Span } from './own-work.ts'

export type RowKey =
  | 'name'
  | 'tried'
  | 'arp'
  | 'tcp'
  | 'tls'
  | 'resumed'
  | 'who'
  | 'why'
  | 'offer'
  | 'request'
  | 'wait'
  | 'answer'
  | 'cookie'
  | 'cache'
  | 'hsts'
  | 'close'

export interface TimelineRow {
  readonly key: RowKey
  readonly label: string
  /** 1: about the row above. */
  readonly level: 0 | 1
  readonly what: string
  readonly note: string
  /** Milliseconds from the beginning of the exchange; undefined where time says nothing. */
  readonly span?: Span | undefined
  /** Stretches of the span in which nobody waited for anybody else: our own work. */
  readonly ours: readonly Span[]
  readonly ok: boolean
}

export interface Timeline {
  readonly rows: readonly TimelineRow[]
  /** Milliseconds from the first to the last thing that happened. */
  readonly total: number
  readonly counts: {
    readonly messages: number
    readonly frames: number
    readonly segments: number
    /** TLS records. */
    readonly records: number
    /** Reads and writes where the system's TCP makes the segments, out of our sight. */
    readonly transfers: number
    readonly retransmitted: number
  }
}

/** What the caller knows and the trace does not say; each fact replaces what would be read from the trace. */
export interface TimelineFacts {
  /** Whose eyes; default: whoever spoke first. */
  readonly host?: string | undefined
  readonly flow?: string | undefined
  readonly name?:
    | { readonly asked: string; readonly address: string; readonly from: string; readonly took?: number }
    | undefined
  readonly tcp?: { readonly local: string; readonly remote: string } | undefined
  readonly tls?:
    | {
        readonly version: string
        readonly suite: string
        /** Undefined: a session was resumed. */
        readonly group: string | undefined
        readonly alpn: string | undefined
        readonly resumed: boolean
        /** What both ends call the key from elsewhere that the other side has shown to have; undefined: none. */
        readonly externalKey?: string | undefined
        /** What became of the client's early data; undefined: there was none. */
        readonly earlyData?: 'accepted' | 'rejected' | undefined
      }
    | undefined
  /** What was chosen from, and the client's fingerprint: labels, and what stands beside them. */
  readonly offer?: readonly (readonly [label: string, what: string])[]
  /** `CN=shop.test, EC P-256` */
  readonly who?: string | undefined
  /** `barewire CA of dev@host` */
  readonly trustedThrough?: string | undefined
  /** When the run was stopped: what was not answered was waited for until then. */
  readonly until?: number | undefined
  /** Bytes of each answer's body, in order: as delivered and as they came. */
  readonly bodies?: readonly { readonly length: number; readonly onTheWire: number }[]
}
