/** What both hellos together say in TLS 1.3, and what the states of a client add to it, one after the other. */
import type { GroupName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import type { Offer } from '../hello/offer.ts'
import type { ExtensionsIn } from '../messages/extensions.ts'
import type { FinishedVerified, Fresh, KnowsKey, Resumed } from '../proofs.ts'
import type { ExternalKey } from '../session/external-key.ts'
import type { SessionFacts } from '../session/session.ts'
import type { Suite13 } from '../suites.table.ts'
import type { CertificateTypes } from '../version.ts'
import type { HandshakeKeys, TrafficKeys } from './handshake-keys.ts'

export interface Agreed {
  readonly offer: Offer
  readonly suite: Suite13
  readonly group: GroupName
  readonly keys: HandshakeKeys
  /** The session that the server goes on with. */
  readonly resumed: SessionFacts | undefined
  /** The key from elsewhere that the server has chosen, or that `resumed` began with. */
  readonly external: ExternalKey | undefined
}

/** What the server takes of the offer. */
export type Taken = ExtensionsIn<'encryptedExtensions'>

export interface Answered extends Agreed {
  readonly taken: Taken
  /** What both sides show. */
  readonly types: CertificateTypes
}

export type Request = ExtensionsIn<'certificateRequest'>

export interface Asked extends Answered {
  /** Undefined: the server does not want to know who we are. */
  readonly request: Request | undefined
}

/** The server's identity, checked. */
export interface Peer {
  readonly trusted: ChainTrusted
  readonly key: { readonly type: string; readonly group: number | undefined }
  readonly chain: readonly Bytes[]
}

export interface Proven extends Asked {
  /** A key: the server's Finished will show that it has it. */
  readonly server: Fresh | Resumed | ExternalKey
  readonly peerChain: readonly Bytes[]
}

/** All that the server had to say. */
export interface Heard extends Omit<Proven, 'server'> {
  readonly server: Fresh | Resumed | KnowsKey
  readonly finished: FinishedVerified
  readonly traffic: TrafficKeys
}
