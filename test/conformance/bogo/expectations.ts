/** What the runner expects of a connection that is established. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Established } from '../../../src/tls/index.ts'
import { CertificateType, CipherSuite, NamedGroup } from '../../../src/tls/messages/registries.table.ts'
import { factsOf } from '../../../src/tls/session/session.ts'
import { certificatesIn } from '../../../src/x509/files/pem.ts'
import { sctsIn } from './credentials.ts'
import type { Flags } from './flags.ts'
import type { Memory } from './memory.ts'
import type { Observer } from './observer.ts'

export interface Situation {
  readonly flags: Flags
  readonly resumption: boolean
  readonly memory: Memory
}

interface Showing extends Situation {
  /** Of the credentials in the flags, the one that was shown. */
  readonly shown: number | undefined
}

/** What is not as expected, or undefined. */
export const checked = (got: Established, situation: Showing, seen: Observer): string | undefined => {
  for (const [name, pair] of EXPECTATIONS) {
    const { expected, value } = pair(got, situation, seen)
    if (expected === undefined || text(expected) === text(value)) continue
    return `${name}: wanted ${text(expected)}, got ${text(value)}`
  }
  return undefined
}

/** What a client must have got for the next connection, and what it must not have. */
export const leftBehind = (got: Established, { flags, memory }: Situation): string | undefined => {
  if (flags.has('server')) return undefined
  // Tickets of TLS 1.3 come when they come: perhaps behind our goodbye.
  if (got.version === 'TLS 1.3' && flags.has('shim-shuts-down')) return undefined
  const wanted =
    !flags.has('expect-no-session') && (got.version === 'TLS 1.3' || !got.resumed || flags.has('expect-ticket-renewal'))
  if ((memory.session !== undefined) === wanted) {
    const early = memory.session !== undefined && factsOf(memory.session).maxEarlyData > 0
    if (got.version === 'TLS 1.2' || !wanted || early === flags.has('expect-ticket-supports-early-data'))
      return undefined
    return `new session did${early ? '' : ' not'} support early data, but we expected the opposite`
  }
  return `new session was${wanted ? ' not' : ''} cached, but we expected the opposite`
}

const text = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : `${value}`)

type Pair = { readonly expected: unknown; readonly value: unknown }
type Expectation = (got: Established, situation: Showing, seen: Observer) => Pair

/** True when the flag is there, and then it must be so; without it nothing is expected. */
const yes = (flags: Flags, name: string): true | undefined => (flags.has(name) ? true : undefined)

