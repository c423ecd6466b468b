/** What a version of TLS brings with it: its messages, what of them is bound by the transcript, how its records behave. */
import type { Codec, Tagged } from '../wire/codec.ts'
import { TLS_1_2 } from './messages/registries.table.ts'
import { type Bodies, Handshake } from './messages/tls12.ts'
import type { TlsVersion } from './types.ts'

/** `B`: what its messages say, by name. */
export interface Version<B> {
  /** As records name it (RFC 9846 5.1: TLS 1.3 calls itself 1.2 there). */
  readonly record: number
  readonly name: TlsVersion
  /** How its handshake messages are read and written. */
  readonly format: Codec<Tagged>
  /** Handshake messages of the peer that its states add to the transcript themselves, or that do not belong there. */
  readonly unbound: ReadonlySet<keyof B>
  /** RFC 9846 6: in TLS 1.3 an alert is fatal whatever level it names. */
  readonly alertLevels: boolean
}

/** RFC 5246 7.4.8, 7.4.9: who has checked what covers everything before it adds it; a HelloRequest is no part of the handshake (7.4.1.1). */
export const tls12: Version<Bodies> = {
  record: TLS_1_2,
  name: 'TLS 1.2',
  format: Handshake,
  unbound: new Set<keyof Bodies>(['CertificateVerify', 'Finished', 'HelloRequest']),
  alertLevels: true,
}

/** Until a version is agreed there are hellos, in one form for all; how they are bound is for those to say who choose. */
export const UNDECIDED: Pick<Version<Bodies>, 'format' | 'unbound' | 'alertLevels'> = {
  format: Handshake,
  unbound: new Set<keyof Bodies>(['ClientHello', 'ServerHello', 'HelloRequest']),
  alertLevels: true,
}
