/**
 * Two byte streams that others had, with gaps in them and secrets beside them: whatever they say, they are told in the same
 * way in whatever pieces they come, and everything that is told lies where it says.
 */

import type { Finding } from '../../../src/dissect/stream/index.ts'
import { streamReader } from '../../../src/dissect/stream/index.ts'
import type { Ending, Side } from '../../../src/dissect/types.ts'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { seeded } from '../../../src/random.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import { ascii, concat, hex, toHex } from '../../support/bytes.ts'
import { tapped } from '../../support/streams.ts'
import { identity } from '../../support/tls.ts'
import type { Look, Target } from '../target.ts'
import { toyCrypto } from '../tls/toy-crypto.ts'

const LABELS = [
  'CLIENT_RANDOM',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_1',
  'SERVER_TRAFFIC_SECRET_1',
]
const ENDINGS: readonly Ending[] = ['FIN', 'RST', 'the capture ends', 'FIN']

/** What happens: the kind in the low bits of the first byte, then a length of two bytes; a gap has nothing behind it. */
type Step =
  | { readonly do: 'data'; readonly from: Side; readonly bytes: Uint8Array }
  | { readonly do: 'gap'; readonly from: Side; readonly length: number }
  | { readonly do: 'secret'; readonly label: string; readonly bytes: Uint8Array }

const HEADER = 3

/** Cuts an input into its first byte and its steps. */
const parts = (input: Uint8Array): Uint8Array[] => {
  const cut = input.length === 0 ? [] : [input.slice(0, 1)]
  for (let at = 1; at < input.length; ) {
    const isGap = (input[at]! & 3) === 2
    const length = ((input[at + 1] ?? 0) << 8) | (input[at + 2] ?? 0)
    const end = Math.min(input.length, at + HEADER + (isGap ? 0 : length))
    cut.push(input.slice(at, end))
    at = end
  }
  return cut
}

const stepOf = (part: Uint8Array): Step => {
  const [kind = 0, high = 0, low = 0] = part
  const bytes = part.slice(HEADER)
  if ((kind & 3) === 3) return { do: 'secret', label: LABELS[(kind >> 2) & 7]!, bytes }
  if ((kind & 3) === 2) return { do: 'gap', from: (kind & 4) === 0 ? 'client' : 'server', length: (high << 8) | low }
  return { do: 'data', from: (kind & 1) === 0 ? 'client' : 'server', bytes }
}

const CRYPTOS = { careful: toyCrypto(1, 'careful'), credulous: toyCrypto(1, 'credulous') } as const
/** The toy's decryption needs no key. */
const SERVER_KEY = Uint8Array.of(1)

interface Told {
  readonly records: readonly TraceRecord[]
  readonly findings: readonly Finding[]
}

const hear = (first: number, steps: readonly Step[], tear: (bytes: Uint8Array) => readonly Uint8Array[]): Told => {
  const crypto = CRYPTOS[(first & 1) === 0 ? 'careful' : 'credulous']
  const secrets = new Map<string, Uint8Array>()
  for (const step of steps) if (step.do === 'secret') secrets.set(step.label, step.bytes)
  const sink = recorder()
  const findings: Finding[] = []
  const reader = streamReader({
    sink,
    flow: 'one',
    secrets: { find: label => secrets.get(label) },
    crypto,
    privateKeys: [SERVER_KEY],
    certificateCoders: nodeCertificateCoders,
    start: 0,
    tell: finding => void findings.push(finding),
  })
  const at: Record<Side, number> = { client: 0, server: 0 }
  for (const [now, step] of steps.entries()) {
    if (step.do === 'secret') continue
    if (step.do === 'gap') {
      reader.gap(step.from, step.length, now)
      at[step.from] += step.length
      continue
    }
    for (const piece of tear(step.bytes)) {
      const lent = piece.slice()
      reader.data(step.from, lent, at[step.from], now)
      lent.fill(0x5a)
      at[step.from] += piece.length
    }
  }
  const how = ENDINGS[(first >> 1) & 3]!
  for (const side of ['client', 'server'] as const) reader.end(side, how, steps.length)
  return { records: sink.records, findings }
}

const inWords = (told: Told): string =>
  JSON.stringify(told, (_, value) => (value instanceof Uint8Array ? toHex(value) : (value as unknown)))

/** What is told lies where it says: in messages that were told before, and within the bytes of its stream. */
const check = ({ records }: Told, sent: Readonly<Record<'in' | 'out', number>>): void => {
  const lengths = new Map<number, number>()
  const fits = (message: number, start: number, end: number): boolean =>
    start >= 0 && start <= end && end <= (lengths.get(message) ?? -1)
  for (const { type, record } of records) {
    if (type === 'verdict' && record.where !== undefined) {
      const { message, start, end } = record.where
      if (!fits(message, start, end)) throw new Error(`${record.check} is about bytes that are not there`)
    }
    if (type !== 'message') continue
    const { id, bytes, carriedBy = [], stream, payload, direction, layer } = record
    lengths.set(id, bytes.length)
    if (stream !== undefined && stream.end - stream.start !== bytes.length)
      throw new Error('another length in the stream')
    if (layer === 'record' && record.flow === 'one' && stream!.end > sent[direction])
      throw new Error('a record behind the end of the stream')
    if (payload !== undefined && payload.at + payload.end - payload.start > bytes.length)
      throw new Error('more in a record than it has')
    if (!carriedBy.every(each => fits(each.message, each.start, each.end))) throw new Error('carried by nothing')
    const carried = carriedBy.reduce((sum, each) => sum + each.end - each.start, 0)
    if (carriedBy.length > 0 && record.name !== 'Certificate' && carried !== bytes.length)
      throw new Error(`${bytes.length} bytes are carried by ${carried}`)
  }
}

