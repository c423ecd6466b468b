/** What an authority refuses, as a failure: for those who bring requests of others and go on. */
import { DerError } from '../asn1/der.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { CertificateAuthority } from './types.ts'

/** What `work` returns, or `ca/refused` with the reason where the authority or its policy says no. */
export const unlessRefused = <T>({ name }: Pick<CertificateAuthority, 'name'>, work: () => T): T | Failure => {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof DerError)) throw error
    return fail('ca/refused', { where: name, got: error.message })
  }
}
