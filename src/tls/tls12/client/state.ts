/** What the states of a client of TLS 1.2 have in common, and what one hands to the next. */
import type { Bytes } from '../../../engine.ts'
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import type { ClientNegotiated } from '../../hello/negotiated.ts'
import type { Message } from '../../messages/message.ts'
import type { Fresh, Resumed, SecretEncrypted, SignatureValid } from '../../proofs.ts'
import type { RecordProtection } from '../../record/protection.ts'
import type { clientStates } from '../../roles.table.ts'
import type { Secret } from '../../secret.ts'
import type { Context } from '../../states.ts'

export type Table = typeof clientStates

/** RFC 5246 7.4.1.1: a HelloRequest "will be ignored by the client if the client is currently negotiating". */
export abstract class ClientState {
  HelloRequest(context: Context): this {
    context.refuseRenegotiation()
    return this
  }
}

/** The server's identity, checked. */
export interface Peer {
  readonly trusted: ChainTrusted
  readonly keyType: string
  readonly chain: readonly Bytes[]
}

/** Everything that the server's flight has told. */
export interface Flight {
  readonly negotiated: ClientNegotiated
  readonly peer: Peer
  readonly certificate: Message<'Certificate'>
  /** Undefined: we choose the secret, and encrypt it. */
  readonly share: SignedShare | undefined
}

/** What the server brings to the exchange over a group. */
export interface SignedShare {
  readonly exchange: Message<'ServerKeyExchange'>
  readonly group: ClientNegotiated['offer']['groups'][number]
  readonly proof: SignatureValid
}

/** Both sides have the keys. */
export interface Keyed {
  readonly negotiated: ClientNegotiated
  /** Where RSA encrypted the secret only the Finished shows that the server has the key. */
  readonly server: Fresh | Resumed | SecretEncrypted
  readonly peerChain: readonly Bytes[]
  /** Of the key exchange; undefined where there was none. */
  readonly group: string | undefined
  /** What the server has given for the next time. */
  readonly ticket?: { readonly bytes: Bytes; readonly lifetime: number } | undefined
  readonly master: Secret
  readonly reads: RecordProtection
  readonly writes: RecordProtection
}
