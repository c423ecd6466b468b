/** Where tshark and we differ about one capture: places of fields, values, connections, what is remarkable of segments. */
import { bytesSource, captureFrames } from '../../../src/capture/read/index.ts'
import type { Conversation } from '../../../src/dissect/conversation.ts'
import { difference, type Theirs } from '../../interop/pdml-compare.ts'
import { tsharkFields } from '../../interop/tshark.ts'
import { IN_ONE_PIECE } from './names.table.ts'
import type { Ours, Read, Segment } from './ours.ts'
import { count, names, type TheirFrame, type TheirRead } from './theirs.ts'

export interface Compared {
  /** One line for each difference. */
  readonly wrong: readonly string[]
  readonly count: number
}

export const grouped = <K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> => {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

/** Names whose values say what was said: those of TLS above the record, and of HTTP. */
const SAID = /^(tls\.handshake\.(?!type|length)|tls\.alert|http\.)/
/** Names of what lies in streams. */
const STREAM = /^(tls|http)\./
/** Of Ethernet and IPv4 and TCP, without options. */
const HEADERS = 14 + 20 + 20

/** Places of what lies in one frame. Fields of tshark in other buffers (decrypted, put together) have other bytes there. */
export const comparePlaces = ({ file, fields }: Read, { frames, aside }: TheirRead): Compared => {
  const bytes = [...captureFrames(bytesSource(file))].map(frame => Buffer.from(frame.bytes).toString('hex'))
  const byFrame = grouped(
    fields.filter(({ frame, start, end }) => frame !== undefined && end > start),
    ({ frame }) => frame!,
  )
  const wrong: string[] = []
  let compared = 0
  for (const [frame, found] of byFrame) {
    const inFrame = outside(inBuffer(frames[frame], bytes[frame]!), found, aside)
    for (const { name, matches } of names) {
      const other = inFrame.filter(field => field.name === name)
      if (other.length === 0) continue
      const keys = new Set(other.map(({ start, end }) => `${start}..${end}`))
      const own = found.filter(
        ({ path, cut, start, end }) => matches.test(path) && !(cut && !keys.has(`${start}..${end}`)),
      )
      if (own.length === 0) continue
      compared += other.length
      const text = difference(other, own)
      if (text !== undefined) wrong.push(`frame ${frame + 1} ${name}: ${text}`)
    }
  }
  return { wrong, count: compared }
}

const inBuffer = (frame: TheirFrame | undefined, bytes: string): Theirs[] =>
  (frame?.fields ?? []).filter(
    ({ name, start, end, value }) =>
      value !== '' &&
      bytes.slice(start * 2, end * 2) === value &&
      // Zeros in another buffer look like zeros of an address.
      (start >= HEADERS || !STREAM.test(name)),
  )

/** Without what lies in a field that we leave in one piece. */
const outside = (theirs: readonly Theirs[], found: readonly Ours[], aside: Map<string, number>): readonly Theirs[] => {
  const pieces = IN_ONE_PIECE.flatMap(({ reason, path }) =>
    found.filter(field => path.test(field.path)).map(field => ({ reason, field })),
  )
  if (pieces.length === 0) return theirs
  const ours = new Set(found.flatMap(({ start, end, narrow: [from, to] }) => [`${start}..${end}`, `${from}..${to}`]))
  return theirs.filter(({ start, end }) => {
    if (ours.has(`${start}..${end}`)) return true
    const piece = pieces.find(({ field }) => start >= field.start && end <= field.end)
    if (piece !== undefined) count(aside, piece.reason, 1)
    return piece === undefined
  })
}

/** tshark has two names where we have one place. */
const ALSO: Readonly<Record<string, string>> = {
  'tls.handshake.client_cert_vrfy.sig_len': 'tls.handshake.sig_len',
  'tls.handshake.client_cert_vrfy.sig': 'tls.handshake.sig',
}

export const compareValues = ({ fields }: Read, { frames }: TheirRead): Compared => {
  const wrong: string[] = []
  let compared = 0
  const theirs = grouped(
    frames.flatMap(frame => frame.fields.filter(({ name, value }) => value !== '' && SAID.test(name))),
    ({ name }) => ALSO[name] ?? name,
  )
  for (const { name, matches } of names) {
    const other = (theirs.get(name) ?? []).map(({ value }) => value)
    if (other.length === 0) continue
    const own = fields.filter(({ path, start, end }) => end > start && matches.test(path)).map(({ value }) => value)
    compared += other.length
    // A value that we read otherwise is missing; what tshark does not read is none of its business.
    const missing = without(other, own)
    if (missing.length > 0)
      wrong.push(`${name}: ${missing.length} of ${other.length} are not ours: ${missing[0]!.slice(0, 60)}`)
  }
  return { wrong, count: compared }
}

/** What of `some` is not in `others`, counted. */
export const without = (some: readonly string[], others: readonly string[]): string[] => {
  const left = new Map<string, number>()
  for (const each of others) left.set(each, (left.get(each) ?? 0) + 1)
  return some.filter(each => {
    const remaining = left.get(each) ?? 0
    left.set(each, remaining - 1)
    return remaining < 1
  })
}

/** What tshark says of the segments of a capture. */
export interface TheirSegments {
  /** Of each connection its ends and how many frames it has. */
  readonly connections: readonly string[]
  /** By frame, from 0: what is remarkable about it in our words. */
  readonly words: ReadonlyMap<number, string>
}

/** Names of tshark's for what is remarkable, the more telling first; and ours. */
const WORDS: readonly (readonly [name: string, word: string])[] = [
  ['tcp.analysis.keep_alive', 'keep-alive'],
  ['tcp.analysis.spurious_retransmission', 'spurious retransmission'],
  ['tcp.analysis.fast_retransmission', 'fast retransmission'],
  ['tcp.analysis.retransmission', 'retransmission'],
  ['tcp.analysis.out_of_order', 'out of order'],
  ['tcp.analysis.lost_segment', 'ahead'],
  ['tcp.analysis.zero_window_probe', 'zero-window probe'],
]

const ASKED = ['tcp.stream', 'ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport', 'ipv6.src', 'ipv6.dst', 'ip.proto']

export const theirSegments = (file: Uint8Array, frames?: readonly TheirFrame[]): TheirSegments => {
  const rows = tsharkFields(file, ['frame.number', ...ASKED, ...WORDS.map(([name]) => name)])
    .map(([number, ...row]) => ({ frame: Number(number) - 1, row }))
    // A segment that an ICMP error quotes is none; one in a tunnel is set aside.
    .filter(({ frame, row }) => row[0] !== '' && (frames === undefined || isOwn(frames[frame])))
  const words = new Map(
    rows.map(({ frame, row }) => {
      const said = row.slice(ASKED.length)
      return [frame, WORDS.find((_, i) => said[i] !== '')?.[1] ?? ''] as const
    }),
  )
  const connections = [...grouped(rows, ({ row }) => row[0]!).values()].map(segments => {
    const [, from4, port, to4, otherPort, from6, to6] = segments[0]!.row
    return connectionText([`${from4 || from6} ${port}`, `${to4 || to6} ${otherPort}`], segments.length)
  })
  return { connections, words }
}

const isOwn = (frame: TheirFrame | undefined): boolean =>
  frame !== undefined && !/:icmp/.test(frame.chain) && (frame.rule === undefined || frame.rule.fields !== undefined)

const connectionText = (ends: readonly [string, string], segments: number): string =>
  `${[...ends].sort().join(' ')} ${segments}`

/** Ends and frames of each TCP connection. */
export const compareConnections = ({ capture, segments }: Read, theirs: TheirSegments): Compared => {
  const counts = grouped(segments, ({ conversation }) => conversation)
  const ours = capture.conversations
    .filter(({ kind }) => kind === 'TCP')
    .map((each: Conversation) => {
      const { id, client, server } = each
      const ends = [`${client.address} ${client.port}`, `${server.address} ${server.port}`] as const
      return connectionText(ends, counts.get(id)?.length ?? 0)
    })
  return {
    wrong: [
      ...without(theirs.connections, ours).map(each => `only tshark: ${each}`),
      ...without(ours, theirs.connections).map(each => `only ours: ${each}`),
    ],
    count: theirs.connections.length,
  }
}

/** Our words for a segment that are tshark's too. */
export const wordOf = (about: string): string =>
  /^(?:spurious |fast )?retransmission$|^out of order$|^keep-alive$|^zero-window probe$/.exec(about)?.[0] ??
  (about.includes('missing') ? 'ahead' : '')

/** Where we mean something else than tshark does. */
const READ_OTHERWISE: readonly {
  readonly reason: string
  readonly their: RegExp
  readonly ours: RegExp
  /** Whether it brings bytes that no earlier one brought; either where undefined. */
  readonly isNew?: boolean
  /** Only where a segment of the connection was captured twice before. */
  readonly isAfterCopy?: true
  /** Only where the SYN of its sender came again, behind bytes. */
  readonly isAfterSyn?: true
}[] = [
  {
    reason: 'a SYN that comes again behind bytes takes none of them back: what goes on is not ahead',
    their: /^(?:ahead)?$/,
    ours: /^\d+ bytes|^(?:fast )?retransmission$/,
    isAfterSyn: true,
  },
  {
    reason: 'an acknowledgment that was captured twice is no duplicate, and takes no later one back',
    their: /retransmission$/,
    ours: /^(?:fast )?retransmission$/,
    isAfterCopy: true,
  },
  { reason: 'the same packet on its way in and out of a machine was sent once', their: /./, ours: /^captured twice$/ },
  {
    reason: 'bytes that were not seen before are new, though they were acknowledged before they were seen',
    their: /^spurious retransmission$/,
    ours: /^\d+ bytes/,
    isNew: true,
  },
  {
    reason: 'bytes that were acknowledged stay so: RST without ACK takes nothing back',
    their: /^retransmission$/,
    ours: /^spurious retransmission$/,
    isNew: false,
  },
  {
    reason: 'bytes that were all seen before come again, however soon: nobody overtook them',
    their: /^out of order$/,
    ours: /^retransmission$/,
    isNew: false,
  },
]

/** Told of one segment after the other: whether the SYN of its sender came again before, behind bytes. */
const begunAgain = (): ((segment: Segment) => boolean) => {
  const senders = new Map<string, { readonly seq: number; said: boolean; again: boolean }>()
  return ({ conversation, from, seq, length, isNew }) => {
    const key = `${conversation} ${from}`
    const sender = senders.get(key)
    if (sender === undefined) {
      senders.set(key, { seq, said: false, again: false })
      return false
    }
    sender.said ||= isNew
    // A SYN alone has the first number, counts as one and brings no bytes.
    sender.again ||= sender.said && !isNew && length === 1 && seq === sender.seq
    return sender.again
  }
}

/** Frames that are a retransmission, too early, too late or a probe. */
export const compareSegments = ({ segments }: Read, { words }: TheirSegments, aside: Map<string, number>): Compared => {
  const wrong: string[] = []
  let compared = 0
  const copied = new Set<number>()
  const begun = begunAgain()
  for (const segment of segments) {
    const { frame, conversation, about, isNew } = segment
    if (about === 'captured twice') copied.add(conversation)
    const isAfterSyn = begun(segment)
    const their = words.get(frame)
    if (their === undefined) continue
    const own = wordOf(about)
    if (their !== '' || own !== '') compared++
    if (their === own) continue
    const reason = READ_OTHERWISE.find(
      rule =>
        rule.their.test(their) &&
        rule.ours.test(about) &&
        (rule.isNew ?? isNew) === isNew &&
        (rule.isAfterCopy !== true || copied.has(conversation)) &&
        (rule.isAfterSyn !== true || isAfterSyn),
    )?.reason
    if (reason !== undefined) count(aside, reason, 1)
    else wrong.push(`frame ${frame + 1}: tshark ${their || 'nothing'}, ours ${own || about || 'nothing'}`)
  }
  return { wrong, count: compared }
}
