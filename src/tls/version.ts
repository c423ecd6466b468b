/** What a version of TLS brings with it: its messages, what of them is bound by the transcript, how its records behave. */
import type { Codec, Tagged } from '../wire/codec.ts'
import type { CertificateTypeName } from '../x509/path/trusted.ts'
import { TLS_1_2 } from './messages/registries.table.ts'
import {
  type Bodies12,
  type Bodies12Rsa,
  Handshake,
  handshake12Raw,
  handshake12Rsa,
  handshake12RsaRaw,
} from './messages/tls12.ts'
import { type Bodies13, handshake13 } from './messages/tls13.ts'
import type { TlsVersion } from './types.ts'

/** `B`: what its messages say, by name. */
export interface Version<B> {
  /** As records name it (RFC 9846 5.1: TLS 1.3 calls itself 1.2 there). */
  readonly record: number
  readonly name: TlsVersion
  /** How its handshake messages are read and written. */
  readonly format: Codec<Tagged>
  /** How they are written, where that is another form. */
  readonly written?: Codec<Tagged>
  /** Handshake messages of the peer that its states add to the transcript themselves, or that do not belong there. */
  readonly unbound: ReadonlySet<keyof B>
  /** RFC 9846 6: in TLS 1.3 an alert is fatal whatever level it names. */
  readonly alertLevels: boolean
  /** RFC 9846 5.2: protected records all look like application data. */
  readonly disguised: boolean
}

/** RFC 5246 7.4.8, 7.4.9: who has checked what covers everything before it adds it; a HelloRequest is no part of the handshake (7.4.1.1). */
export const tls12: Version<Bodies12> = {
  record: TLS_1_2,
  name: 'TLS 1.2',
  format: Handshake,
  unbound: new Set<keyof Bodies12>(['CertificateVerify', 'Finished', 'HelloRequest']),
  alertLevels: true,
  disguised: false,
}

/** Where the client encrypts the premaster secret: its ClientKeyExchange has another form, and the server's does not exist. */
export const tls12Rsa: Version<Bodies12Rsa> = {
  ...tls12,
  format: handshake12Rsa.codec,
  unbound: new Set<keyof Bodies12Rsa>(['CertificateVerify', 'Finished', 'HelloRequest']),
}

const FORMATS = {
  ecdhe: { X509: Handshake, RawPublicKey: handshake12Raw.codec },
  rsa: { X509: handshake12Rsa.codec, RawPublicKey: handshake12RsaRaw.codec },
} as const

/** Of what type the certificate of each side is (RFC 7250). */
export interface CertificateTypes {
  readonly server: CertificateTypeName
  readonly client: CertificateTypeName
}

/** TLS 1.2 as the hellos have agreed on it: a Certificate with a raw public key has a form of its own (RFC 7250 3). */
export const tls12For = (
  exchange: keyof typeof FORMATS,
  { server, client }: CertificateTypes,
  side: 'client' | 'server',
): Version<Bodies12> => {
  const [ours, theirs] = side === 'client' ? [client, server] : [server, client]
  return { ...tls12, format: FORMATS[exchange][theirs], written: FORMATS[exchange][ours] }
}

/** RFC 9846 4.5: the hellos are for those to add who choose by them, and what is checked against the transcript adds itself. */
export const tls13: Version<Bodies13> = {
  record: TLS_1_2,
  name: 'TLS 1.3',
  format: handshake13.codec,
  unbound: new Set<keyof Bodies13>([
    'ClientHello',
    'ServerHello',
    'HelloRetryRequest',
    'CertificateVerify',
    'Finished',
    'NewSessionTicket',
    'KeyUpdate',
  ]),
  alertLevels: false,
  disguised: true,
}

/** What is said before there is a version, and in 1.2. */
export type Hellos = Bodies12 & Pick<Bodies13, 'HelloRetryRequest'>

/** Until a version is agreed there are hellos, in one form for all; how they are bound is for those to say who choose. */
export const UNDECIDED: Pick<Version<Hellos>, 'format' | 'unbound' | 'alertLevels'> = {
  format: Handshake,
  unbound: new Set<keyof Hellos>(['ClientHello', 'ServerHello', 'HelloRetryRequest', 'HelloRequest']),
  alertLevels: true,
}
