/** What a proxy tells of its client: `Forwarded` (RFC 7239), and the fields that came before it. */
import type { HeaderList, RequestHead } from '../../http/types.ts'
import type { ConnectionInfo } from '../stream/types.ts'

export type ForwardedAs = 'remove' | 'pass' | 'Forwarded' | 'X-Forwarded' | 'both'

/** What upstreams believe of whoever speaks before them, under the names that are in use. */
const TOLD = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-real-ip',
])

/** Underscores too: many an upstream cannot tell them from hyphens. */
export const withoutForwarded = (list: HeaderList): HeaderList =>
  list.filter(([name]) => !TOLD.has(name.toLowerCase().replaceAll('_', '-')))

export const forwardedFields = (as: ForwardedAs, head: RequestHead, { remote, tls }: ConnectionInfo): HeaderList => {
  const proto = tls === undefined ? 'http' : 'https'
  const { address } = remote
  const fields: [string, string][] = []
  if (as === 'Forwarded' || as === 'both') {
    // RFC 7239 6: an address of IPv6 is quoted, in brackets; so is whatever is no token.
    const node = address.includes(':') ? `"[${address}]"` : address
    const host = head.authority === '' ? '' : `;host="${head.authority.replace(/["\\]/g, '\\$&')}"`
    fields.push(['forwarded', `for=${node}${host};proto=${proto}`])
  }
  if (as === 'X-Forwarded' || as === 'both') {
    fields.push(['x-forwarded-for', address], ['x-forwarded-proto', proto])
    if (head.authority !== '') fields.push(['x-forwarded-host', head.authority])
  }
  return fields
}
