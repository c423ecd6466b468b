import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { dissect } from '../../wire/codec.ts'
import { fieldAt, fieldOver, fields } from '../../wire/field.ts'
import { Certificate } from './certificate.ts'
import { certificateFields, certificateFormat } from './fields.ts'

const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Root' })
const { certificate: der } = ca.issue({ names: ['a.test', '10.0.0.1'] })
const tree = certificateFields(der)

test('every part has its name, its value in words and its bytes', () => {
  const text = (path: string) => fieldAt(tree, path)?.text
  expect(text('tbsCertificate.issuer.0.0.value')).toBe('Root')
  expect(text('tbsCertificate.issuer.0.0.type')).toBe('CN')
  expect(text('tbsCertificate.version.0')).toBe('2')
  expect(text('tbsCertificate.validity.notAfter')).toBe(new Date(new Certificate(der).notAfter).toISOString())
  expect(text('signatureAlgorithm.algorithm')).toBe('ecdsaWithSHA256')
  expect(text('tbsCertificate.extensions.list.subjectAltName.extnValue.0.0')).toBe('a.test')
})

test('ranges nest without holes in what they hold, and agree with what the reader found', () => {
  for (const { path, field } of fields(tree)) {
    expect(field.end, path).toBeGreaterThan(field.start)
    const children = field.children ?? []
    children.forEach((child, i) => {
      expect(child.start).toBeGreaterThan(field.start)
      expect(child.end).toBeLessThanOrEqual(field.end)
      if (i > 0) expect(child.start).toBe(children[i - 1]!.end)
    })
    if (children.length > 0) expect(children.at(-1)!.end, path).toBe(field.end)
  }
  const found = new Certificate(der).find('subjectAltName')!
  expect(fieldOver(tree, found.from).path).toMatch(/subjectAltName\.extnValue/)
})

test('a tree exists up to the damage, which it names', () => {
  for (let end = 0; end < der.length; end++) {
    const cut = certificateFields(der.slice(0, end))
    const notes = [cut, ...[...fields(cut)].map(({ field }) => field)].filter(field => field.note !== undefined)
    expect(notes.length).toBeGreaterThan(0)
  }
})

test('it is a format like any other', () => {
  expect(dissect(certificateFormat, der, 'leaf')).toMatchObject({ name: 'leaf', start: 0, end: der.length })
})

const openssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!openssl)(
  'every element that OpenSSL lists is a field here, byte for byte (openssl is missing when skipped)',
  () => {
    const listing = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: der }).toString()
    const theirs = [...listing.matchAll(/^\s*(\d+):d=\d+\s+hl=(\d+)\s+l=\s*(\d+)/gm)].map(
      ([, at, header, length]) => `${at}-${Number(at) + Number(header) + Number(length)}`,
    )
    const ours = new Set([tree, ...[...fields(tree)].map(({ field }) => field)].map(f => `${f.start}-${f.end}`))
    expect(theirs.length).toBeGreaterThan(40)
    expect(theirs.filter(range => !ours.has(range))).toEqual([])
  },
)
