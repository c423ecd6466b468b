/**
 * The line before a chunk, as a table: `chunk-size [ chunk-ext ] CRLF` (RFC 9112 7.1). States are named for what they
 * wait for; what stands in no row is refused. White space is allowed only where the grammar has BWS.
 */
import { type Move, machine } from '../../machine.ts'

/** Classes of octets on this line. */
export const chunkOctets = ['hex', 'token', 'blank', ';', '=', '"', '\\', 'cr', 'lf', 'text'] as const
export type ChunkOctet = (typeof chunkOctets)[number]

export type ChunkState =
  | 'size'
  | 'more-size'
  | 'semicolon'
  | 'extension-name'
  | 'more-name'
  | 'equals'
  | 'extension-value'
  | 'more-value'
  | 'closing-quote'
  | 'escaped'
  | 'after-value'
  | 'line-feed'
  | 'done'

type Row = Partial<Record<ChunkOctet, ChunkState>>
type ChunkMove = Move<ChunkState, ChunkOctet>
/** The moves out of one state, all by the same rule. */
const from = (state: ChunkState, row: Row, rule = 'RFC 9112 7.1.1'): ChunkMove[] =>
  Object.entries(row).map(([octet, next]): ChunkMove => [state, octet as ChunkOctet, next, rule])
const quoted = (next: ChunkState): Row => ({ hex: next, token: next, blank: next, ';': next, '=': next, text: next })

const MOVES: readonly ChunkMove[] = [
  ...from('size', { hex: 'more-size' }, 'RFC 9112 7.1'),
  ...from('more-size', { hex: 'more-size', blank: 'semicolon', ';': 'extension-name', cr: 'line-feed' }),
  ...from('semicolon', { blank: 'semicolon', ';': 'extension-name' }),
  ...from('extension-name', { blank: 'extension-name', hex: 'more-name', token: 'more-name' }),
  ...from('more-name', {
    hex: 'more-name',
    token: 'more-name',
    blank: 'equals',
    '=': 'extension-value',
    ';': 'extension-name',
    cr: 'line-feed',
  }),
  ...from('equals', { blank: 'equals', '=': 'extension-value', ';': 'extension-name' }),
  ...from('extension-value', {
    blank: 'extension-value',
    hex: 'more-value',
    token: 'more-value',
    '"': 'closing-quote',
  }),
  ...from('more-value', {
    hex: 'more-value',
    token: 'more-value',
    blank: 'semicolon',
    ';': 'extension-name',
    cr: 'line-feed',
  }),
  ...from('closing-quote', { ...quoted('closing-quote'), '"': 'after-value', '\\': 'escaped' }),
  ...from('escaped', { ...quoted('closing-quote'), '"': 'closing-quote', '\\': 'closing-quote' }),
  ...from('after-value', { blank: 'semicolon', ';': 'extension-name', cr: 'line-feed' }),
  ...from('line-feed', { lf: 'done' }, 'RFC 9112 7.1'),
]

export const chunkStates = machine('The line before a chunk (RFC 9112 7.1)', MOVES)
