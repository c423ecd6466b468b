/** The certificate authority of this machine as the commands use it. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { authorityPath, localAuthority } from '../node/ca-files.ts'
import { certifiedKey } from '../tls/certified-key.ts'
import type { Issue } from './certificates.ts'

export interface LocalAuthority {
  readonly name: string
  /** Its certificate, PEM. */
  readonly path: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
  /** `made`: there was none before. */
  readonly since: 'made' | 'found'
  readonly issue: Issue
}

/** Made on first use. Throws `ca/…` where its files are not as they must be. */
export const openAuthority = (): LocalAuthority => {
  // Absolute: what is printed is used from other folders.
  const path = resolve(authorityPath())
  const since = existsSync(path) ? 'found' : 'made'
  const authority = localAuthority()
  return {
    name: authority.name,
    path,
    notAfter: authority.notAfter,
    since,
    issue: names => certifiedKey(authority.issue({ names })),
  }
}
