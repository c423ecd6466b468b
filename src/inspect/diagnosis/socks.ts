/** Proxies that were asked by SOCKS for a connection, and did not make one (RFC 1928, RFC 1929, SOCKS 4). */
import { isSocks } from '../../dissect/stream/preamble.ts'
import { socksReplies } from '../../wire/socks-replies.table.ts'
import type { Overview } from './overview.ts'
import type { Diagnosis } from './types.ts'

const [BY_PASSWORD, NO_METHOD] = [0x02, 0xff]
/** Of SOCKS 4: the request was granted. */
const GRANTED = 0x5a

export const socksDiagnosis = ({ stream }: Overview): Diagnosis | undefined => {
  const { client, server } = stream
  if (isSocks(client.head) !== true) return undefined
  const facts = { by: 'server', certainty: 'seen', expected: 'SOCKS' } as const
  const [version, second, third, fourth] = server.head
  if (second === undefined) return undefined
  if (client.head[0] === 4)
    return version === 0 && second > GRANTED
      ? { ...facts, code: 'net/proxy-refused', side: 'server', got: `code ${second}` }
      : undefined
  if (version !== 5) return undefined
  if (second === NO_METHOD) return { ...facts, code: 'net/proxy-authentication', side: 'client', got: 'no method' }
  const withPassword = second === BY_PASSWORD
  if (withPassword && fourth !== undefined && fourth !== 0)
    return { ...facts, code: 'net/proxy-authentication', side: 'client', got: `code ${fourth}` }
  const reply = withPassword ? server.head[5] : fourth
  if (reply === undefined || reply === 0 || (withPassword ? server.head[4] : third) !== 5) return undefined
  return { ...facts, code: 'net/proxy-refused', side: 'server', got: socksReplies[reply] ?? `code ${reply}` }
}
