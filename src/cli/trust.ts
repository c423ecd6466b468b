/** `--trust FILE`: these roots and no others. */
import { readFile } from 'node:fs/promises'
import { FailureError, fail } from '../failures/index.ts'
import { certificatesIn } from '../x509/pem.ts'
import { trustStore } from '../x509/store.ts'
import type { TrustStore } from '../x509/types.ts'

/** Every certificate of these files, PEM or DER. Rejects with `ca/trust-file` for a file without any. */
export const rootsIn = async (paths: readonly string[]): Promise<TrustStore> => {
  const found = await Promise.all(
    paths.map(async path => {
      const certificates = certificatesIn(new Uint8Array(await readFile(path)))
      if (certificates.length === 0) throw new FailureError(fail('ca/trust-file', { where: path }))
      return certificates
    }),
  )
  return trustStore(found.flat())
}
