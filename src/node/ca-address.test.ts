/** An authority that knows its address says it in what it signs, and its intermediate stays who it was. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { revocationList } from '../ca/revocation.ts'
import type { FailureError } from '../failures/index.ts'
import { isFailure } from '../failures/index.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { parseRevocationList } from '../x509/revocation/crl.ts'
import { addressLocalAuthority, openLocalAuthority } from './ca-files.ts'
import { nodeCrypto } from './crypto.ts'

const folders: string[] = []
const home = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ca-address-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const crypto = nodeCrypto()
const listIn = (der: Uint8Array): string | undefined => {
  const [point] = new Certificate(der).extension('cRLDistributionPoints') ?? []
  const [name] = point?.name !== undefined && 'full' in point.name ? point.name.full : []
  return name?.type === 'uri' ? name.text : undefined
}
const keyOf = (der: Uint8Array): string => Buffer.from(new Certificate(der).spki).toString('hex')
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as FailureError).code
  }
  return 'nothing'
}

test('given at the beginning or later, it stands in the intermediate and in leaves; the root is the same', () => {
  const folder = home()
  const first = openLocalAuthority({ home: folder })
  expect([first.url, listIn(first.issuer.certificate)]).toEqual([undefined, undefined])
  addressLocalAuthority('http://localhost:14001', { home: folder })
  const later = openLocalAuthority({ home: folder })
  expect([later.since, later.url]).toEqual(['found', 'http://localhost:14001'])
  expect(later.root.certificate).toEqual(first.root.certificate)
  expect(listIn(later.issuer.certificate)).toBe('http://localhost:14001/root.crl')
  expect(listIn(later.issuer.issue({ names: ['a.test'] }).certificate)).toBe('http://localhost:14001/intermediate.crl')
  expect(statSync(join(folder, 'ca', 'authority.json')).mode & 0o777).toBe(0o600)
  const again = openLocalAuthority({ home: folder })
  expect(again.issuer.certificate).toEqual(later.issuer.certificate)
  const other = openLocalAuthority({ home: home(), fresh: { url: 'http://ca.internal/pki' } })
  expect(listIn(other.issuer.certificate)).toBe('http://ca.internal/pki/root.crl')
})

test('what the intermediate signed before it was replaced can be revoked, and is on its list', () => {
  const folder = home()
  const days = (count: number) => () => Date.UTC(2026, 0, 1) + count * 86_400_000
  const before = openLocalAuthority({ home: folder, now: days(1424) })
  const leaf = before.issuer.issue({ names: ['a.test'], days: 300 })
  // Once because its time runs out, once because the address is another.
  for (const [day, url] of [
    [3200, undefined],
    [3201, 'http://localhost:14001'],
  ] as const) {
    if (url !== undefined) addressLocalAuthority(url, { home: folder })
    const { issuer, inventory } = openLocalAuthority({ home: folder, now: days(day) })
    expect(issuer.certificate).not.toEqual(before.issuer.certificate)
    expect([issuer.id, keyOf(issuer.certificate)]).toEqual([before.issuer.id, keyOf(before.issuer.certificate)])
    expect(issuer.revoke(leaf.serial, 'superseded')).toBe(url === undefined ? 'revoked' : 'already')
    const list = parseRevocationList(revocationList(issuer, { crypto, now: days(1500)() }))
    if (isFailure(list)) throw new Error(list.code)
    expect(list.find(Uint8Array.from(Buffer.from(leaf.serial, 'hex')))?.reason).toBe('superseded')
    expect(inventory.entries({ issuer: issuer.id }).map(({ names }) => names)).toEqual([['a.test']])
    inventory.close()
  }
})

test('an authority that takes the place of one that ended, with its intermediate long before, has its address', () => {
  const folder = home()
  openLocalAuthority({ home: folder, now: () => Date.UTC(2016, 0, 1), fresh: { url: 'http://localhost:14001' } })
  const next = openLocalAuthority({ home: folder })
  expect([next.since, next.url]).toEqual(['renewed', 'http://localhost:14001'])
  expect(listIn(next.issuer.certificate)).toBe('http://localhost:14001/root.crl')
})

test.each(['', '{}', '{"url":7}', '{"url":"https://a.test"}', 'null', '{"url":"http://a.test/?x"}'])(
  'a file of it that says %j is damaged: ca/damaged',
  text => {
    const folder = home()
    openLocalAuthority({ home: folder, fresh: { url: 'http://localhost:14001' } }).inventory.close()
    const path = join(folder, 'ca', 'authority.json')
    writeFileSync(path, text)
    expect(codeOf(() => openLocalAuthority({ home: folder }))).toBe('ca/damaged')
  },
)

test.skipIf(process.platform === 'win32')('nobody else may say where: ca/unusable', () => {
  const folder = home()
  openLocalAuthority({ home: folder, fresh: { url: 'http://localhost:14001' } }).inventory.close()
  chmodSync(join(folder, 'ca', 'authority.json'), 0o666)
  expect(codeOf(() => openLocalAuthority({ home: folder }))).toBe('ca/unusable')
})

test('no address is kept that nobody could ask at', () => {
  const folder = home()
  openLocalAuthority({ home: folder }).inventory.close()
  expect(() => addressLocalAuthority('https://ca.test', { home: folder })).toThrow(/is no URL of http:/)
  expect(() => readFileSync(join(folder, 'ca', 'authority.json'))).toThrow(/ENOENT/)
})

test.each([
  ['p-384', { type: 'ecdsa', curve: 'p-384' }],
  ['ed25519', { type: 'ed25519' }],
  ['rsa-2048', { type: 'rsa' }],
] as const)('root and intermediate have keys of one kind: %s', (key, expected) => {
  const { root, issuer } = openLocalAuthority({ home: home(), fresh: { key } })
  for (const { certificate } of [root, issuer]) expect(new Certificate(certificate).publicKey).toMatchObject(expected)
})
