/** Proxies that were asked by SOCKS for a connection, and did not make one (RFC 1928, RFC 1929, SOCKS 4). */
import { socksReplies } from '../../wire/socks-replies.table.ts'
import type { Overview } from './overview.ts'
import type { Diagnosis } from './types.ts'

const [BY_PASSWORD, NO_METHOD] = [0x02, 0xff]
/** Of SOCKS 4: the request was granted. */
const GRANTED = 0x5a

type Found = Pick<Diagnosis, 'code' | 'side'> & { readonly got: string }
const unlogged = (got: string): Found => ({ code: 'net/proxy-authentication', side: 'client', got })
const refused = (got: string): Found => ({ code: 'net/proxy-refused', side: 'server', got })

export const socksDiagnosis = ({ stream }: Overview): Diagnosis | undefined => {
  const { client, server } = stream
  const [version, second = 0] = client.head
  // So many methods a client offers at most: none, GSS-API, a password; SOCKS 4 has two commands.
  const isSocks = (version === 5 || version === 4) && second > 0 && second <= version - 2
  const found = isSocks ? refusal(version === 4, server.head) : undefined
  return found && { by: 'server', certainty: 'seen', expected: 'SOCKS', ...found }
}

const refusal = (isOld: boolean, said: Uint8Array): Found | undefined => {
  const [version, second = 0] = said
  if (isOld) return version === 0 && second > GRANTED ? refused(`${second}`) : undefined
  if (version !== 5) return undefined
  if (second === NO_METHOD) return unlogged('no method')
  const at = second === BY_PASSWORD ? 4 : 2
  if (at === 4 && said[3]) return unlogged(`${said[3]}`)
  const reply = said[at] === 5 && said[at + 1]
  return reply ? refused(socksReplies[reply] ?? `${reply}`) : undefined
}
