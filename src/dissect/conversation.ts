/** What the index of a capture knows of a conversation: everything that is listed before one of them is opened. */
import type { Millis } from '../engine.ts'

export type ConversationKind = 'TCP' | 'UDP' | 'ICMP' | 'ARP' | 'other'

export interface End {
  /** As text; empty where the packets have no addresses. */
  readonly address: string
  /** 0 where there are no ports; the EtherType where there are no addresses. */
  readonly port: number
}

/** A number for each side. */
export interface Both<T = number> {
  readonly client: T
  readonly server: T
}

export interface TcpFacts {
  /** `unanswered`: no SYN ACK came. `refused`: RST came instead. `before`: the capture begins in the middle. */
  readonly opened: 'handshake' | 'unanswered' | 'refused' | 'before'
  /** `half`: only one side sent FIN. Undefined when neither FIN nor RST was seen. */
  readonly closed: 'FIN' | 'half' | 'RST' | undefined
  /** Segments that brought bytes, SYN or FIN again. */
  readonly retransmissions: Both
  /** Segments that came behind later ones, and were not lost. */
  readonly outOfOrder: Both
  /** Bytes that were acknowledged or followed by others, and that the capture does not have. */
  readonly lost: Both
  readonly resets: Both
  /** Segments that said that there is no room. */
  readonly zeroWindows: Both
  readonly keepAlives: Both
}

export interface Conversation {
  /** From 1, in the order in which they began. */
  readonly id: number
  readonly kind: ConversationKind
  readonly client: End
  readonly server: End
  /** As its records have it: `CLIENT:PORT-SERVER:PORT` for TCP. */
  readonly flow: string
  /** By the first bytes, or by the port for UDP: `TLS`, `HTTP`, `DNS`, … */
  readonly protocol: string | undefined
  /** Frames that each side sent, those seen twice counted twice. ICMP errors about segments count for where they come from. */
  readonly frames: Both
  /** Of those frames on the wire, headers and all. */
  readonly wireBytes: Both
  /** What each side said, each byte once. */
  readonly bytes: Both
  /** Frames that were captured before: on another interface, or on their way in and out. */
  readonly copies: number
  readonly start: Millis
  readonly end: Millis
  readonly tcp: TcpFacts | undefined
}
