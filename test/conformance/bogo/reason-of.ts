/** A failure as the runner expects to read it: BoringSSL's word for it between colons. */
import { elsewhere } from '../../../src/explain/index.ts'
import type { Failure } from '../../../src/failures/index.ts'

export const reasonOf = (failure: Failure): string => {
  const { code, where = '', got = '', expected = '' } = failure
  return `${code} :${elsewhere(failure).boringssl ?? 'NO_WORD'}: ${where} got ${got} expected ${expected}`
}
