/** The certificate as a field tree (RFC 5280 4.1), and as a format that messages can hold. */
import { derFields, type Shape } from '../../asn1/fields.ts'
import { oidName } from '../../asn1/oid.ts'
import { octetString, sequence } from '../../asn1/write.ts'
import type { Codec } from '../../wire/codec.ts'
import type { Field } from '../../wire/field.ts'

const ref = (section: string): string => `RFC 5280 ${section}`

export const algorithmShape = (name: string, section: string): Shape => ({
  name,
  ref: ref(section),
  parts: [{ name: 'algorithm' }, { name: 'parameters' }],
})

export const nameShape = (what: string, section: string): Shape => ({
  name: what,
  ref: ref(section),
  each: { name: 'relativeName', each: { name: 'attribute', parts: [{ name: 'type' }, { name: 'value' }] } },
})

export const extensionShape: Shape = {
  name: 'extension',
  ref: ref('4.2'),
  parts: [{ name: 'extnID' }, { name: 'critical', tag: 0x01 }, { name: 'extnValue', tag: 0x04, holdsDer: true }],
  rename: field => {
    const id = field.children?.[0]?.value
    return typeof id === 'string' ? oidName(id) : undefined
  },
}

export const certificateShape: Shape = {
  name: 'certificate',
  ref: ref('4.1'),
  parts: [
    {
      name: 'tbsCertificate',
      ref: ref('4.1.2'),
      parts: [
        { name: 'version', tag: 0xa0, ref: ref('4.1.2.1') },
        { name: 'serialNumber', ref: ref('4.1.2.2') },
        algorithmShape('signature', '4.1.2.3'),
        nameShape('issuer', '4.1.2.4'),
        { name: 'validity', ref: ref('4.1.2.5'), parts: [{ name: 'notBefore' }, { name: 'notAfter' }] },
        nameShape('subject', '4.1.2.6'),
        {
          name: 'subjectPublicKeyInfo',
          ref: ref('4.1.2.7'),
          parts: [algorithmShape('algorithm', '4.1.2.7'), { name: 'subjectPublicKey' }],
        },
        { name: 'issuerUniqueID', tag: 0x81, ref: ref('4.1.2.8') },
        { name: 'subjectUniqueID', tag: 0x82, ref: ref('4.1.2.8') },
        {
          name: 'extensions',
          tag: 0xa3,
          ref: ref('4.1.2.9'),
          parts: [{ name: 'list', each: extensionShape }],
        },
      ],
    },
    algorithmShape('signatureAlgorithm', '4.1.1.2'),
    { name: 'signatureValue', ref: ref('4.1.1.3') },
  ],
}

/** The tree of the certificate in `bytes[start, end)`, as far as the bytes make sense. */
export const certificateFields = (bytes: Uint8Array, start = 0, end: number = bytes.length): Field =>
  derFields(bytes, start, end, certificateShape)

/** A certificate that fills the rest of its message. Its bytes are kept as they are; `parseCertificate` judges them. */
export const certificateFormat: Codec<Uint8Array> = {
  read: reader => reader.take(reader.left),
  write: (writer, value) => writer.put(value),
  walk(reader, field, out) {
    const tree = certificateFields(reader.bytes, reader.pos, reader.end)
    const value = reader.take(reader.left)
    out.push({ ...tree, name: field, end: reader.pos, value })
    return value
  },
  sample: random => sequence(octetString(Uint8Array.from({ length: Math.floor(random() * 20) }, () => random() * 256))),
}
