/** The engines of TLS: a script between a live peer and the tested side, and what must hold whatever the script does. */

import { FailureError } from '../../../src/failures/index.ts'
import { seeded } from '../../../src/random.ts'
import type { TlsConnection } from '../../../src/tls/types.ts'
import { ascii, concat, hex, toHex } from '../../support/bytes.ts'
import { recordsOf } from '../../support/tls.ts'
import type { Look, Target } from '../target.ts'
import { Duel } from '../tls/duel.ts'
import { type Player, type Step, TEARINGS, torn } from '../tls/player.ts'
import { describeScript, giving, type OperationName, operation, parts, readScript, type Script } from '../tls/script.ts'
import { beliefOf, EARLY, type Side, tested } from '../tls/setup.ts'

/** What a side may say besides what it was told to write: a flight with a chain, answers to requests, an alert. */
const MOST_SENT = 16_384
/** What a side may hold, in bytes: 128 KB wait for an answer, 64 KB of a message, and room for the rest. */
const MOST_HELD = 320 * 1_024
/** How often memory is measured before it counts as held. */
const LOOKS = 20
/** Longer tapes are not played byte by byte. */
const MOST_SINGLE_BYTES = 16_384

export const tlsEngine = (side: Side): Target => ({
  name: `tls/${side}`,
  longest: 1_024,
  parts,
  seeds: () => seeds,
  describe: describeScript,
  run: (input, look) => check(side, readScript(input), look),
})

const check = (side: Side, script: Script, look: Look): void => {
  const duel = new Duel(side, script)
  const { own } = duel
  for (const place of own.places) look.reached(place)
  const { sent } = own.told
  if (!sameBytes(concat(...recordsOf(sent)), sent)) throw new Error('what it sends are not records')
  const wrote = duel.tape.reduce((sum, step) => sum + (step.do === 'write' ? step.bytes.length : 0), 0)
  if (sent.length > MOST_SENT + 2 * wrote) throw new Error(`${sent.length} bytes were sent`)
  if (beliefOf(script) === 'careful') honest(duel)
  repeated(side, script, duel, look)
  if (look.depth === 'thorough') bounded(side, script, duel.tape)
}

/** What a side that checks everything may be told, whatever is between it and its peer. */
const honest = ({ own, peer, written, peerClosed }: Duel): void => {
  const whole = concat(...written)
  const came = concat(...own.data)
  if (!sameBytes(came, whole.subarray(0, came.length))) throw new Error('data were altered')
  const early = concat(...own.early)
  if (!sameBytes(early, EARLY.subarray(0, early.length))) throw new Error('early data were altered, or came twice')
  if (own.peerClosed && !peerClosed) throw new Error('an end that the peer did not send')
  if (own.peerClosed && came.length < whole.length) throw new Error('data were cut off')
  if (own.established === undefined || peer.established === undefined) return
  const [mine, theirs] = [own, peer].map(agreed)
  if (mine !== theirs) throw new Error(`agreed on ${mine} and on ${theirs}`)
  // Who has failed or closed has nothing left to make it of.
  const secrets = [own, peer].map(({ tls }) => exported(tls)).filter(secret => secret !== undefined)
  if (secrets.length === 2 && secrets[0] !== secrets[1]) throw new Error(`secrets differ: ${secrets.join(' and ')}`)
}

/**
 * What a side holds when everything that it said was taken away. Garbage counts as well until it is collected; so when
 * it looks like too much, the collector is called, where it can be, and several times.
 */
const bounded = (side: Side, script: Script, tape: readonly Step[]): void => {
  const { gc } = globalThis as { readonly gc?: () => void }
  const held = (collect: () => void): number => {
    collect()
    const before = inUse()
    const alive = [play(tested(side, script, 'bare'), tape)]
    for (const player of alive) player.forget()
    collect()
    const after = inUse()
    alive.length = 0
    return after - before
  }
  if (held(() => undefined) <= MOST_HELD || gc === undefined) return
  // What is held is held each time; what another thread takes meanwhile is not.
  let least = Number.POSITIVE_INFINITY
  for (let left = LOOKS; left > 0 && least > MOST_HELD; left--) least = Math.min(least, held(gc))
  if (least > MOST_HELD) throw new Error(`${least} bytes are held`)
}

const inUse = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** What both sides must say alike. */
const agreed = ({ established }: Player): string => {
  const { version, suite, group, alpn, serverName, resumed, externalKey } = established!
  const key = externalKey && toHex(externalKey.identity)
  return [version, suite, group, alpn, serverName, resumed, key].join(', ')
}

/** A secret that only the two of them can make. */
const exported = (tls: TlsConnection): string | undefined => {
  try {
    return toHex(tls.exportKeyingMaterial('EXPERIMENTAL fuzz', undefined, 16))
  } catch (error) {
    if (error instanceof FailureError) return undefined
    throw error
  }
}

