/** `--trust FILE`: these roots and no others. */
import { fromFile } from '../node/trust-store.ts'
import type { TrustStore } from '../x509/path/anchor.ts'
import { joinStores } from '../x509/path/store.ts'

/**
 * Every certificate of these files: PEM, DER, PKCS#7, PKCS#12. Throws `ca/trust-file` for one that has none or cannot be
 * read, and what `openFile` says of a bundle.
 */
export const rootsIn = (paths: readonly string[], password?: string | undefined): TrustStore =>
  joinStores(...paths.map(path => fromFile(path, password)))