const EXPECTATIONS: readonly (readonly [string, Expectation])[] = [
  ['version', (got, { flags }) => ({ expected: flags.number('expect-version'), value: VERSIONS[got.version] })],
  ['cipher', (got, { flags }) => ({ expected: flags.number('expect-cipher'), value: CipherSuite.names[got.suite] })],
  [
    'cipher with hardware for AES',
    (got, { flags }) => ({ expected: flags.number('expect-cipher-aes'), value: CipherSuite.names[got.suite] }),
  ],
  [
    'group',
    (got, { flags }) => ({ expected: flags.number('expect-curve-id'), value: NamedGroup.names[got.group ?? ''] }),
  ],
  ['server name', (got, { flags }) => ({ expected: flags.text('expect-server-name'), value: got.serverName })],
  [
    'application protocol',
    (got, { flags }) => ({
      expected: flags.text(flags.has('server') ? 'select-alpn' : 'expect-alpn') ?? '',
      value: got.alpn ?? '',
    }),
  ],
  [
    'resumption',
    (got, { flags, resumption }) => ({ expected: resumption && !flags.has('expect-session-miss'), value: got.resumed }),
  ],
  [
    'signature of the peer',
    (got, { flags }, seen) => ({
      // Who resumes a session signs nothing.
      expected: got.resumed ? undefined : flags.number('expect-peer-signature-algorithm'),
      value: peerScheme(seen),
    }),
  ],
  [
    'extended master secret',
    (got, { flags }, seen) => ({
      expected: yes(flags, 'expect-extended-master-secret'),
      value: got.version === 'TLS 1.3' || answered(seen, EXTENDED_MASTER_SECRET),
    }),
  ],
  [
    'secure renegotiation',
    (got, { flags }, seen) => ({
      expected: yes(flags, 'expect-secure-renegotiation'),
      value: got.version === 'TLS 1.3' || answered(seen, RENEGOTIATION_INFO),
    }),
  ],
  [
    'no secure renegotiation',
    (_, { flags }, seen) => ({
      expected: yes(flags, 'expect-no-secure-renegotiation'),
      value: !answered(seen, RENEGOTIATION_INFO),
    }),
  ],
  [
    "the peer's chain",
    (got, { flags }) => {
      const file = flags.text('expect-peer-cert-file')
      const chain = file === undefined ? undefined : certificatesIn(new Uint8Array(readFileSync(file)))
      return { expected: chain?.map(text), value: got.peerChain.map(text) }
    },
  ],
  [
    'type of the certificate',
    (got, { flags }) => ({
      expected: flags.number('expect-peer-certificate-type'),
      value: CertificateType.names[got.peerCertificateType],
    }),
  ],
  [
    'raw public key',
    (got, { flags }) => ({
      expected: flags.bytes('expect-peer-rpk-sha256'),
      value: createHash('sha256')
        .update(got.peerChain[0] ?? new Uint8Array(0))
        .digest(),
    }),
  ],
  [
    'no chain of the peer',
    (got, { flags }) => ({ expected: yes(flags, 'expect-no-peer-cert'), value: got.peerChain.length === 0 }),
  ],
  [
    'a chain of the client',
    (got, { flags }) => ({ expected: yes(flags, 'require-any-client-certificate'), value: got.peerChain.length > 0 }),
  ],
  [
    'OCSP response',
    (_, { flags, memory }) => ({
      expected: flags.bytes('expect-ocsp-response'),
      value: memory.evidence.ocsp ?? new Uint8Array(0),
    }),
  ],
  [
    'SCTs',
    (_, { flags, memory }) => {
      const list = flags.bytes('expect-signed-cert-timestamps')
      return { expected: list && sctsIn(list).map(text), value: memory.evidence.scts?.map(text) ?? [] }
    },
  ],
  [
    'early data',
    (got, { flags }) => ({
      expected: flags.has('expect-accept-early-data')
        ? 'accepted'
        : flags.has('expect-reject-early-data')
          ? 'not accepted'
          : undefined,
      value: got.earlyData === 'accepted' ? 'accepted' : 'not accepted',
    }),
  ],
  [
    'no early data',
    (_, { flags }, seen) => ({
      expected: yes(flags, 'expect-no-offer-early-data'),
      value: !offersEarly(seen),
    }),
  ],
  [
    'credential',
    (_, { flags, shown }) => ({ expected: flags.number('expect-selected-credential'), value: shown ?? -1 }),
  ],
  [
    'authorities',
    (_, { flags }, seen) => ({
      expected: flags.text('expect-client-ca-list')?.replace(/^<.*>$/, ''),
      value: authorities(seen),
    }),
  ],
  [
    'kinds of certificates',
    (_, { flags }, seen) => ({
      expected: flags.bytes('expect-certificate-types'),
      value: Uint8Array.from((seen.body('in', 'CertificateRequest')?.types as number[] | undefined) ?? []),
    }),
  ],
  ['HelloRetryRequest', (_, { flags }, seen) => ({ expected: yes(flags, 'expect-hrr'), value: seen.retried })],
  ['no HelloRetryRequest', (_, { flags }, seen) => ({ expected: yes(flags, 'expect-no-hrr'), value: !seen.retried })],
]

const VERSIONS: Readonly<Record<Established['version'], number>> = { 'TLS 1.2': 0x0303, 'TLS 1.3': 0x0304 }
const EXTENDED_MASTER_SECRET = 23
const RENEGOTIATION_INFO = 0xff01
export const EARLY_DATA = 42
/** certificate_authorities, where TLS 1.3 has them. */
const AUTHORITIES = 47

interface Extension {
  readonly type: number
  readonly body: unknown
}

const offered = (seen: Observer, extension: number): boolean =>
  ((seen.body('out', 'ClientHello')?.extensions as Extension[] | undefined) ?? []).some(
    ({ type }) => type === extension,
  )

export const offersEarly = (seen: Observer): boolean => offered(seen, EARLY_DATA)

/** Whether the server's hello has this extension, whichever side is ours. */
const answered = (seen: Observer, extension: number): boolean => {
  const hello = seen.body('in', 'ServerHello') ?? seen.body('out', 'ServerHello')
  return ((hello?.extensions as Extension[] | undefined) ?? []).some(({ type }) => type === extension)
}

/** In 1.2 the server's signature lies behind the parameters of the key exchange. */
const peerScheme = (seen: Observer): unknown =>
  (seen.body('in', 'CertificateVerify') ?? seen.body('in', 'ServerKeyExchange'))?.scheme

const authorities = (seen: Observer): string => {
  const request = seen.body('in', 'CertificateRequest')
  const inList = ((request?.extensions as Extension[] | undefined) ?? []).find(({ type }) => type === AUTHORITIES)
  const found = request?.authorities ?? (inList?.body as { authorities?: unknown } | undefined)?.authorities
  return ((found as Uint8Array[] | undefined) ?? []).map(text).join(',')
}
