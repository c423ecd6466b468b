/** What both sides of a connection said to each other, decrypted where it could be: the bytes of its streams in the order in which they came. */
import type { Side } from '../dissect/types.ts'
import type { Bytes, Millis } from '../engine.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import { privateInText, redact, starredBytes } from '../trace/redact.ts'
import type { Layer, MessageRecord, Range } from '../trace/types.ts'
import { hexText, latin1Text } from '../wire/bytes.ts'
import type { JsonObject } from './json.ts'
import type { Shown } from './shown.ts'
import { hexLines, legible, line, mark, moreBytes, type Style, say, size, widthOf, wrap } from './style.ts'

export interface FollowPiece {
  readonly from: Side
  /** When its first byte came. */
  readonly at: Millis
  /** Where in the stream of its side it begins. */
  readonly start: number
  readonly bytes: Bytes
  /** Bytes in front of it that were never captured. */
  readonly missing: number
}

export interface Followed {
  /** The streams of TLS, or of TCP where there is none. */
  readonly layer: Layer
  readonly pieces: readonly FollowPiece[]
  /** Bytes of records that could not be read. */
  readonly unread: number
}

/**
 * The streams of `flow`. `starred`: cookies and credentials in heads are replaced by stars, and in bodies what is named
 * as a password, a token or the like.
 */
export const followed = (
  records: readonly TraceRecord[],
  flow: string,
  privacy: 'starred' | 'shown' = 'starred',
): Followed => {
  const messages = messagesOf(records).filter(message => message.flow === flow)
  const layer = messages.some(message => message.layer === 'record') ? 'record' : 'tcp'
  const bringers = messages.filter(message => message.layer === layer && message.payload !== undefined)
  const closed = messages.filter(message => message.layer === 'record' && /not readable/.test(message.about ?? ''))
  const told = (['client', 'server'] as const)
    .flatMap(side => inOrder(bringers, side))
    .sort((a, b) => a.order - b.order)
    .map(({ piece }) => piece)
  const unread = closed.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const pieces = joined(told)
  return { layer, pieces: privacy === 'shown' ? pieces : starred(pieces, records, flow), unread }
}

const sideOf = ({ direction }: MessageRecord): Side => (direction === 'out' ? 'client' : 'server')

/** What is heard with the message of that number. */
interface Heard {
  readonly order: number
  readonly piece: FollowPiece
}

/** The bytes of one side, each once, in the order of the stream: what came too early is heard when what was missing came. */
const inOrder = (bringers: readonly MessageRecord[], from: Side): readonly Heard[] => {
  const sorted = bringers
    .map((message, order) => ({ message, order, start: message.payload!.start }))
    .filter(({ message }) => sideOf(message) === from)
    .sort((a, b) => a.start - b.start || a.order - b.order)
  const found: Heard[] = []
  let [next, order, at] = [0, 0, 0]
  for (const each of sorted) {
    const { payload, bytes, at: came } = each.message
    const fresh = bytes.subarray(payload!.at + Math.max(0, next - each.start), payload!.at + payload!.end - each.start)
    if (fresh.length === 0) continue
    const start = Math.max(next, each.start)
    const missing = start - next
    // Behind a hole nothing is waited for.
    order = missing > 0 ? each.order : Math.max(order, each.order)
    at = missing > 0 ? came : Math.max(at, came)
    found.push({ order, piece: { from, at, start, bytes: fresh, missing } })
    next = start + fresh.length
  }
  return found
}

/** Pieces of one side that follow each other are one. */
const joined = (pieces: readonly FollowPiece[]): FollowPiece[] => {
  const found: FollowPiece[] = []
  let parts: Bytes[] = []
  const close = (): void => {
    const last = found.at(-1)
    if (last !== undefined && parts.length > 1) found[found.length - 1] = { ...last, bytes: concatenated(parts) }
  }
  for (const piece of pieces) {
    const last = found.at(-1)
    if (last !== undefined && last.from === piece.from && piece.missing === 0) {
      parts.push(piece.bytes)
      continue
    }
    close()
    found.push(piece)
    parts = [piece.bytes]
  }
  close()
  return found
}

