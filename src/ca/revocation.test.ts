import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/peers-chain.ts'
import { isFailure } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { pem } from '../x509/files/pem.ts'
import { parseRevocationList } from '../x509/revocation/crl.ts'
import { BasicOcspResponse, certificateId, parseOcspResponse } from '../x509/revocation/ocsp.ts'
import { writeOcspRequest } from '../x509/revocation/ocsp-request.ts'
import { certificateAuthority, loadAuthority } from './authority.ts'
import { ocspAnswer, ocspAnswerFor, orderRevocationList, revocationList } from './revocation.ts'
import type { CertificateAuthority, KeyKind } from './types.ts'

const crypto = nodeCrypto()
const DAY = 86_400_000
const at = Date.UTC(2026, 10, 20, 12)
let clock = at
const now = () => clock
const make = (key?: KeyKind) => {
  clock = at
  const root = certificateAuthority({ crypto, now, name: 'Root', key })
  return { root, middle: root.intermediate({ name: 'Middle', key }) }
}
const listOf = (authority: CertificateAuthority, days?: number) => {
  const list = parseRevocationList(revocationList(authority, { crypto, now: clock, days }))
  if (isFailure(list)) throw new Error(list.code)
  return list
}
const octets = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const asked = (authority: CertificateAuthority, serial: string, nonce?: Uint8Array, hash: 'sha1' | 'sha256' = 'sha1') =>
  writeOcspRequest([certificateId(octets(serial), new Certificate(authority.certificate), hash, crypto)], nonce)
const answerTo = (authorities: readonly CertificateAuthority[], request: Uint8Array) => {
  const answer = parseOcspResponse(ocspAnswer(authorities, request, { crypto, now: clock }))
  if (isFailure(answer)) throw new Error(answer.code)
  return answer
}
const aboutIn = (answer: ReturnType<typeof answerTo>) =>
  answer instanceof BasicOcspResponse ? answer.answers.map(({ about }) => about) : answer.refused

test('a list has what the authority revoked, with dates and reasons, a week and a number that grows', () => {
  const { root, middle } = make()
  const [one, two, three] = ['a.test', 'b.test', 'c.test'].map(name => middle.issue({ names: [name] }))
  const other = root.issue({ names: ['d.test'] })
  expect([...listOf(middle).entries()]).toEqual([])
  clock += 1000
  middle.revoke(one!.serial, 'keyCompromise')
  middle.revoke(two!.serial)
  root.revoke(other.serial)
  clock += 1500
  const list = listOf(middle)
  expect(list.issuer.text).toBe('CN=Middle')
  expect([list.thisUpdate, list.nextUpdate]).toEqual([at + 2000, at + 2000 + 7 * DAY])
  expect(list.extension('cRLNumber')).toEqual(Uint8Array.of(2))
  expect(Buffer.from(list.extension('authorityKeyIdentifier')!.keyIdentifier!).toString('hex')).toBe(middle.id)
  expect(list.size).toBe(2)
  expect(list.find(octets(one!.serial))).toMatchObject({ date: at + 1000, reason: 'keyCompromise' })
  expect(list.find(octets(two!.serial))?.reason).toBeUndefined()
  expect(list.find(octets(three!.serial))).toBeUndefined()
  expect(listOf(middle, 1).nextUpdate).toBe(at + 2000 + DAY)
})

test('what is over for as long as a list lasts is left out, and not before (RFC 5280 3.3)', () => {
  const { middle } = make()
  const { serial } = middle.issue({ names: ['a.test'], days: 10 })
  middle.revoke(serial)
  const after = (days: number) => {
    clock = at + days * DAY
    return listOf(middle).size
  }
  expect([after(0), after(11), after(17), after(17.001)]).toEqual([1, 1, 1, 0])
})

test('answers say good, revoked with date and reason, or that nobody has seen it', () => {
  const { root, middle } = make()
  const [good, bad] = ['a.test', 'b.test'].map(name => middle.issue({ names: [name] }).serial)
  const { spki: publicKey } = crypto.generateKeyPair('p-256')
  middle.order({ names: ['c.test'], publicKey })
  const waiting = middle.inventory.entries().at(-1)!.serial
  middle.revoke(bad!, 'superseded')
  const about = (serial: string) => aboutIn(answerTo([root, middle], asked(middle, serial)))
  expect(about(good!)).toEqual([{ status: 'good' }])
  expect(about(bad!)).toEqual([{ status: 'revoked', date: at, reason: 'superseded' }])
  expect(about(waiting)).toEqual([{ status: 'unknown' }])
  expect(about('0102')).toEqual([{ status: 'unknown' }])
  middle.revoke(waiting)
  expect(about(waiting)).toMatchObject([{ status: 'revoked' }])
  // The intermediate's own serial number is the root's to speak of.
  const own = Buffer.from(new Certificate(middle.certificate).serialNumber).toString('hex')
  expect(about(own)).toEqual([{ status: 'unknown' }])
  expect(aboutIn(answerTo([root, middle], asked(root, own, undefined, 'sha256')))).toEqual([{ status: 'good' }])
})

