/** A root, an authority below it, and chains of them to judge. */
import { expect } from 'vitest'
import { OID } from '../../src/asn1/oids.table.ts'
import { certificateAuthority } from '../../src/ca/authority.ts'
import type { CertificateAuthority, LeafOptions } from '../../src/ca/types.ts'
import type { Bytes } from '../../src/engine.ts'
import { sentence } from '../../src/explain/index.ts'
import { entryOf, type Failure } from '../../src/failures/index.ts'
import { broken } from '../../src/lab/broken.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { type ExtensionToWrite, writeCertificate, writeName } from '../../src/x509/issue.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import type { ChainRequest } from '../../src/x509/path/types.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'

export const crypto = nodeCrypto()
export const at = Date.UTC(2026, 10, 20, 12)
export const DAY = 86_400_000
export const authority = (name: string): CertificateAuthority =>
  broken(certificateAuthority({ crypto, now: () => at, name }))
export const root = authority('Test Root')
export const middle = root.intermediate({ name: 'Test Intermediate' })
export const names = ['shop.test', '*.shop.test', '10.0.0.5']

export const ask = (
  chain: readonly Bytes[],
  more: Partial<ChainRequest> & { readonly roots?: readonly Bytes[] } = {},
): ChainRequest => {
  const { roots = [root.certificate], ...rest } = more
  return { chain, name: 'shop.test', at, trust: trustStore(roots), crypto, ...rest }
}
export const failure = (request: ChainRequest): Failure => {
  const result = verifyChain(request)
  if (isTrusted(result)) throw new Error(`trusted by ${result.anchor}`)
  // Whatever is refused can be told to people.
  expect(entryOf(result).exit).toBe(5)
  expect(sentence(result)).not.toMatch(/undefined|\?;/)
  return result
}
export const leaf = (options: Partial<LeafOptions> = {}, from = middle): readonly Bytes[] =>
  from.issue({ names, ...options }).chain

export const below = (subject: string, extensions: readonly ExtensionToWrite[], issuer = root) => {
  const keyPair = crypto.generateKeyPair('p-256')
  const certificate = writeCertificate(
    {
      serialNumber: Uint8Array.of(9),
      issuer: writeName([[OID.commonName, issuer.name]]),
      subject: writeName([[OID.commonName, subject]]),
      notBefore: at - DAY,
      notAfter: at + DAY,
      spki: keyPair.spki,
      extensions,
    },
    issuer.keyPair,
    crypto,
  )
  return { certificate, keyPair }
}
