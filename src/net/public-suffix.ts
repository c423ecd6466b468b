/** The public suffix list, as a `World` wants it. Not part of `barewire/net`, which brings no list and no package. */
import { getPublicSuffix } from 'tldts'

/** With the list's private part, as browsers use it for cookies, `github.io` counts. */
export const isPublicSuffix = (domain: string, section?: 'icann'): boolean =>
  getPublicSuffix(domain, { allowPrivateDomains: section !== 'icann' }) === domain
