/** `--trust FILE`: these roots and no others. */
import { fromFile } from '../node/trust-store.ts'
import { joinStores } from '../x509/store.ts'
import type { TrustStore } from '../x509/types.ts'

/** Every certificate of these files, PEM or DER. Throws `ca/trust-file` for one that has none or cannot be read. */
export const rootsIn = (paths: readonly string[]): TrustStore => joinStores(...paths.map(fromFile))
