/**
 * TCP options (RFC 9293 3.2). Maximum segment size and window scale are spoken; selective acknowledgment and
 * timestamps are declared so that they are shown when a peer sends them.
 */
import { bytes, type Codec, list, named, struct, type Tagged, u8, u16, u32 } from '../wire/codec.ts'
import { sampledBy } from '../wire/dependent.ts'
import { kindLengthList } from '../wire/kind-length.ts'
import { Reader, WireError } from '../wire/reader.ts'

const OPTION_END = 0
export const OPTION_NO_OPERATION = 1
export const OPTION_MAXIMUM_SEGMENT_SIZE = 2
export const OPTION_WINDOW_SCALE = 3
const OPTION_SACK_PERMITTED = 4
const OPTION_SACK = 5
const OPTION_TIMESTAMPS = 8

const kinds = named(u8, {
  'end of option list': OPTION_END,
  'no-operation': OPTION_NO_OPERATION,
  'maximum segment size': OPTION_MAXIMUM_SEGMENT_SIZE,
  'window scale': OPTION_WINDOW_SCALE,
  'SACK permitted': OPTION_SACK_PERMITTED,
  SACK: OPTION_SACK,
  timestamps: OPTION_TIMESTAMPS,
  'user time-out': 28,
  'fast open cookie': 34,
})

const SackBlock: Codec<{ leftEdge: number; rightEdge: number }> = struct(
  { leftEdge: u32, rightEdge: u32 },
  { ref: 'RFC 2018 3' },
)

const anyOptions = kindLengthList(
  kinds,
  { end: OPTION_END, noOperation: OPTION_NO_OPERATION },
  {
    [OPTION_MAXIMUM_SEGMENT_SIZE]: u16,
    [OPTION_WINDOW_SCALE]: u8,
    [OPTION_SACK_PERMITTED]: bytes(0),
    [OPTION_SACK]: list(SackBlock),
    [OPTION_TIMESTAMPS]: struct({ value: u32, echoReply: u32 }, { ref: 'RFC 7323 3.2' }),
  },
  { ref: 'RFC 9293 3.2' },
)

/** The whole list. Samples fill whole words and fit into a header. */
export const TcpOptions: Codec<Tagged[]> = sampledBy(anyOptions, random => {
  const pick = random()
  if (pick < 0.3) return []
  const noOperation: Tagged = { type: OPTION_NO_OPERATION, body: undefined }
  if (pick < 0.6)
    return [
      { type: OPTION_MAXIMUM_SEGMENT_SIZE, body: u16.sample(random) },
      noOperation,
      { type: OPTION_WINDOW_SCALE, body: Math.floor(random() * 15) },
    ]
  if (pick < 0.8)
    return [
      noOperation,
      noOperation,
      { type: OPTION_TIMESTAMPS, body: { value: u32.sample(random), echoReply: u32.sample(random) } },
    ]
  return [noOperation, noOperation, { type: OPTION_SACK, body: [SackBlock.sample(random)] }]
})

/** What the options of a SYN say to us. */
export interface SynOptions {
  readonly maximumSegmentSize: number | undefined
  readonly windowScale: number | undefined
}

/**
 * The options of a SYN in `bytes[start, end)`. RFC 9293 3.1 (MUST-7): an illegal length must not hurt; what stands
 * before it counts, the rest is not read.
 */
export const synOptions = (data: Uint8Array, start: number, end: number): SynOptions => {
  let maximumSegmentSize: number | undefined
  let windowScale: number | undefined
  for (const { type, body } of readable(data, start, end)) {
    if (type === OPTION_MAXIMUM_SEGMENT_SIZE) maximumSegmentSize = body as number
    if (type === OPTION_WINDOW_SCALE) windowScale = body as number
  }
  return { maximumSegmentSize, windowScale }
}

const readable = (data: Uint8Array, start: number, end: number): readonly Tagged[] => {
  for (let until = end; until > start; until--) {
    try {
      return TcpOptions.read(new Reader(data, start, until))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
    }
  }
  return []
}
