/** TLS with everything that its messages can say; those of TLS 1.3 as they are below its encryption. */
import { ACK, PSH, SYN } from '../../src/tcp/segment.ts'
import { taggedExtensions } from '../../src/tls/messages/extensions.ts'
import { RETRY_RANDOM } from '../../src/tls/messages/hello.ts'
import { HandshakeType } from '../../src/tls/messages/registries.table.ts'
import { type Bodies12Rsa, handshake12Rsa } from '../../src/tls/messages/tls12.ts'
import { type Bodies13, handshake13 } from '../../src/tls/messages/tls13.ts'
import { PlainRecord } from '../../src/tls/record/format.ts'
import { type Codec, encode, type Tagged } from '../../src/wire/codec.ts'
import { hex } from '../support/bytes.ts'

export type Say = (way: 'there' | 'back', controlBits: number, payload: Uint8Array) => Uint8Array

const NOTHING = new Uint8Array(0)
const filled = (length: number): Uint8Array => new Uint8Array(length).fill(7)
/** CN=test, in DER. */
const NAME = hex('300f310d300b06035504030c0474657374')
const EXTENDED_KEY_USAGE = hex('0603551d25')
/** An OCSP response that says no more than that there is none. */
const NO_RESPONSE = hex('30030a0106')
/** Of a version that nobody knows: tshark would give names of the handshake to what is in one that it knows. */
const TIMESTAMP = filled(60)

const hello = { legacyVersion: 0x0303, random: filled(32), sessionId: NOTHING }
const clientHello = (cipherSuite: number, extensions: Tagged[]) => ({
  ...hello,
  cipherSuites: [cipherSuite],
  compressionMethods: [0],
  extensions,
})
const serverHello = (cipherSuite: number, extensions: Tagged[], random = hello.random) => ({
  ...hello,
  random,
  cipherSuite,
  compressionMethod: 0,
  extensions,
})

/** Says handshake messages by name, each in a record and a segment of its own. */
const speaker =
  <B>(say: Say, codec: Codec<Tagged>) =>
  <N extends keyof B & string>(way: 'there' | 'back', name: N, body: B[N]): Uint8Array => {
    const fragment = encode(codec, { type: HandshakeType.names[name]!, body })
    return say(way, PSH | ACK, encode(PlainRecord, { type: 22, version: 0x0303, fragment }))
  }

const opening = (say: Say): Uint8Array[] => [
  say('there', SYN, NOTHING),
  say('back', SYN | ACK, NOTHING),
  say('there', ACK, NOTHING),
]

/** A handshake in which RSA encrypts the secret, with stapling, a client certificate and a ticket. */
export const rsaHandshake = (say: Say, certificate: Uint8Array): Uint8Array[] => {
  const tell = speaker<Bodies12Rsa>(say, handshake12Rsa.codec)
  const answer = taggedExtensions<'serverHello12'>({
    serverName: {},
    maxFragmentLength: { maxFragmentLength: 2 },
    statusRequest: {},
    signedCertificateTimestamp: { timestamps: [TIMESTAMP] },
    clientCertificateType: { type: 0 },
    encryptThenMac: {},
    sessionTicket: {},
  })
  return [
    ...opening(say),
    tell('there', 'ClientHello', clientHello(0x009c, [])),
    tell('back', 'ServerHello', serverHello(0x009c, answer)),
    tell('back', 'Certificate', { chain: [certificate] }),
    tell('back', 'CertificateStatus', { statusType: 1, response: NO_RESPONSE }),
    tell('back', 'CertificateRequest', { types: [64, 1], schemes: [0x0403], authorities: [NAME] }),
    tell('back', 'ServerHelloDone', {}),
    tell('there', 'ClientKeyExchange', { encryptedPremaster: filled(256) }),
    tell('there', 'CertificateVerify', { scheme: 0x0403, signature: filled(70) }),
    tell('back', 'NewSessionTicket', { lifetimeHint: 7200, ticket: filled(30) }),
  ]
}

