/** Certificates put together from parts, each of which may be wrong; nobody signs them. */
import { OID } from '../../src/asn1/oids.table.ts'
import { bitString, explicit, integer, nothing, octetString, oid, sequence, time } from '../../src/asn1/write.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { subjectAltName, writeName } from '../../src/x509/issue.ts'
import { concat } from './bytes.ts'

export const crypto = nodeCrypto()
export const at = Date.UTC(2026, 10, 20)
export const { spki } = crypto.generateKeyPair('p-256')
const algorithm = sequence(oid(OID.ecdsaWithSHA256))
const name = writeName([[OID.commonName, 'a.test']])
const dates = sequence(time(at), time(at + 1000))
export const extension = (id: string, value: Uint8Array, critical: readonly Uint8Array[] = []): Uint8Array =>
  sequence(oid(id), ...critical, octetString(value))
export const altName = extension(OID.subjectAltName, subjectAltName(['a.test']).value)
export const falsehood = Uint8Array.of(1, 1, 0)

export interface Parts {
  readonly version?: readonly Uint8Array[]
  readonly serial?: Uint8Array
  readonly inner?: Uint8Array
  readonly outer?: Uint8Array
  readonly issuer?: Uint8Array
  readonly dates?: Uint8Array
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  readonly after?: readonly Uint8Array[]
  readonly signature?: Uint8Array
  readonly end?: Uint8Array
}

/** A certificate of these parts; its signature is of no interest here. */
export const make = (parts: Parts = {}): Uint8Array =>
  concat(
    sequence(
      sequence(
        ...(parts.version ?? [explicit(0, integer(2))]),
        parts.serial ?? integer(1),
        parts.inner ?? algorithm,
        parts.issuer ?? name,
        parts.dates ?? dates,
        parts.subject ?? name,
        parts.spki ?? spki,
        ...(parts.after ?? [explicit(3, sequence(altName))]),
      ),
      parts.outer ?? algorithm,
      parts.signature ?? bitString(Uint8Array.of(1, 2, 3)),
    ),
    parts.end ?? new Uint8Array(),
  )

export const withExtension = (id: string, value: Uint8Array): Parts => ({
  after: [explicit(3, sequence(extension(id, value)))],
})
export const key = (...parts: readonly Uint8Array[]): Uint8Array => sequence(...parts)
export const rsa = (modulus: Uint8Array, exponent: number): Uint8Array =>
  key(sequence(oid(OID.rsaEncryption), nothing), bitString(sequence(integer(modulus), integer(exponent))))
