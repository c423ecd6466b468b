/** The certificate authority of this machine as the commands use it. */
import { resolve } from 'node:path'
import type { JsonObject } from '../inspect/index.ts'
import { type AuthorityFiles, aboutToEnd, authorityPath, dataHome, openLocalAuthority } from '../node/ca-files.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { hexText } from '../wire/bytes.ts'
import type { Issue } from './certificates.ts'

/** What is told of an authority. */
export interface AuthorityFacts {
  readonly name: string
  /** Its certificate, PEM. */
  readonly path: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** SHA-256 of the certificate, as browsers and OpenSSL show it. */
  readonly fingerprint: string
  /** `made`: there was none before. `renewed`: there was one that ended, and who trusted it does not trust this one. */
  readonly since: 'made' | 'found' | 'renewed'
}

export interface LocalAuthority extends AuthorityFacts {
  /** Signs with the authority of the moment: one that ends while a server runs is replaced. */
  readonly issue: Issue
}

export interface AuthorityOptions extends Pick<AuthorityFiles, 'home' | 'now'> {
  /** Hears of an authority that took the place of the one that was opened. */
  readonly renewed?: ((authority: AuthorityFacts) => void) | undefined
}

/** Made on first use. Throws `ca/…` where its files are not as they must be. */
export const openAuthority = (options: AuthorityOptions = {}): LocalAuthority => {
  const { home = dataHome(), now = Date.now } = options
  // Absolute: what is printed is used from other folders.
  const path = resolve(authorityPath(home))
  const open = () => {
    const { authority, since } = openLocalAuthority({ home, now })
    const { name, notAfter, certificate } = authority
    return { authority, facts: { name, path, notAfter, fingerprint: fingerprintOf(certificate), since } }
  }
  let current = open()
  return {
    ...current.facts,
    issue(names) {
      if (aboutToEnd(current.authority, now())) {
        current = open()
        // Another process may have been first: to whoever trusts the old one it is the same.
        options.renewed?.({ ...current.facts, since: 'renewed' })
      }
      return certifiedKey(current.authority.issue({ names }))
    },
  }
}

/** For people, after the name. */
export const sinceText = ({ since, notAfter, fingerprint }: AuthorityFacts): string => {
  const until = `valid until ${new Date(notAfter).toISOString().slice(0, 10)}`
  switch (since) {
    case 'made':
      return `made just now, ${until}`
    case 'found':
      return `found, ${until}`
    case 'renewed':
      return `renewed just now, ${until}: what trusted the one before must be told to trust this one, SHA-256 ${fingerprint}`
    default:
      return since satisfies never
  }
}

/** For programs: the event `ca`. */
export const authorityEvent = ({ path, name, notAfter, fingerprint, since }: AuthorityFacts): JsonObject => ({
  type: 'ca',
  path,
  name,
  notAfter: new Date(notAfter).toISOString(),
  fingerprint,
  made: since === 'made',
  renewed: since === 'renewed',
})

const fingerprintOf = (certificate: Uint8Array): string =>
  hexText(nodeCrypto().hash('sha256').update(certificate).digest(), ':').toUpperCase()