export const streams: Target = {
  name: 'streams',
  longest: 4_096,
  parts,
  words: () => [
    ascii('GET / HTTP/1.1\r\n'),
    ascii('HTTP/1.1 200 OK\r\n'),
    ascii('Transfer-Encoding: chunked\r\n'),
    hex('1603030000'),
  ],
  seeds: () => (seeds ??= makeSeeds()),
  describe: input =>
    parts(input)
      .slice(1)
      .map(part => {
        const step = stepOf(part)
        return step.do === 'gap'
          ? `gap ${step.from} ${step.length}`
          : `${step.do} ${'from' in step ? step.from : step.label} ${toHex(step.bytes)}`
      }),
  run(input, look: Look) {
    const first = input[0] ?? 0
    const steps = parts(input).slice(1).map(stepOf)
    const whole = hear(first, steps, bytes => [bytes])
    const sent = { in: 0, out: 0 }
    for (const step of steps) {
      if (step.do === 'secret') continue
      sent[step.from === 'client' ? 'out' : 'in'] += step.do === 'gap' ? step.length : step.bytes.length
    }
    check(whole, sent)
    const random = seeded(input.length).number
    const torn = (bytes: Uint8Array): Uint8Array[] => {
      const pieces: Uint8Array[] = []
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + Math.floor(random() * 40)
        pieces.push(bytes.slice(at, end))
        at = end
      }
      return pieces
    }
    const expected = inWords(whole)
    if (inWords(hear(first, steps, torn)) !== expected) throw new Error('torn it is told in another way')
    if (look.depth === 'thorough') {
      const single = hear(first, steps, bytes => Array.from(bytes, octet => Uint8Array.of(octet)))
      if (inWords(single) !== expected) throw new Error('byte by byte it is told in another way')
    }
    for (const entry of whole.records) look.reached(placeOf(entry))
    for (const found of whole.findings)
      look.reached(
        `${found.about} ${'why' in found ? found.why : 'state' in found ? found.state : 'protocol' in found ? found.protocol : ''}`,
      )
  },
}

/** Names of HTTP are the peers' own words, and without number. */
const placeOf = ({ type, record }: TraceRecord): string => {
  if (type === 'verdict') return `${record.check} ${record.failure?.code ?? record.ok}`
  if (type !== 'message') return type
  return record.layer === 'http' ? `http ${record.direction}` : `${record.layer} ${record.name}`
}

const step = (kind: number, bytes: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(kind, bytes.length >> 8, bytes.length & 0xff), bytes)

const plain = (...said: readonly (readonly [Side, string])[]): Uint8Array =>
  concat(Uint8Array.of(0), ...said.map(([from, text]) => step(from === 'client' ? 0 : 1, ascii(text))))

let seeds: readonly Uint8Array[] | undefined

const GET = 'GET /cart HTTP/1.1\r\nHost: shop.test\r\nCookie: sid=1\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: sid=2; Secure; HttpOnly\r\n\r\nhello'

const makeSeeds = (): readonly Uint8Array[] => [
  plain(['client', GET], ['server', OK], ['client', GET], ['server', OK]),
  plain(
    ['client', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    [
      'server',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n',
    ],
  ),
  plain(
    ['client', 'CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n\r\n'],
    ['server', 'HTTP/1.1 200 Connection established\r\n\r\n'],
    ['client', '\x16\x03\x01\0\x05\x01\0\0\x01\x07'],
    ['server', '\x15\x03\x03\0\x02\x02\x32'],
  ),
  plain(
    ['client', 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['server', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello'],
  ),
  plain(['client', 'GET / HTTP/1.1\nHost: a\n\n'], ['server', 'HTTP/1.0 200\n\nuntil the end']),
  plain(['server', '220 mail.test ESMTP\r\n'], ['client', 'EHLO me\r\n']),
  ...(['TLS 1.2', 'TLS 1.3'] as const).map(seedOf),
]

/** A run of the toy's, with its secrets in front. */
const seedOf = (version: 'TLS 1.2' | 'TLS 1.3'): Uint8Array => {
  const crypto = toyCrypto(2, 'careful')
  const { both, ends, tap, carry } = tapped({ crypto, who: identity(crypto, 'p-256'), versions: [version] })
  both.client.tls.write(ascii(GET), 0)
  carry()
  if (version === 'TLS 1.3') both.server.tls.updateKeys(0)
  both.server.tls.write(ascii(OK), 0)
  carry()
  both.client.tls.close(0)
  carry()
  const secrets = ends.records.flatMap(({ type, record }) =>
    type === 'secret' && record.host === 'client' && LABELS.includes(record.label)
      ? [step(3 | (LABELS.indexOf(record.label) << 2), record.secret)]
      : [],
  )
  return concat(Uint8Array.of(0), ...secrets, ...tap.map(([from, bytes]) => step(from === 'client' ? 0 : 1, bytes)))
}