const offer = taggedExtensions<'clientHello'>({
  serverName: { names: [{ type: 0, body: 'shop.test' }] },
  maxFragmentLength: { maxFragmentLength: 2 },
  statusRequest: { head: 1, body: { responders: [], extensions: NOTHING } },
  supportedGroups: { groups: [0x11ec, 29] },
  alpn: { protocols: ['h2'] },
  signatureAlgorithms: { schemes: [0x0403] },
  signedCertificateTimestamp: {},
  clientCertificateType: { types: [2, 0] },
  serverCertificateType: { types: [0] },
  padding: { zeros: new Uint8Array(5) },
  compressCertificate: { algorithms: [2, 1] },
  recordSizeLimit: { recordSizeLimit: 16_385 },
  sessionTicket: { ticket: filled(9) },
  earlyData: {},
  supportedVersions: { versions: [0x0304, 0x0303] },
  cookie: { cookie: filled(6) },
  pskKeyExchangeModes: { modes: [1] },
  certificateAuthorities: { authorities: [NAME] },
  postHandshakeAuth: {},
  signatureAlgorithmsCert: { schemes: [0x0804] },
  keyShare: {
    clientShares: [
      { group: 29, keyExchange: filled(32) },
      { group: 23, keyExchange: filled(65) },
    ],
  },
  encryptedClientHello: { data: filled(9) },
  preSharedKey: { identities: [{ identity: filled(7), obfuscatedTicketAge: 5 }], binders: [filled(32)] },
})

/** TLS 1.3 with a HelloRetryRequest and with every message that it has. */
export const handshakeOf13 = (say: Say, certificate: Uint8Array): Uint8Array[] => {
  const tell = speaker<Bodies13>(say, handshake13.codec)
  const retry = taggedExtensions<'helloRetryRequest'>({
    supportedVersions: { version: 0x0304 },
    keyShare: { selectedGroup: 23 },
    cookie: { cookie: filled(6) },
  })
  const answer = taggedExtensions<'serverHello'>({
    supportedVersions: { version: 0x0304 },
    keyShare: { serverShare: { group: 23, keyExchange: filled(65) } },
    preSharedKey: { selectedIdentity: 0 },
  })
  const stapled = taggedExtensions<'certificate'>({
    statusRequest: { statusType: 1, response: NO_RESPONSE },
    signedCertificateTimestamp: { timestamps: [TIMESTAMP] },
  })
  return [
    ...opening(say),
    tell('there', 'ClientHello', clientHello(0x1301, offer)),
    tell('back', 'HelloRetryRequest', serverHello(0x1301, retry, RETRY_RANDOM.slice())),
    tell('there', 'ClientHello', clientHello(0x1301, offer)),
    tell('back', 'ServerHello', serverHello(0x1301, answer)),
    tell('back', 'EncryptedExtensions', {
      extensions: taggedExtensions<'encryptedExtensions'>({
        serverName: {},
        alpn: { protocols: ['h2'] },
        supportedGroups: { groups: [29] },
        maxFragmentLength: { maxFragmentLength: 2 },
        clientCertificateType: { type: 2 },
        recordSizeLimit: { recordSizeLimit: 999 },
        earlyData: {},
      }),
    }),
    tell('back', 'CertificateRequest', {
      context: filled(2),
      extensions: taggedExtensions<'certificateRequest'>({
        signatureAlgorithms: { schemes: [0x0403] },
        oidFilters: { filters: [{ oid: EXTENDED_KEY_USAGE, values: NOTHING }] },
        certificateAuthorities: { authorities: [NAME] },
      }),
    }),
    tell('back', 'Certificate', { context: filled(1), entries: [{ certificate, extensions: stapled }] }),
    tell('back', 'CompressedCertificate', { algorithm: 2, uncompressedLength: 100, compressed: filled(5) }),
    tell('back', 'CertificateVerify', { scheme: 0x0403, signature: filled(70) }),
    tell('back', 'Finished', { verifyData: filled(32) }),
    tell('there', 'EndOfEarlyData', {}),
    tell('back', 'NewSessionTicket', {
      lifetime: 7200,
      ageAdd: 5,
      nonce: filled(2),
      ticket: filled(8),
      extensions: taggedExtensions<'newSessionTicket'>({ earlyData: { maxEarlyDataSize: 16_384 } }),
    }),
    tell('back', 'KeyUpdate', { request: 1 }),
  ]
}