/** The same bytes in other pieces give the same, and so do they once more. */
const repeated = (side: Side, script: Script, { own, tape }: Duel, look: Look): void => {
  const expected = own.told
  const length = tape.reduce((sum, step) => sum + (step.do === 'receive' ? step.bytes.length : 0), 0)
  for (const how of TEARINGS) {
    if (how === 'byte by byte' && (look.depth === 'quick' || length > MOST_SINGLE_BYTES)) continue
    const player = tested(side, script, look.depth === 'quick' ? 'bare' : 'checked')
    const again = play(player, torn(tape, how, seeded(script.seed).number)).told
    if (again.words !== expected.words) throw new Error(`${how} it is\n${again.words}\nbut\n${expected.words}`)
    if (!sameBytes(again.sent, expected.sent)) throw new Error(`${how} it sends something else`)
    if (!sameBytes(again.data, expected.data)) throw new Error(`${how} other data come out`)
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const play = (player: Player, tape: readonly Step[]): Player => {
  player.drain()
  for (const step of tape) player.do(step)
  return player
}

/** The beginning of a script; both sides speak TLS 1.2 alone when `newer` is 0. */
const start = (settings: number, both = 0, authentication = 0, resumption = 0, newer = 0): Uint8Array =>
  Uint8Array.of(settings, both, both, 1, authentication, resumption, newer, newer)

const ordinary = [
  operation('go'),
  giving('peer writes', ascii('hello')),
  giving('write', ascii('hi')),
  operation('go'),
  operation('peer closes'),
  operation('go'),
  operation('end'),
]

const many = (count: number, one: Uint8Array): Uint8Array[] => Array.from({ length: count }, () => one)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
/** Records of one byte, as many as an operation takes. */
const RECORDS = concat(...many(40, Uint8Array.of(22, 3, 3, 0, 1, 0)))
const LATER = operation('manner', 0, 1)
const GO_AND_REPLY = concat(operation('go'), operation('reply'))
const GO_AND_REFUSE = concat(operation('go'), operation('reply', 0, 1))

const interrupted = (resumption: number, newer: number, authentication = 6): Uint8Array[] => {
  const begin = start(0, 0, authentication, resumption, newer)
  return [
    ...upTo(6).map(late => concat(begin, ...many(late, LATER), ...many(late, GO_AND_REPLY), ...ordinary)),
    ...upTo(6).map(late => concat(begin, ...many(late + 1, LATER), ...many(late, GO_AND_REPLY), GO_AND_REFUSE)),
    ...upTo(12).map(records => concat(begin, ...many(records, operation('deliver')), operation('alert', 40, 2))),
  ]
}
/** A CertificateRequest behind the handshake, from a peer that has the keys. */
const LATER_REQUEST = giving('sealed', hex('0d 00000c 0101 0008 000d 0004 0002 0403 16'), 23)
const GO = operation('go')
const RIGHTLY = operation('manner', 0, 0)
const TLS13 = 1
const BOTH = 2
const RETRY = 4

/** What a peer said in one sealed record comes message by message, to who is credulous; then it breaks off. */
const messageByMessage = (authentication: number): Uint8Array[] =>
  upTo(10).map(count =>
    concat(
      start(1, 0, authentication, 0, TLS13),
      ...many(count, concat(operation('apart'), operation('deliver'))),
      operation('alert', 40, 2),
    ),
  )

const seeds: readonly Uint8Array[] = [
  // Every kind of key, credulous and careful; every setting of both sides; every way to ask for a certificate.
  ...[0, TLS13].flatMap(newer => [
    ...[0, 1, 2, 3, 4, 6].map(settings => concat(start(settings, 0, 0, 0, newer), ...ordinary)),
    ...[1, 2, 4, 8, 16, 32, 64, 128].map(bits => concat(start(0, bits, 0, 0, newer), ...ordinary)),
    ...[1, 2, 5, 6].map(authentication => concat(start(0, 0, authentication, 0, newer), ...ordinary)),
    ...[2, 3, 4].map(manner => concat(start(0, 0, 0, 0, newer), operation('manner', 0, manner), ...ordinary)),
    concat(start(1, 0, 0, 0, newer), ...many(8, operation('deliver')), operation('go')),
    concat(start(0, 0, 0, 0, newer), operation('go'), operation('close'), operation('go')),
    concat(start(0, 0, 0, 0, newer), operation('go'), operation('peer writes much', 17_000, 7), operation('go')),
    // More than may wait for an answer.
    concat(start(0, 0, 0, 0, newer), LATER, operation('deliver', 0, 7), ...many(4, giving('flood', RECORDS, 511))),
  ]),
  ...[
    BOTH,
    TLS13 | RETRY,
    TLS13 | 8,
    TLS13 | 12,
    TLS13 | 16,
    TLS13 | 32,
    TLS13 | 48,
    TLS13 | 64,
    TLS13 | 68,
    TLS13 | 128,
  ].map(newer => concat(start(0, 0, 0, 0, newer), ...ordinary)),
  // New keys from either side and from both at once, and floods of them by a peer that has the keys.
  ...[['update keys'], ['peer updates keys'], ['update keys', 'peer updates keys']].map(names =>
    concat(
      start(0, 0, 0, 0, TLS13),
      operation('go'),
      ...names.map(name => operation(name as OperationName)),
      ...ordinary,
    ),
  ),
  concat(start(1, 0, 0, 0, TLS13), operation('go'), ...many(40, giving('sealed', hex('18 000001 01 16'), 23))),
  // Evidence, short records, False Start, the signal of a fallback; early data taken, and passed over.
  ...[8, 16, 32, 64, 128].flatMap(settings =>
    [0, TLS13].map(newer => concat(start(settings, 1, 0, 0, newer), ...ordinary)),
  ),
  ...upTo(4).map(records => concat(start(8), ...many(records, operation('deliver')), operation('alert', 40, 2))),
  ...[22, 54, 23].flatMap(resumption => [
    concat(start(0, 0, 0, resumption, TLS13), ...ordinary),
    concat(start(1, 0, 0, resumption, TLS13), ...ordinary),
    ...interrupted(resumption, TLS13, 0),
  ]),
  ...[0, 6].flatMap(messageByMessage),
  // A certificate that is asked for later, and its questions answered late and with a failure; GREASE and padding.
  ...[[], [RIGHTLY, LATER], [RIGHTLY, RIGHTLY, LATER]].flatMap(manners =>
    [0, 1].map(how =>
      concat(
        start(1, 0, 12, 0, TLS13),
        ...manners,
        operation('go'),
        LATER_REQUEST,
        operation('reply', 0, how),
        ...ordinary,
      ),
    ),
  ),
  ...[0, TLS13].map(newer => concat(start(0, 0, 48, 0, newer), ...ordinary)),
  // Our server asks who the client is when the handshake is over: shown, nothing shown, late, with a failure, with garbage.
  ...[8, 12].flatMap(authentication =>
    [[], [RIGHTLY, RIGHTLY, LATER], [RIGHTLY, RIGHTLY, operation('manner', 0, 2)]].map(manners =>
      concat(
        start(0, 0, authentication, 64, TLS13),
        ...manners,
        GO,
        operation('ask who it is'),
        operation('peer updates keys'),
        ...ordinary,
      ),
    ),
  ),
  ...upTo(4).map(records =>
    concat(
      start(0, 0, 12, 0, TLS13),
      GO,
      operation('ask who it is'),
      ...many(records + 1, operation('deliver')),
      operation('alert', 40, 2),
    ),
  ),
  ...[0, 1].map(how =>
    concat(
      start(0, 0, 12, 0, TLS13),
      ...[RIGHTLY, RIGHTLY, LATER, GO, operation('ask who it is'), GO, operation('reply', 0, how)],
      ...ordinary,
    ),
  ),
  // Keys from elsewhere: beside certificates, without any, behind a HelloRetryRequest, beside a session.
  ...[64, 192].flatMap(authentication =>
    [TLS13, TLS13 | RETRY, TLS13 | 48].flatMap(newer => [
      concat(start(0, 0, authentication, 0, newer), ...ordinary),
      concat(start(0, 0, authentication, 6, newer), ...ordinary),
      ...[0, 1].map(how =>
        concat(start(0, 0, authentication, 0, newer), RIGHTLY, LATER, GO, operation('reply', 0, how)),
      ),
    ]),
  ),
  // Sessions wanted and shown, with tickets and with ids, also with the certificate of a client.
  ...[5, 9, 13, 6, 10, 14, 7].flatMap(resumption =>
    [0, 6].flatMap(authentication =>
      [0, TLS13].map(newer => concat(start(0, 0, authentication, resumption, newer), ...ordinary)),
    ),
  ),
  // Questions answered late, the last of them with a failure; an alert after each record.
  ...[0, 5, 9, 6, 10, 7].flatMap(resumption =>
    [0, TLS13, TLS13 | RETRY].flatMap(newer => interrupted(resumption, newer)),
  ),
  // The premaster secret under the server's RSA key, also with evidence.
  ...[6, 14].flatMap(settings => {
    const begin = start(settings, 12)
    return [
      ...upTo(6).map(late => concat(begin, ...many(late, LATER), ...many(late, GO_AND_REPLY), ...ordinary)),
      ...upTo(6).map(late => concat(begin, ...many(late + 1, LATER), ...many(late, GO_AND_REPLY), GO_AND_REFUSE)),
      ...upTo(12).map(records => concat(begin, ...many(records, operation('deliver')), operation('alert', 40, 2))),
    ]
  }),
  concat(start(1), operation('go'), giving('sealed', Uint8Array.of(0, 0, 0, 0), 0x0816)),
]
