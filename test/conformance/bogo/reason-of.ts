/** A failure as the runner expects to read it: BoringSSL's word for it between colons. */
import { elsewhere } from '../../../src/explain/index.ts'
import type { Failure } from '../../../src/failures/index.ts'

/** BoringSSL lists errors one on the other: this is what always stands below, and what the runner sometimes waits for. */
const BELOW: Readonly<Record<string, string>> = {
  ERROR_PARSING_EXTENSION: 'PARSE_TLSEXT',
  DECRYPTION_FAILED_OR_BAD_RECORD_MAC: 'BAD_DECRYPT',
}

export const reasonOf = (failure: Failure): string => {
  const { code, where = '', got = '', expected = '' } = failure
  const word = `${elsewhere(failure).boringssl ?? 'NO_WORD'}`
  const words = [word, ...(BELOW[word] === undefined ? [] : [BELOW[word]])].map(each => `:${each}:`)
  return `${code} ${words.join(' ')} ${where} got ${got} expected ${expected}`
}
