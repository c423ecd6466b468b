/**
 * Captures read by tshark and by us: every field that both name lies at the same place with the same bytes, what was
 * decrypted and put together has the same values, and there are the same connections. DIR is any folder of captures; beside
 * `NAME.pcapng` (or `.pcap`) may lie `NAME.keys`, a key log.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bytesSource, captureFrames } from '../../../src/capture/read/index.ts'
import { type Capture, openCapture } from '../../../src/dissect/capture.ts'
import { streamReader } from '../../../src/dissect/stream/index.ts'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { messagesOf, recorder } from '../../../src/trace/recorder.ts'
import { type Threads, threads } from '../../../src/trace/thread.ts'
import type { Layer, MessageRecord } from '../../../src/trace/types.ts'
import { dissect } from '../../../src/wire/codec.ts'
import { fields } from '../../../src/wire/field.ts'
import { difference, matchers, pdml, type Theirs } from '../../interop/pdml-compare.ts'
import type { Found } from '../../interop/pdml-tree.ts'
import { tsharkFields, tsharkMissing } from '../../interop/tshark.ts'
import type { CaseResult, Suite } from '../suite.ts'

const PREFIX: Readonly<Record<Layer, string>> = {
  ethernet: 'eth',
  arp: 'arp',
  ip: 'ip',
  icmp: 'icmp',
  udp: 'udp',
  dns: 'dns',
  tcp: 'tcp',
  record: 'record',
  tls: 'tls',
  http: 'http',
  session: 'session',
}
const prefixOf = ({ layer, name }: MessageRecord): string =>
  layer !== 'tls' ? PREFIX[layer] : name === 'Alert' ? 'alert' : name === 'ChangeCipherSpec' ? 'ccs' : 'tls'

interface Ours extends Found {
  /** From 0; undefined where it does not lie in one frame as it is. */
  readonly frame: number | undefined
  readonly value: string
}

