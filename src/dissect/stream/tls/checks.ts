/** What can be recomputed without being one of the ends: signatures and Finished, as failures or undefined where they hold. */
import type { CryptoProvider } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import { type Failure, type FailureCode, fail, type GivenFacts } from '../../../failures/index.ts'
import type { AnyMessage } from '../../../tls/messages/message.ts'
import { SignatureScheme } from '../../../tls/messages/registries.table.ts'
import { placeOf } from '../../../tls/record/reading.ts'
import { schemeById } from '../../../tls/schemes.table.ts'
import { Certificate, parseCertificate } from '../../../x509/certificate/certificate.ts'

/** The failure of a message: `path` names its field. */
export const failed = (message: AnyMessage, code: FailureCode, path: string, facts: GivenFacts = {}): Failure =>
  fail(code, { ...facts, where: `${message.name}.${path}`, at: placeOf(message, path) })

/** Whether the key made the signature; `unknown` for a scheme or a key that nobody here checks. */
export const signatureFault = (
  crypto: CryptoProvider,
  message: AnyMessage,
  { scheme: number, signature }: { readonly scheme: number; readonly signature: Bytes },
  spki: Bytes,
  signed: Bytes,
): Failure | undefined | 'unknown' => {
  const scheme = schemeById(number)
  if (scheme === undefined || !crypto.isPublicKey(spki)) return 'unknown'
  if (crypto.verify(scheme.algorithm, spki, signed, signature)) return undefined
  return failed(message, 'tls/signature-wrong', 'signature', { got: SignatureScheme.nameOf(number) })
}

export const finishedFault = (
  crypto: CryptoProvider,
  message: AnyMessage,
  expected: Bytes,
  got: Bytes,
): Failure | undefined =>
  crypto.equal(expected, got) ? undefined : failed(message, 'tls/finished-wrong', 'verifyData')

/** The key of what was shown; undefined where it cannot be read. */
export const keyIn = (shown: Bytes | undefined, type: 'X509' | 'RawPublicKey'): Bytes | undefined => {
  if (shown === undefined || type === 'RawPublicKey') return shown
  const certificate = parseCertificate(shown)
  return certificate instanceof Certificate ? certificate.spki : undefined
}
