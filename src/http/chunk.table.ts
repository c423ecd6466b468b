/**
 * The line before a chunk, as a table: `chunk-size [ chunk-ext ] CRLF` (RFC 9112 7.1). States are named for what they
 * wait for; what stands in no row is refused. White space is allowed only where the grammar has BWS.
 */

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
const quoted = (next: ChunkState): Row => ({ hex: next, token: next, blank: next, ';': next, '=': next, text: next })

export const chunkTable: Readonly<Record<ChunkState, Row>> = {
  size: { hex: 'more-size' },
  'more-size': { hex: 'more-size', blank: 'semicolon', ';': 'extension-name', cr: 'line-feed' },
  semicolon: { blank: 'semicolon', ';': 'extension-name' },
  'extension-name': { blank: 'extension-name', hex: 'more-name', token: 'more-name' },
  'more-name': {
    hex: 'more-name',
    token: 'more-name',
    blank: 'equals',
    '=': 'extension-value',
    ';': 'extension-name',
    cr: 'line-feed',
  },
  equals: { blank: 'equals', '=': 'extension-value', ';': 'extension-name' },
  'extension-value': { blank: 'extension-value', hex: 'more-value', token: 'more-value', '"': 'closing-quote' },
  'more-value': { hex: 'more-value', token: 'more-value', blank: 'semicolon', ';': 'extension-name', cr: 'line-feed' },
  'closing-quote': { ...quoted('closing-quote'), '"': 'after-value', '\\': 'escaped' },
  escaped: { ...quoted('closing-quote'), '"': 'closing-quote', '\\': 'closing-quote' },
  'after-value': { blank: 'semicolon', ';': 'extension-name', cr: 'line-feed' },
  'line-feed': { lf: 'done' },
  done: {},
}