const concatenated = (parts: readonly Bytes[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** With the heads as they may be shown laid over them; who leaves out a head, or has none that can be read, hides nothing so. */
const starred = (pieces: readonly FollowPiece[], records: readonly TraceRecord[], flow: string): FollowPiece[] => {
  const heads = messagesOf(redact(records)).filter(
    message => message.layer === 'http' && message.flow === flow && message.stream !== undefined,
  )
  const coded = { client: codedIn(heads, 'client'), server: codedIn(heads, 'server') }
  return pieces.map(piece => {
    const over = heads.filter(head => sideOf(head) === piece.from && meets(head.stream!, piece))
    const bytes = over.length === 0 ? piece.bytes : piece.bytes.slice()
    for (const head of over) lay(head, piece, bytes)
    const hidden = coded[piece.from].map(({ start, end }) => ({
      start: Math.max(0, start - piece.start),
      end: Math.min(bytes.length, end - piece.start),
    }))
    return { ...piece, bytes: starredBytes(bytes, [...privateInText(bytes), ...hidden]) }
  })
}

const CODED = /^(?:content|transfer)-encoding[ \t]*:(?![ \t]*(?:identity|chunked)?[ \t]*\r?$)/im

/** Where bodies lie that are compressed: no value in them can be found, so nothing of them is shown. Each goes on to the next head. */
const codedIn = (heads: readonly MessageRecord[], from: Side): readonly Range[] => {
  const own = heads.filter(head => sideOf(head) === from).sort((a, b) => a.stream!.start - b.stream!.start)
  return own.flatMap((head, i) =>
    CODED.test(latin1Text(head.bytes))
      ? [{ start: head.stream!.end, end: own[i + 1]?.stream?.start ?? Number.POSITIVE_INFINITY }]
      : [],
  )
}

const meets = (range: Range, { start, bytes }: FollowPiece): boolean =>
  range.start < start + bytes.length && start < range.end

const lay = ({ stream, bytes: head }: MessageRecord, { start }: FollowPiece, bytes: Uint8Array): void => {
  const from = Math.max(stream!.start, start)
  const to = Math.min(stream!.end, start + bytes.length)
  bytes.set(head.subarray(from - stream!.start, to - stream!.start), from - start)
}

/** Bytes of one piece that are shown; the rest is counted, and `--json` has it. */
const MOST_SHOWN = 16 * 1024
const MOST_HEX_LINES = 64

/** Each piece below a line that says whose it is. Text is shown as text; what is none as bytes. */
export const followLines = ({ pieces, unread }: Followed, style: Style): Shown[] => [
  ...pieces.flatMap((piece, i) => [...(i === 0 ? [] : [line(style)]), ...pieceLines(piece, pieces[0]!.at, style)]),
  ...(pieces.length === 0
    ? wrap(say(style, unread > 0 ? NOT_READ : 'Nothing was said.'), widthOf(style)).map(text => line(style, { text }))
    : []),
  ...(unread > 0 && pieces.length > 0
    ? [
        line(style),
        line(style, { text: say(style, `and ${size(unread)} of records that could not be read`), tint: 'quiet' }),
      ]
    : []),
]

const NOT_READ = 'All of it is encrypted, and there are no secrets for it: --keys FILE gives some.'

const pieceLines = ({ from, at, bytes, missing }: FollowPiece, start: Millis, style: Style): Shown[] => {
  const arrow = mark(style, from === 'client' ? '→' : '←')
  const time = `${(at - start).toFixed(3)} ms`
  const shown = bytes.subarray(0, MOST_SHOWN)
  const left = bytes.length - shown.length
  return [
    ...(missing === 0 ? [] : [line(style, { text: say(style, `${size(missing)} are missing here`), tint: 'bad' })]),
    line(
      style,
      { text: `${arrow} ${say(style, from)}`, tint: from === 'client' ? 'you' : 'server' },
      { text: `  ${size(bytes.length)}  ${time}`, tint: 'quiet' },
    ),
    ...(isText(shown)
      ? textLines(shown, style)
      : hexLines(shown, 0, shown.length, MOST_HEX_LINES, style.width, moreBytes(style)).map(text =>
          line(style, { text, tint: 'quiet' }),
        )),
    ...(left === 0 ? [] : [line(style, { text: say(style, `and ${size(left)} more`), tint: 'quiet' })]),
  ]
}

/** Not cut to the width: it is what was said, and is copied whole. */
const textLines = (bytes: Bytes, style: Style): Shown[] =>
  new TextDecoder()
    .decode(bytes)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map(text => legible(text.replace(MANY_STARS, shortened), style))

/** As long as what they stand for, which may be a whole body. */
const MANY_STARS = /\*{513,}/g
const shortened = (stars: string): string => `${'*'.repeat(64)} and ${stars.length - 64} more`

/** No more control characters than a text has, and UTF-8 up to where it was cut. */
const isText = (bytes: Bytes): boolean => {
  const sample = bytes.subarray(0, 2048)
  const controls = sample.filter(byte => byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09).length
  if (controls > sample.length / 50) return false
  const wrong = new TextDecoder().decode(sample.subarray(0, Math.max(0, sample.length - 3))).match(/\ufffd/g) ?? []
  return wrong.length <= sample.length / 50
}

export const jsonOfPiece = ({ from, at, start, bytes, missing }: FollowPiece): JsonObject => ({
  type: 'said',
  from,
  at,
  range: [start, start + bytes.length],
  missing,
  text: isText(bytes) ? latin1OrUtf8(bytes) : null,
  bytes: hexText(bytes),
})

const latin1OrUtf8 = (bytes: Bytes): string => {
  const text = new TextDecoder().decode(bytes)
  return text.includes('\ufffd') ? latin1Text(bytes) : text
}

/** The bytes of ranges of one side's stream; undefined where some of them are not there. */
export const bytesIn = ({ pieces }: Followed, from: Side, ranges: readonly Range[]): Bytes | undefined => {
  const own = pieces.filter(piece => piece.from === from)
  const parts: Bytes[] = []
  for (const { start, end } of ranges) {
    let at = start
    for (const piece of own) {
      const to = piece.start + piece.bytes.length
      if (piece.start > at || to <= at || at >= end) continue
      parts.push(piece.bytes.subarray(at - piece.start, Math.min(end, to) - piece.start))
      at = Math.min(end, to)
    }
    if (at < end) return undefined
  }
  return concatenated(parts)
}