const grouped = <K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> => {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

const crypto = nodeCrypto()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Where the frames of a conversation stand in the file. */
const numbering = (file: Uint8Array): ((message: MessageRecord) => number | undefined) => {
  const numbers = new Map<string, number>()
  const key = (at: number, bytes: Uint8Array): string =>
    `${at.toFixed(6)} ${hex(bytes.subarray(0, 80))} ${bytes.length}`
  for (const { number, at, bytes } of captureFrames(bytesSource(file))) numbers.set(key(at, bytes), number - 1)
  return ({ at, bytes }) => numbers.get(key(at, bytes))
}

const ourFields = (file: Uint8Array, capture: Capture): Ours[] => {
  const numberOf = numbering(file)
  return capture.conversations.flatMap(({ id }) => {
    const records = recorder(Number.POSITIVE_INFINITY)
    capture.dissect(id, records)
    const messages = messagesOf(records.records)
    const index = threads(messages)
    return messages.flatMap(message => fieldsIn(message, index, numberOf))
  })
}

const fieldsIn = (
  message: MessageRecord,
  index: Threads,
  numberOf: (message: MessageRecord) => number | undefined,
): Ours[] => {
  if (message.format === undefined) return []
  const prefix = prefixOf(message)
  // A record that goes on in the next frame begins in this one; a message that does so is put together elsewhere in tshark.
  const whole = message.layer === 'record' ? undefined : frameOf(message, undefined, index, numberOf)
  return [...fields(dissect(message.format, message.bytes, prefix))].map(({ path, field: { start, end, bits } }) => {
    const place = message.layer === 'record' ? frameOf(message, { start, end }, index, numberOf) : whole
    const from = (place?.start ?? 0) + (message.layer === 'record' ? 0 : start)
    const narrow = bits?.map((bit, i) => from + (i === 0 ? Math.floor(bit / 8) : Math.ceil(bit / 8)))
    return {
      path: `${prefix}.${path}`,
      start: from,
      end: from + end - start,
      narrow: narrow === undefined ? [from, from + end - start] : [narrow[0]!, narrow[1]!],
      frame: place?.frame,
      value: hex(message.bytes.subarray(start, end)),
    }
  })
}

/** The one frame that carries `range` of a message (all of it where undefined) as it is, and where in it. */
const frameOf = (
  message: MessageRecord,
  range: { readonly start: number; readonly end: number } | undefined,
  index: Threads,
  numberOf: (message: MessageRecord) => number | undefined,
): { readonly frame: number; readonly start: number } | undefined => {
  const crumbs = index.down(message.id, range)
  // The head of a sealed record is not sealed.
  const sealed = (place: MessageRecord): boolean => place.sealed === true && (range === undefined || range.end > 5)
  if (crumbs.some(({ incomplete, places }) => incomplete || places.length !== 1 || sealed(places[0]!.message)))
    return undefined
  const [bottom] = crumbs.at(-1)!.places
  const frame = bottom === undefined || bottom.message.layer !== 'ethernet' ? undefined : numberOf(bottom.message)
  return frame === undefined ? undefined : { frame, start: bottom!.start }
}

/** Differences that are told of each case; `BAREWIRE_TOLD` tells more. */
const MOST_TOLD = Number(process.env.BAREWIRE_TOLD ?? 3)

/** Names whose values say what was said: those of TLS above the record, and of HTTP. */
const SAID = /^(tls\.handshake\.(?!type|length)|tls\.alert|http\.)/
/** Of Ethernet and IPv4 and TCP, without options. */
const HEADERS = 14 + 20 + 20

/** Places of what lies in one frame. Fields of tshark in other buffers (decrypted, put together) have other bytes there. */
const compareRanges = (
  file: Uint8Array,
  theirs: readonly Theirs[][],
  ours: readonly Ours[],
): { wrong: string[]; count: number } => {
  const frames = [...captureFrames(bytesSource(file))].map(({ bytes }) => hex(bytes))
  const byFrame = grouped(
    ours.filter(({ frame, start, end }) => frame !== undefined && end > start),
    ({ frame }) => frame!,
  )
  const wrong: string[] = []
  let count = 0
  for (const [frame, found] of byFrame) {
    const inFrame = (theirs[frame] ?? []).filter(
      ({ name, start, end, value }) =>
        value !== '' &&
        frames[frame]!.slice(start * 2, end * 2) === value &&
        // Zeros in another buffer look like zeros of an address.
        (start >= HEADERS || !SAID.test(name)),
    )
    for (const { name, matches } of matchers) {
      const own = found.filter(({ path }) => matches.test(path))
      const other = inFrame.filter(field => field.name === name)
      if (own.length === 0 || other.length === 0) continue
      count += other.length
      const text = difference(other, own)
      if (text !== undefined) wrong.push(`frame ${frame + 1} ${name}: ${text}`)
    }
  }
  return { wrong, count }
}

/** tshark has two names where we have one place. */
const ALSO: Readonly<Record<string, string>> = {
  'tls.handshake.client_cert_vrfy.sig_len': 'tls.handshake.sig_len',
  'tls.handshake.client_cert_vrfy.sig': 'tls.handshake.sig',
}

const compareValues = (theirs: readonly Theirs[][], ours: readonly Ours[]): { wrong: string[]; count: number } => {
  const wrong: string[] = []
  let count = 0
  for (const { name, matches } of matchers) {
    if (!SAID.test(name) || Object.hasOwn(ALSO, name)) continue
    const other = theirs
      .flat()
      .filter(field => (ALSO[field.name] ?? field.name) === name && field.value !== '')
      .map(({ value }) => value)
    const own = ours.filter(({ path, start, end }) => end > start && matches.test(path)).map(({ value }) => value)
    if (other.length === 0) continue
    count += other.length
    // A value that we read otherwise is missing; what tshark does not read is none of its business.
    const missing = without(other, own)
    if (missing.length > 0)
      wrong.push(`${name}: ${missing.length} of ${other.length} are not ours: ${missing[0]!.slice(0, 60)}`)
  }
  return { wrong, count }
}

/** What of `some` is not in `others`, counted. */
const without = (some: readonly string[], others: readonly string[]): string[] => {
  const left = new Map<string, number>()
  for (const each of others) left.set(each, (left.get(each) ?? 0) + 1)
  return some.filter(each => {
    const count = left.get(each) ?? 0
    left.set(each, count - 1)
    return count < 1
  })
}

/** Ends and frames of each TCP connection. */
const compareConnections = (file: Uint8Array, capture: Capture): { wrong: string[]; count: number } => {
  const rows = tsharkFields(file, [
    'tcp.stream',
    'ip.src',
    'tcp.srcport',
    'ip.dst',
    'tcp.dstport',
    'ipv6.src',
    'ipv6.dst',
  ])
  const streams = grouped(
    rows.filter(([stream]) => stream !== ''),
    ([stream]) => stream!,
  )
  const theirs = [...streams.values()].map(frames => {
    const [, from4, port, to4, otherPort, from6, to6] = frames[0]!
    const ends = [`${from4 || from6} ${port}`, `${to4 || to6} ${otherPort}`].sort().join(' ')
    return `${ends} ${frames.length}`
  })
  const ours = capture.conversations
    .filter(({ kind }) => kind === 'TCP')
    .map(({ client, server, frames }) => {
      const ends = [`${client.address} ${client.port}`, `${server.address} ${server.port}`].sort().join(' ')
      return `${ends} ${frames.client + frames.server}`
    })
  const wrong = [
    ...without(theirs, ours).map(each => `only tshark: ${each}`),
    ...without(ours, theirs).map(each => `only ours: ${each}`),
  ]
  return { wrong, count: theirs.length }
}

const caseOf = (id: string, { wrong, count }: { wrong: string[]; count: number }): CaseResult =>
  wrong.length === 0
    ? { id, outcome: 'passed', detail: `${count}` }
    : { id, outcome: 'failed', detail: `${wrong.length} of ${count}: ${wrong.slice(0, MOST_TOLD).join('; ')}` }

/** What differs between tshark's reading and ours of the capture at `path`, a case each; `keys` is a key log, if it is there. */
export const judge = (path: string, keys = path.replace(/\.pcap(ng)?$/, '.keys')): CaseResult[] => {
  const name = basename(path)
  const file = new Uint8Array(readFileSync(path))
  const keyLogs = existsSync(keys) ? [readFileSync(keys, 'latin1')] : []
  const capture = openCapture(bytesSource(file), {
    keyLogs,
    reading: context => streamReader({ ...context, crypto, certificateCoders: nodeCertificateCoders }),
  })
  // Where nothing but an alert is said tshark does not guess that it is TLS.
  const ports = new Set(
    capture.conversations.filter(({ protocol }) => protocol === 'TLS').map(({ server }) => server.port),
  )
  const theirs = pdml(
    file,
    ...(keyLogs.length === 0 ? [] : ['-o', `tls.keylog_file:${keys}`]),
    ...[...ports].flatMap(port => ['-d', `tcp.port==${port},tls`]),
  )
  const ours = ourFields(file, capture)
  return [
    caseOf(`${name}: connections`, compareConnections(file, capture)),
    caseOf(`${name}: places`, compareRanges(file, theirs, ours)),
    caseOf(`${name}: values`, compareValues(theirs, ours)),
  ]
}

export const suite: Suite = {
  name: 'tshark',
  onlyByName: true,
  listed: {},
  skips: {},
  async run(data) {
    const names = readdirSync(data).filter(name => /\.pcap(ng)?$/.test(name))
    if (names.length === 0 || tsharkMissing) return undefined
    return names.sort().flatMap(name => judge(join(data, name)))
  },
}