test('an answer repeats the nonce, is for a week, and is signed by the authority itself', () => {
  const { middle } = make()
  const { serial } = middle.issue({ names: ['a.test'] })
  const nonce = Uint8Array.of(1, 2, 3, 4)
  const answer = answerTo([middle], asked(middle, serial, nonce))
  if (!(answer instanceof BasicOcspResponse)) throw new Error('refused')
  expect(answer.extensions.value('ocspNonce')).toEqual(nonce)
  expect(answer.producedAt).toBe(at)
  expect(answer.answers[0]).toMatchObject({ thisUpdate: at, nextUpdate: at + 7 * DAY })
  const stapled = parseOcspResponse(ocspAnswerFor(middle, serial, { crypto, now: at, days: 1 }))
  if (!(stapled instanceof BasicOcspResponse)) throw new Error('refused')
  expect(stapled.answers[0]).toMatchObject({ about: { status: 'good' }, nextUpdate: at + DAY })
})

test('questions about others, about two authorities at once, with strange conditions or unreadable are refused', () => {
  const { root, middle } = make()
  const { middle: stranger } = make()
  const { serial } = middle.issue({ names: ['a.test'] })
  const id = (authority: CertificateAuthority) =>
    certificateId(octets(serial), new Certificate(authority.certificate), 'sha256', crypto)
  expect(answerTo([root, middle], asked(stranger, serial))).toEqual({ refused: 'unauthorized' })
  expect(answerTo([root, middle], writeOcspRequest([id(root), id(middle)]))).toEqual({ refused: 'unauthorized' })
  expect(aboutIn(answerTo([root, middle], writeOcspRequest([id(middle), id(middle)])))).toHaveLength(2)
  expect(answerTo([middle], Uint8Array.of(1, 2, 3))).toEqual({ refused: 'malformedRequest' })
  expect(answerTo([middle], new Uint8Array(0))).toEqual({ refused: 'malformedRequest' })
  // Named by a hash that nobody knows: 1.3.14.3.2.27 in the place of SHA-1.
  const strange = asked(middle, serial)
  strange[Buffer.from(strange).indexOf(Buffer.from('06052b0e03021a', 'hex')) + 6]!++
  expect(answerTo([middle], strange)).toEqual({ refused: 'unauthorized' })
  const half = { ...id(middle), issuerKeyHash: new Uint8Array(32) }
  expect(answerTo([middle], writeOcspRequest([half]))).toEqual({ refused: 'unauthorized' })
})

test('where the key lives elsewhere, the signature of a list is asked for and looked at', () => {
  const { root } = make()
  const keyless = loadAuthority(crypto, now, root.certificate, undefined)
  const order = orderRevocationList(keyless, { crypto, now: at })
  const list = order.complete(crypto.sign(order.algorithm, root.keyPair.pkcs8, order.tbs))
  expect(isFailure(parseRevocationList(list))).toBe(false)
  const { pkcs8 } = crypto.generateKeyPair('p-256')
  expect(() => order.complete(crypto.sign(order.algorithm, pkcs8, order.tbs))).toThrow('not by the key of “Root”')
  expect(() => revocationList(keyless, { crypto, now: at })).toThrow(TypeError)
})

const openssl = spawnSync('openssl', ['version']).status === 0
const certtool = spawnSync('certtool', ['--version']).status === 0

test.skipIf(!openssl || !certtool).each(['p-256', 'p-384', 'rsa-2048', 'ed25519'] as const)(
  'OpenSSL and GnuTLS obey lists and answers of a %s authority (either is missing when skipped)',
  key => {
    const { path: cwd, remove } = temporaryFolder('revocation')
    try {
      const time = () => Date.now()
      const root = certificateAuthority({ crypto, now: time, name: 'Root', key })
      const [good, bad] = ['a.test', 'b.test'].map(name => root.issue({ names: [name], key }))
      root.revoke(bad!.serial, 'keyCompromise')
      const options = { crypto, now: Date.now() }
      const files = { 'root.pem': root.certificate, 'good.pem': good!.certificate, 'bad.pem': bad!.certificate }
      for (const [name, der] of Object.entries(files)) writeFileSync(join(cwd, name), pem('CERTIFICATE', der))
      writeFileSync(join(cwd, 'list.pem'), pem('X509 CRL', revocationList(root, options)))
      const run = (program: string, ...args: readonly string[]) => {
        const { stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
        return stdout + stderr
      }
      const verify = (leaf: string) =>
        run('openssl', 'verify', '-x509_strict', '-crl_check', '-CAfile', 'root.pem', '-CRLfile', 'list.pem', leaf)
      expect(verify('good.pem')).toContain('good.pem: OK')
      expect(verify('bad.pem')).toContain('certificate revoked')
      const gnutls = (leaf: string) =>
        run('certtool', '--verify', '--load-ca-certificate', 'root.pem', '--load-crl', 'list.pem', '--infile', leaf)
      expect(gnutls('good.pem')).toContain('Verified. The certificate is trusted')
      expect(gnutls('bad.pem')).toContain('revoked')
      for (const [leaf, said] of [
        ['good.pem', 'good.pem: good'],
        ['bad.pem', 'bad.pem: revoked'],
      ] as const) {
        const words = ['ocsp', '-no_nonce', '-issuer', 'root.pem', '-cert', leaf]
        execFileSync('openssl', [...words, '-reqout', 'asked.der'], { cwd, stdio: 'ignore' })
        const request = new Uint8Array(execFileSync('cat', ['asked.der'], { cwd }))
        writeFileSync(join(cwd, 'answer.der'), ocspAnswer([root], request, options))
        const out = run('openssl', ...words, '-respin', 'answer.der', '-CAfile', 'root.pem')
        expect(out).toContain('Response verify OK')
        expect(out).toContain(said)
      }
    } finally {
      remove()
    }
  },
)
