/** What stands in DER files besides certificates, as shapes for the field tree (`asn1/fields.ts`). */
import { derFields, type Shape } from '../../asn1/fields.ts'
import { sequence } from '../../asn1/write.ts'
import type { Codec } from '../../wire/codec.ts'
import { algorithmShape, certificateShape, extensionShape, nameShape } from '../../x509/certificate/fields.ts'

const algorithm = (name: string, ref: string): Shape => ({ ...algorithmShape(name, ''), ref })
const name = (what: string, ref: string): Shape => ({ ...nameShape(what, ''), ref })
const extensions = (label: string, tag: number, ref: string): Shape => ({
  name: label,
  tag,
  ref,
  parts: [{ name: 'list', each: extensionShape }],
})
const publicKey = (label: string, ref: string): Shape => ({
  name: label,
  ref,
  parts: [algorithm('algorithm', ref), { name: 'subjectPublicKey' }],
})

const request: Shape = {
  name: 'certificationRequest',
  ref: 'RFC 2986 4.2',
  parts: [
    {
      name: 'certificationRequestInfo',
      ref: 'RFC 2986 4.1',
      parts: [
        { name: 'version' },
        name('subject', 'RFC 2986 4.1'),
        publicKey('subjectPKInfo', 'RFC 2986 4.1'),
        {
          name: 'attributes',
          tag: 0xa0,
          ref: 'RFC 2986 4.1',
          each: {
            name: 'attribute',
            parts: [{ name: 'type' }, { name: 'values', each: { name: 'value', each: extensionShape } }],
          },
        },
      ],
    },
    algorithm('signatureAlgorithm', 'RFC 2986 4.2'),
    { name: 'signature' },
  ],
}

const list: Shape = {
  name: 'certificateList',
  ref: 'RFC 5280 5.1',
  parts: [
    {
      name: 'tbsCertList',
      ref: 'RFC 5280 5.1.2',
      parts: [
        { name: 'version', tag: 0x02 },
        algorithm('signature', 'RFC 5280 5.1.2.2'),
        name('issuer', 'RFC 5280 5.1.2.3'),
        { name: 'thisUpdate' },
        { name: 'nextUpdate', tag: 0x17 },
        { name: 'nextUpdate', tag: 0x18 },
        {
          name: 'revokedCertificates',
          tag: 0x30,
          ref: 'RFC 5280 5.1.2.6',
          each: {
            name: 'revoked',
            parts: [
              { name: 'userCertificate' },
              { name: 'revocationDate' },
              { name: 'crlEntryExtensions', each: extensionShape },
            ],
          },
        },
        extensions('crlExtensions', 0xa0, 'RFC 5280 5.1.2.7'),
      ],
    },
    algorithm('signatureAlgorithm', 'RFC 5280 5.1.1.2'),
    { name: 'signatureValue' },
  ],
}

const certId: Shape = {
  name: 'certID',
  ref: 'RFC 6960 4.1.1',
  parts: [
    algorithm('hashAlgorithm', 'RFC 6960 4.1.1'),
    { name: 'issuerNameHash' },
    { name: 'issuerKeyHash' },
    { name: 'serialNumber' },
  ],
}

const ocspRequest: Shape = {
  name: 'ocspRequest',
  ref: 'RFC 6960 4.1.1',
  parts: [
    {
      name: 'tbsRequest',
      ref: 'RFC 6960 4.1.1',
      parts: [
        { name: 'version', tag: 0xa0 },
        { name: 'requestorName', tag: 0xa1 },
        {
          name: 'requestList',
          tag: 0x30,
          each: { name: 'request', parts: [certId, extensions('singleRequestExtensions', 0xa0, 'RFC 6960 4.1.1')] },
        },
        extensions('requestExtensions', 0xa2, 'RFC 6960 4.4'),
      ],
    },
    { name: 'optionalSignature', tag: 0xa0 },
  ],
}

