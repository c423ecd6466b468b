/** One authority read from its two files: a certificate, and the key that is its own. */
import { readFileSync } from 'node:fs'
import { loadAuthority } from '../ca/authority.ts'
import type { CertificateAuthority } from '../ca/types.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { english } from '../explain/en/index.ts'
import { type FailureError, fail, isFailure } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { Certificate, parseCertificate } from '../x509/certificate/certificate.ts'
import { inTheClear } from '../x509/files/open.ts'
import { certificatesIn } from '../x509/files/pem.ts'
import { privateKeyIn } from '../x509/files/private-key.ts'
import { type KeyPair, signatureFor } from '../x509/issue.ts'

export interface Place {
  readonly home: string
  readonly folder: string
  readonly crypto: CryptoProvider
  readonly now: () => Millis
  readonly password: string | undefined
}

interface Paths {
  readonly certificate: string
  readonly key: string
}

export const damaged = (folder: string, where: string, got: string): FailureError =>
  inWords(fail('ca/damaged', { where, got, expected: folder }), english)

/** An authority from its files, whose key is that of its certificate. */
export const authorityIn = (
  { folder, crypto, now, password }: Place,
  { certificate, key }: Paths,
  options: Parameters<typeof loadAuthority>[4],
): { readonly authority: CertificateAuthority; readonly keyPair: KeyPair } => {
  const [der] = certificatesIn(new Uint8Array(readFileSync(certificate)))
  const parsed = der === undefined ? undefined : parseCertificate(der)
  if (der === undefined || !(parsed instanceof Certificate))
    throw damaged(folder, certificate, 'holds no certificate that can be read')
  const file = inTheClear(new Uint8Array(readFileSync(key)), password, crypto)
  if (isFailure(file)) throw inWords(file.with({ where: key, expected: 'BAREWIRE_CA_PASSWORD_FILE' }), english)
  const secret = privateKeyIn(file)
  if (secret === undefined) throw damaged(folder, key, 'holds no private key that can be read')
  let authority: CertificateAuthority
  try {
    authority = loadAuthority(crypto, now, der, secret.pkcs8, options)
  } catch {
    throw damaged(folder, certificate, 'holds no certificate of an authority')
  }
  if (!signs(parsed.spki, secret.pkcs8, crypto)) throw damaged(folder, key, `is not the key of ${certificate}`)
  return { authority, keyPair: { spki: parsed.spki, pkcs8: secret.pkcs8 } }
}

/** Whether the key makes signatures that the certificate's key confirms. */
const signs = (spki: Uint8Array, pkcs8: Uint8Array, crypto: CryptoProvider): boolean => {
  try {
    const { algorithm } = signatureFor(spki)
    return crypto.verify(algorithm, spki, PROBE, crypto.sign(algorithm, pkcs8, PROBE))
  } catch {
    return false
  }
}

const PROBE = new TextEncoder().encode('barewire: is this the key?')
