/**
 * The key schedule of TLS 1.3 (RFC 9846 7.1): each secret from the one before. It is worked out here once more from the
 * secret that the laptop came to and the messages that were said, and compared with what the engine logged.
 */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import type { Bytes } from '../../../src/engine.ts'
import { client } from '../../../src/net/client/client.ts'
import { Secret } from '../../../src/tls/secret.ts'
import { deriveSecret, extract, KEY_LOG, trafficKeys } from '../../../src/tls/tls13/key-schedule.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { hexText, joined, sameOctets } from '../../../src/wire/bytes.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Row, TableDrawing, Tone } from '../drawings.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { code, growing, plain, table } from '../rows.ts'
import { dice, found, LAPTOP, SHOP, treeOf } from '../stage.ts'
import { openShop, visitOf } from '../tls12/shop.ts'
import { inWorld, type Play, said } from '../world.ts'
import { connectionsIn, extensionIn } from './parts.ts'

export interface ScheduleNames {
  readonly step:
    | 'halves'
    | 'shared'
    | 'early'
    | 'handshake'
    | 'main'
    | 'keys'
    | 'logged'
    | 'flipped'
    | 'before'
    | 'after'
  readonly change: 'whole' | 'altered'
  readonly choice: 'shared' | 'handshake' | 'application'
  readonly label:
    | 'laptopShare'
    | 'shopShare'
    | 'shared'
    | 'early'
    | 'helloHash'
    | 'handshake'
    | 'clientHandshake'
    | 'serverHandshake'
    | 'flightHash'
    | 'main'
    | 'clientTraffic'
    | 'serverTraffic'
    | 'key'
    | 'iv'
    | 'what'
    | 'value'
    | 'other'
}
type Label = ScheduleNames['label']
type Change = ScheduleNames['change']

const SUITE = { hash: 'sha256', keyLength: 16 } as const
const SUITE_NAME = 'TLS_AES_128_GCM_SHA256'
const SHOWN = 8

/** The laptop's primitives, and what key agreement gave it: in the log of keys that stands nowhere. */
const listening = (crypto: CryptoProvider, tell: (secret: Bytes) => void): CryptoProvider => ({
  ...crypto,
  offerShare(group) {
    const { share, secret } = crypto.offerShare(group)
    return {
      share,
      secret(answer) {
        const shared = secret(answer)
        if (shared !== undefined) tell(shared.slice())
        return shared
      },
    }
  },
})

const visit = async (play: Play): Promise<Bytes> => {
  const shown = visitOf(play)
  await openShop(play, { tls: play.world.certified([SHOP]) }, shown, { versions: ['TLS 1.3'], suites: [SUITE_NAME] })
  let shared: Bytes | undefined
  const crypto = listening(play.platform.crypto, secret => {
    shared = secret
  })
  const browser = client({ world: { ...play.laptop.world, crypto }, trace: play.trace })
  await (await browser.fetch(`https://${SHOP}${shown.path}`)).text()
  browser.close()
  return found(shared, 'shared secret')
}

/** What the schedule is made of: a secret, and two digests of what was said. */
interface Said {
  readonly shared: Bytes
  readonly helloHash: Bytes
  readonly flightHash: Bytes
}

/** A row of the schedule: what it is called, how it is made, what it is. */
interface Derived {
  readonly label: Label
  readonly how: string
  readonly bytes: Bytes
  readonly tone: Tone
}