const basicResponse: Shape = {
  name: 'basicOCSPResponse',
  ref: 'RFC 6960 4.2.1',
  parts: [
    {
      name: 'tbsResponseData',
      ref: 'RFC 6960 4.2.1',
      parts: [
        { name: 'version', tag: 0xa0 },
        { name: 'responderByName', tag: 0xa1, parts: [name('name', 'RFC 5280 4.1.2.4')] },
        { name: 'responderByKey', tag: 0xa2 },
        { name: 'producedAt' },
        {
          name: 'responses',
          tag: 0x30,
          each: {
            name: 'singleResponse',
            parts: [
              certId,
              { name: 'good', tag: 0x80 },
              { name: 'revoked', tag: 0xa1, parts: [{ name: 'revocationTime' }, { name: 'revocationReason' }] },
              { name: 'unknown', tag: 0x82 },
              { name: 'thisUpdate' },
              { name: 'nextUpdate', tag: 0xa0 },
              extensions('singleExtensions', 0xa1, 'RFC 6960 4.4'),
            ],
          },
        },
        extensions('responseExtensions', 0xa1, 'RFC 6960 4.4'),
      ],
    },
    algorithm('signatureAlgorithm', 'RFC 6960 4.2.1'),
    { name: 'signature' },
    { name: 'certs', tag: 0xa0, parts: [{ name: 'list', each: certificateShape }] },
  ],
}

const ocspResponse: Shape = {
  name: 'ocspResponse',
  ref: 'RFC 6960 4.2.1',
  parts: [
    { name: 'responseStatus' },
    {
      name: 'responseBytes',
      tag: 0xa0,
      parts: [
        {
          name: 'responseBytes',
          parts: [{ name: 'responseType' }, { name: 'response', tag: 0x04, holdsDer: true, parts: [basicResponse] }],
        },
      ],
    },
  ],
}

const ecKey: Shape = {
  name: 'ecPrivateKey',
  ref: 'RFC 5915 3',
  parts: [
    { name: 'version' },
    { name: 'privateKey' },
    { name: 'parameters', tag: 0xa0 },
    { name: 'publicKey', tag: 0xa1 },
  ],
}

const rsaNumbers = ['modulus', 'publicExponent', 'privateExponent', 'prime1', 'prime2'] as const
const rsaKey: Shape = {
  name: 'rsaPrivateKey',
  ref: 'RFC 8017 A.1.2',
  parts: ['version', ...rsaNumbers, 'exponent1', 'exponent2', 'coefficient'].map(part => ({ name: part })),
}

const pkcs8: Shape = {
  name: 'privateKeyInfo',
  ref: 'RFC 5958 2',
  parts: [
    { name: 'version' },
    algorithm('privateKeyAlgorithm', 'RFC 5958 2'),
    { name: 'privateKey', tag: 0x04 },
    { name: 'attributes', tag: 0xa0 },
    { name: 'publicKey', tag: 0x81 },
  ],
}

const encryptedPkcs8: Shape = {
  name: 'encryptedPrivateKeyInfo',
  ref: 'RFC 5958 3',
  parts: [algorithm('encryptionAlgorithm', 'RFC 5958 3'), { name: 'encryptedData' }],
}

/** By the name after `der.`: what it is called, its shape, and whether the numbers in it are secret. */
export const derKinds: Readonly<
  Record<string, { readonly title: string; readonly shape: Shape; readonly secret?: true }>
> = {
  certificate: { title: 'certificate', shape: certificateShape },
  request: { title: 'certificate request', shape: request },
  crl: { title: 'revocation list', shape: list },
  'ocsp-request': { title: 'OCSP request', shape: ocspRequest },
  'ocsp-response': { title: 'OCSP response', shape: ocspResponse },
  'public-key': { title: 'public key', shape: publicKey('subjectPublicKeyInfo', 'RFC 5280 4.1.2.7') },
  'private-key': { title: 'private key', shape: pkcs8, secret: true },
  'encrypted-key': { title: 'encrypted private key', shape: encryptedPkcs8 },
  'ec-key': { title: 'private key of an elliptic curve', shape: ecKey, secret: true },
  'rsa-key': { title: 'private key of RSA', shape: rsaKey, secret: true },
  any: { title: 'DER', shape: { name: 'der' } },
}

/** A format of everything that is left, shown by its shape; its bytes are its value. */
export const derFormat = (shape: Shape): Codec<Uint8Array> => ({
  read: reader => reader.take(reader.left),
  write: (writer, value) => writer.put(value),
  walk(reader, field, out) {
    const tree = derFields(reader.bytes, reader.pos, reader.end, shape)
    const value = reader.take(reader.left)
    out.push({ ...tree, name: field, end: reader.pos, value })
    return value
  },
  sample: () => sequence(),
})
