/** A head whose connection ended in the middle of it. */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { StartLine } from './head-reader.ts'

const VERSION = 'HTTP/'
/** Of what came instead, so many bytes are told. */
const MOST_TOLD = 24

/** Why `bytes` are no head. An answer that does not even begin as one is no HTTP/1.1: HTTP/0.9 has no heads at all. */
export const cutHead = (kind: StartLine, bytes: Bytes): Failure => {
  const begun = latin1Text(bytes, 0, Math.min(bytes.length, MOST_TOLD)).replace(/^[\r\n]+/, '')
  return kind === 'response' && !VERSION.startsWith(begun.slice(0, VERSION.length))
    ? fail('http/bad-start-line', { got: JSON.stringify(begun) })
    : fail('http/head-cut-short', { number: bytes.length })
}