/** All of it, from the secret that was agreed on to the keys of the laptop's request. */
const scheduleOf = (crypto: CryptoProvider, { shared, helloHash, flightHash }: Said): readonly Derived[] => {
  const { hash } = SUITE
  const zeros = new Uint8Array(shared.length)
  const nothing = crypto.digest(hash, new Uint8Array(0))
  const next = (from: Secret, input: Bytes): Secret =>
    extract(crypto, hash, deriveSecret(crypto, hash, from, 'derived', nothing).reveal(), input)
  const derived = (label: Label, from: Secret, how: string, transcript: Bytes, tone: Tone): Derived => ({
    label,
    how: `“${how}”`,
    bytes: deriveSecret(crypto, hash, from, how, transcript).reveal(),
    tone,
  })
  const early = extract(crypto, hash, new Uint8Array(0), zeros)
  const handshake = next(early, shared)
  const main = next(handshake, zeros)
  const clientTraffic = derived('clientTraffic', main, 'c ap traffic', flightHash, 'client')
  const { key, iv } = trafficKeys(crypto, SUITE, new Secret(clientTraffic.bytes))
  return [
    { label: 'shared', how: 'X25519', bytes: shared, tone: 'secret' },
    { label: 'early', how: 'Extract', bytes: early.reveal(), tone: 'plain' },
    { label: 'handshake', how: 'Extract', bytes: handshake.reveal(), tone: 'secret' },
    { label: 'helloHash', how: 'SHA-256', bytes: helloHash, tone: 'plain' },
    derived('clientHandshake', handshake, 'c hs traffic', helloHash, 'client'),
    derived('serverHandshake', handshake, 's hs traffic', helloHash, 'server'),
    { label: 'main', how: 'Extract', bytes: main.reveal(), tone: 'secret' },
    { label: 'flightHash', how: 'SHA-256', bytes: flightHash, tone: 'plain' },
    clientTraffic,
    derived('serverTraffic', main, 's ap traffic', flightHash, 'server'),
    { label: 'key', how: '“key”', bytes: key, tone: 'client' },
    { label: 'iv', how: '“iv”', bytes: iv, tone: 'client' },
  ]
}

const shortOf = (bytes: Bytes): string => hexText(bytes.subarray(0, SHOWN))
const bytesOf = (schedule: readonly Derived[], label: Label): Bytes =>
  found(
    schedule.find(each => each.label === label),
    label,
  ).bytes

/** The handshake as both digest it: as the laptop said and heard it. */
const transcriptOf = (records: Scene['records']): readonly MessageRecord[] => [
  said(records, LAPTOP, 'ClientHello'),
  ...['ServerHello', 'EncryptedExtensions', 'Certificate', 'CertificateVerify', 'Finished'].map(name =>
    said(records, SHOP, name),
  ),
]

/** The two digests of it: up to ServerHello, and up to the shop's Finished. */
const digestsOf = (crypto: CryptoProvider, pieces: readonly Bytes[]): Omit<Said, 'shared'> => ({
  helloHash: crypto.digest(SUITE.hash, joined(pieces.slice(0, 2))),
  flightHash: crypto.digest(SUITE.hash, joined(pieces)),
})

/** What stands in the engine's log of keys under these names, beside what was worked out here. */
const LOGGED = [
  ['clientHandshake', KEY_LOG.clientHandshakeTraffic],
  ['serverHandshake', KEY_LOG.serverHandshakeTraffic],
  ['clientTraffic', KEY_LOG.clientTraffic],
  ['serverTraffic', KEY_LOG.serverTraffic],
] as const

const fitsLog = (records: Scene['records'], schedule: readonly Derived[]): readonly Row<Label>[] =>
  LOGGED.map(([label, name]) => {
    const entry = records.find(each => each.type === 'secret' && each.record.label === name)
    const ok = entry?.type === 'secret' && sameOctets(entry.record.secret, bytesOf(schedule, label))
    return { cells: [{ label }, code(name), plain(ok ? '✓' : '✗')], tone: ok ? 'good' : 'bad' }
  })

const halfIn = (message: MessageRecord, path: string): string => {
  const field = found(fieldAt(treeOf(message), `${extensionIn(message, 'key_share')}.body.${path}`), path)
  return shortOf(message.bytes.subarray(field.start, field.end))
}

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<ScheduleNames>> => {
  const { crypto } = stage.platform(seed)
  const { records: all, outcome: shared } = await inWorld(stage, { seed, lesson: 'schedule' }, visit)
  const records = found(connectionsIn(all)[0], 'visit')
  const transcript = transcriptOf(records)
  const pieces = transcript.map(({ bytes }) => bytes)
  const schedule = scheduleOf(crypto, { shared, ...digestsOf(crypto, pieces) })
  const logged = fitsLog(records, schedule)
  const [hello, serverHello] = [found(transcript[0], 'hello'), found(transcript[1], 'hello')]
  const halves = {
    laptop: halfIn(hello, 'clientShares.0.keyExchange.data'),
    shop: halfIn(serverHello, 'serverShare.keyExchange.data'),
  }
  const facts = {
    laptopShare: halves.laptop,
    shopShare: halves.shop,
    shared: shortOf(shared),
    handshake: shortOf(bytesOf(schedule, 'handshake')),
    main: shortOf(bytesOf(schedule, 'main')),
    key: hexText(bytesOf(schedule, 'key')),
  }
  const fixed = {
    early: shortOf(bytesOf(schedule, 'early')),
    fits: logged.every(({ tone }) => tone === 'good') ? '✓' : '✗',
    messages: transcript.map(({ name }) => name).join(', '),
    suite: SUITE_NAME,
  }
  if (change === 'whole') return { records, facts, fixed, steps: wholeSteps(halves, schedule, logged) }
  const place = dice(seed, 'schedule/bit').between(100, 300)
  const other = pieces.map((bytes, i) => (i === CERTIFICATE ? flippedAt(bytes, place) : bytes))
  const altered = scheduleOf(crypto, { shared, ...digestsOf(crypto, other) })
  return {
    records,
    facts: { ...facts, place, otherKey: hexText(bytesOf(altered, 'key')) },
    fixed: { ...fixed, differs: differing(schedule, altered).join(' ') },
    steps: alteredSteps(schedule, altered),
  }
}

