/** Which requests are of the same site (HTML, "schemelessly same site" and "same site"; RFC 6265bis 5.2). */
import { parseIp } from '../../wire/address.ts'

/** The name below a public suffix that somebody registered; of an address, and of a suffix itself, all of it. */
export const registrable = (host: string, isPublicSuffix: (domain: string) => boolean): string => {
  if (parseIp(host.replace(/^\[|\]$/g, '')) !== undefined) return host
  const labels = host.split('.')
  const suffix = labels.findIndex((_, i) => isPublicSuffix(labels.slice(i).join('.')))
  return suffix <= 0 ? host : labels.slice(suffix - 1).join('.')
}

/** `https://shop.test`, whatever is before that name: http and https are different sites. */
export const siteOf = (
  { protocol, hostname }: Pick<URL, 'protocol' | 'hostname'>,
  isPublicSuffix: (domain: string) => boolean,
): string => `${protocol}//${registrable(hostname, isPublicSuffix)}`
