import { expect, test } from 'vitest'
import { concat, toHex } from '../../../test/support/bytes.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { suites } from '../suites.table.ts'
import { AeadProtection } from './record-protection.ts'

const aeads = suites.flatMap(suite => (suite.mode === 'aead' ? [suite] : []))

for (const [platform, { crypto }] of platforms)
  test.each(aeads.map(suite => [suite.name, suite] as const))(
    `RFC 5246 6.2.3.3: on ${platform} a record of %s is what it is by hand, from the first byte to the last`,
    (_, suite) => {
      const key = new Uint8Array(suite.keyLength).fill(6)
      const iv = Uint8Array.from({ length: suite.fixedIvLength }, (_, i) => 0xa0 + i)
      const [ours, theirs] = [new AeadProtection(crypto, suite, key, iv), new AeadProtection(crypto, suite, key, iv)]
      for (const [at, length] of [0, 1, 255, 256, 16_384].entries()) {
        const content = new Uint8Array(length).fill(7)
        const sequence = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, at)
        const explicit = sequence.subarray(0, suite.recordIvLength)
        // RFC 5288 3: the number stands behind the salt. RFC 7905 2: it is XORed into the last eight bytes.
        const nonce = concat(iv, explicit)
        if (suite.recordIvLength === 0) nonce[11]! ^= at
        const additional = concat(sequence, Uint8Array.of(23, 3, 3, length >> 8, length & 0xff))
        const { ciphertext, tag } = crypto.aead(suite.aead, key).seal(nonce, additional, content)
        const fragment = concat(explicit, ciphertext, tag)
        const header = Uint8Array.of(23, 3, 3, fragment.length >> 8, fragment.length & 0xff)
        expect(toHex(concat(...ours.seal(23, content)))).toBe(toHex(concat(header, fragment)))
        expect(theirs.open(23, fragment)).toEqual(content)
      }
    },
  )