/** Its place in the transcript. */
const CERTIFICATE = 3
const flippedAt = (bytes: Bytes, place: number): Bytes => {
  const copy = bytes.slice()
  copy[place]! ^= 1
  return copy
}

const differing = (one: readonly Derived[], two: readonly Derived[]): readonly Label[] =>
  one.flatMap(({ label, bytes }) => (sameOctets(bytes, bytesOf(two, label)) ? [] : [label]))

const wholeSteps = (
  halves: { readonly laptop: string; readonly shop: string },
  schedule: readonly Derived[],
  logged: readonly Row<Label>[],
): readonly Step<ScheduleNames>[] => {
  const rows: Row<Label>[] = [
    { cells: [{ label: 'laptopShare' }, code(`${halves.laptop}…`, 'client'), code('key_share')] },
    { cells: [{ label: 'shopShare' }, code(`${halves.shop}…`, 'server'), code('key_share')] },
    ...schedule.map(({ label, how, bytes, tone }): Row<Label> => {
      return { cells: [{ label }, code(`${shortOf(bytes)}…`, tone), code(how)] }
    }),
  ]
  const steps = growing<ScheduleNames['step'], Label>(rows, [
    ['halves', 2],
    ['shared', 1],
    ['early', 1],
    ['handshake', 4],
    ['main', 4],
    ['keys', 2],
  ])
  return [...steps, { name: 'logged', drawings: [{ kind: 'table', rows: logged }] }]
}

/** Both schedules beside each other: as it was said, and with the bit turned. */
const alteredSteps = (one: readonly Derived[], two: readonly Derived[]): readonly Step<ScheduleNames>[] => {
  const isOther = new Set(differing(one, two))
  const rowOf = ({ label, bytes }: Derived): Row<Label> => ({
    cells: [
      { label },
      code(`${shortOf(bytes).slice(0, 12)}…`),
      code(`${shortOf(bytesOf(two, label)).slice(0, 12)}…`, isOther.has(label) ? 'bad' : 'good'),
      plain(isOther.has(label) ? '≠' : '=', isOther.has(label) ? 'bad' : 'good'),
    ],
  })
  const parting = one.findIndex(({ label }) => label === 'flightHash')
  const upTo = (count: number, fresh: number): TableDrawing<Label> => ({
    ...table(one.slice(0, count).map(rowOf), fresh),
    head: ['what', 'value', 'other'],
  })
  return [
    { name: 'flipped', drawings: [upTo(3, 3)] },
    { name: 'before', drawings: [upTo(parting, parting - 3)] },
    { name: 'after', drawings: [upTo(one.length, one.length - parting)] },
  ]
}

/** The first of the secrets that a bit in Certificate makes others. */
const partsAt = ({ fixed }: Scene): string | undefined => {
  const differs = `${fixed?.differs}`.split(' ')
  return ['shared', 'clientHandshake', 'clientTraffic'].find(label => differs.includes(label))
}

export const schedule: Lesson<ScheduleNames> = {
  id: 'schedule',
  changes: ['whole', 'altered'],
  question: {
    kind: 'choosing',
    about: 'altered',
    choices: [
      { name: 'shared', change: 'altered', see: 'flipped', holds: scene => partsAt(scene) === 'shared' },
      { name: 'handshake', change: 'altered', see: 'before', holds: scene => partsAt(scene) === 'clientHandshake' },
      { name: 'application', change: 'altered', see: 'after', holds: scene => partsAt(scene) === 'clientTraffic' },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
