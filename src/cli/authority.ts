/** The certificate authority of this machine as the commands use it. */
import { resolve } from 'node:path'
import { unlessRefused } from '../ca/refused.ts'
import type { CertificateAuthority } from '../ca/types.ts'
import type { Failure } from '../failures/index.ts'
import type { JsonObject } from '../inspect/index.ts'
import {
  type AuthorityFiles,
  aboutToEnd,
  authorityPath,
  dataHome,
  type OpenedAuthority,
  openLocalAuthority,
} from '../node/ca-files.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { hexText } from '../wire/bytes.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
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
  /** The authority of the moment, for those who sign for others. */
  readonly issuer: () => CertificateAuthority
  /** The same, and the root above it, by the names that they have where they tell what they revoked. */
  readonly authorities: () => Readonly<Record<'root' | 'intermediate', CertificateAuthority>>
  /** Where they do; undefined where nobody knows. */
  readonly url: string | undefined
  /** Why it does not sign for these names: `ca/refused`. Undefined when it does. */
  readonly refuses: (names: readonly string[]) => Failure | undefined
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
    const opened = openLocalAuthority({ home, now })
    return { ...opened, facts: factsOf(opened, path) }
  }
  let current = open()
  const fresh = (): CertificateAuthority => {
    if (aboutToEnd(current.root, now()) || aboutToEnd(current.issuer, now())) {
      const { fingerprint } = current.facts
      current = open()
      // Another process may have been first: to whoever trusts the old one it is the same.
      if (current.facts.fingerprint !== fingerprint) options.renewed?.({ ...current.facts, since: 'renewed' })
    }
    return current.issuer
  }
  return {
    ...current.facts,
    refuses(names) {
      const { issuer } = current
      const { spki: publicKey } = new Certificate(issuer.certificate)
      return unlessRefused(issuer, () => {
        issuer.judge({ names, publicKey })
        return undefined
      })
    },
    issuer: fresh,
    authorities() {
      const intermediate = fresh()
      return { root: current.root, intermediate }
    },
    url: current.url,
    issue(names) {
      return certifiedKey(fresh().issue({ names, by: 'serve' }))
    },
  }
}

/** What is told of an authority whose certificate lies at `path`. */
export const factsOf = (
  { root, since }: Pick<OpenedAuthority, 'root' | 'since'>,
  path: string = resolve(authorityPath()),
): AuthorityFacts => {
  const { name, notAfter, certificate } = root
  return { name, path, notAfter, fingerprint: fingerprintOf(certificate), since }
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
