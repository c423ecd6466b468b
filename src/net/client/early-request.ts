/** Requests that may leave with the first flight of TLS (RFC 8470): which, and as what bytes. */
import type { Bytes } from '../../engine.ts'
import { httpClient } from '../../http/connection/engine.ts'
import type { HeaderList } from '../../http/types.ts'
import { joined } from '../../wire/bytes.ts'
import { SAFE_METHODS } from '../safe-methods.ts'
import type { Outline } from './request.ts'

export interface EarlyRequest {
  readonly headers: HeaderList
  readonly bytes: Bytes
}

/** RFC 8470 4: "An intermediary or user agent MUST NOT send unsafe methods in early data"; and here nothing with a body. */
export const mayBeEarly = ({ method, body, url }: Outline): boolean =>
  url.protocol === 'https:' && SAFE_METHODS.has(method) && body === undefined

/** As the connection would write it. */
export const earlyRequest = (method: string, target: string, headers: HeaderList): EarlyRequest => {
  const engine = httpClient()
  engine.send({ type: 'request', method, target, headers }, 0)
  engine.send({ type: 'end' }, 0)
  const pieces: Bytes[] = []
  for (let out = engine.pollTransmit(0); out !== undefined; out = engine.pollTransmit(0)) pieces.push(...out)
  return { headers, bytes: joined(pieces) }
}
