/** Names that may travel as server_name (RFC 6066 3), and what our client takes for one. */
import { FailureError, fail } from '../../failures/index.ts'
import { parseIp } from '../../wire/address.ts'
import { printable } from '../../x509/certificate/distinguished-name.ts'

/** Letters, digits, hyphens and what else is found in names of hosts; 255 is the most that DNS can carry (RFC 1035 3.1). */
const HOST_NAME = /^[a-z0-9._-]{1,255}$/i

/** Whether a peer's name may reach whoever looks up a certificate. */
export const isHostName = (name: string): boolean => HOST_NAME.test(name)

/** RFC 1035 2.3.4: labels of 1 to 63 octets, 253 in all as text; one dot may follow. */
const LABELS = /^(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i

/**
 * RFC 6066 3: a host name without the trailing dot, other scripts as A-labels; "Literal IPv4 and IPv6 addresses are not
 * permitted", so there is none for these, nor for the empty name. Throws `FailureError` for anything else.
 */
export const sniOf = (serverName: string): string | undefined => {
  if (serverName === '' || parseIp(serverName) !== undefined) return undefined
  if (!LABELS.test(serverName)) throw new FailureError(fail('tls/bad-server-name', { got: printable(serverName) }))
  return serverName.replace(/\.$/, '')
}
