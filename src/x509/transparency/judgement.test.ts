import { expect, test } from 'vitest'
import { ask, at, crypto, DAY, failure, leaf, middle, names, root } from '../../../test/support/chains.ts'
import { alpha, beta, gamma, listOf, logBy, told } from '../../../test/support/logs.ts'
import { signedBy } from '../../../test/support/revocation.ts'
import { OID } from '../../asn1/oids.table.ts'
import { octetString, oid, sequence } from '../../asn1/write.ts'
import type { Bytes } from '../../engine.ts'
import { certificateLog } from '../../lab/certificate-log.ts'
import { Certificate } from '../certificate/certificate.ts'
import { certificateToSign, keyIdentifier, sctList, subjectAltName, writeName } from '../issue.ts'
import { explainChain } from '../path/explain.ts'
import { ChainTrusted, isTrusted, trustWithoutChecking } from '../path/trusted.ts'
import { verifyChain } from '../path/verify.ts'
import { certificateId } from '../revocation/ocsp.ts'
import { ocspAnswerTbs, writeOcspResponse } from '../revocation/ocsp-write.ts'
import { precertificateTbs } from './signed-entry.ts'

const logged = (...logs: readonly (typeof alpha)[]): readonly Bytes[] => leaf({ logs: logs.map(log => log.promise) })

test('a timestamp in the certificate is checked over the certificate without it, by keys of both kinds', () => {
  expect(told(logged(alpha, gamma))).toBe('certificate Alpha: good, certificate Gamma: good')
  expect(told(leaf())).toBe('')
  expect(told(logged(alpha), { list: listOf(beta) })).toBe('certificate nobody: unknown-log')
})

test('a timestamp for another certificate, or of another issuer, does not count', () => {
  const [own] = logged(alpha)
  const { value } = sctList([new Uint8Array(new Certificate(own!).extension('sctList')![0]!.signature)])
  expect(value.length).toBeGreaterThan(0)
  let kept: Uint8Array | undefined
  leaf({ logs: [asked => (kept = alpha.promise(asked))] })
  expect(told(leaf({ extensions: [sctList([kept!])] }))).toBe('certificate Alpha: signature')
  const foreign = leaf({ logs: [asked => alpha.promise({ ...asked, issuerKey: root.keyPair.spki })] })
  expect(told(foreign)).toBe('certificate Alpha: signature')
})

test('the extension is taken out to the octet, wherever it stands, and with it the last one', () => {
  const extra = { oid: '1.3.6.1.4.1.99999.7', critical: false, value: octetString(new Uint8Array(200)) }
  const with4 = [subjectAltName(['shop.test']), extra]
  const toSign = (extensions: typeof with4) =>
    certificateToSign(
      {
        serialNumber: Uint8Array.of(1),
        issuer: writeName([[OID.commonName, 'Test Intermediate']]),
        subject: writeName([]),
        notBefore: at,
        notAfter: at,
        spki: middle.keyPair.spki,
        extensions,
      },
      middle.keyPair.spki,
    )
  const list = sctList([alpha.promiseFor(Uint8Array.of(1)), beta.promiseFor(Uint8Array.of(1))])
  const without = (extensions: typeof with4): Uint8Array =>
    precertificateTbs(new Certificate(toSign(extensions).sealed(new Uint8Array(64))))
  const plain = toSign(with4).tbs
  expect(without([list, ...with4])).toEqual(plain)
  expect(without([with4[0]!, list, with4[1]!])).toEqual(plain)
  expect(without([...with4, list])).toEqual(plain)
  expect(without(with4)).toEqual(plain)
  expect(without([list])).toEqual(toSign([]).tbs)
})

test('what the log was shown by a precertificate signing certificate is bound to the final issuer (RFC 6962 3.2)', () => {
  // What the log gets is signed by another key under the issuer's name; the key that it hashes is the issuer's.
  const signing = middle.issue({ names: [], commonName: 'Precertificates', extensions: [] })
  const keyed = leaf({
    logs: [
      ({ tbs }) => {
        const submitted = signedBy({ spki: signing.publicKey, pkcs8: signing.privateKey }, () => tbs)
        expect(submitted.length).toBeGreaterThan(tbs.length)
        return alpha.promise({ tbs, issuerKey: new Certificate(middle.certificate).spki })
      },
    ],
  })
  expect(told(keyed)).toBe('certificate Alpha: good')
  const wrong = leaf({ logs: [({ tbs }) => alpha.promise({ tbs, issuerKey: signing.publicKey })] })
  expect(told(wrong)).toBe('certificate Alpha: signature')
})

test('timestamps of the handshake are over the certificate as it is', () => {
  const chain = leaf()
  const own = chain[0]!
  const scts = (...octets: readonly Bytes[]) => told(chain, { evidence: { scts: octets } })
  expect(scts(alpha.promiseFor(own), beta.promiseFor(own))).toBe('tls Alpha: good, tls Beta: good')
  expect(scts(alpha.promiseFor(middle.certificate))).toBe('tls Alpha: signature')
  let embedded: Uint8Array | undefined
  leaf({ logs: [asked => (embedded = alpha.promise(asked))] })
  expect(scts(embedded!)).toBe('tls Alpha: signature')
  expect(scts(Uint8Array.of(0, 1), new Uint8Array(0))).toBe('tls nobody: malformed, tls nobody: malformed')
  // Of another version: nobody here knows what it says.
  expect(scts(Uint8Array.of(1, 2, 3))).toBe('')
})

test('timestamps of an OCSP answer count, for the certificate that it is about', () => {
  const chain = leaf()
  const own = new Certificate(chain[0]!)
  const answer = (extension: Uint8Array, serialNumber = own.serialNumber): Bytes => {
    const id = certificateId(serialNumber, new Certificate(middle.certificate), 'sha1', crypto)
    const tbs = ocspAnswerTbs({
      responder: { keyHash: new Uint8Array(20) },
      producedAt: at,
      answers: [
        {
          id,
          about: { status: 'good' },
          thisUpdate: at,
          extensions: [{ oid: OID.ocspSctList, critical: false, value: extension }],
        },
      ],
    })
    return writeOcspResponse(tbs, sequence(oid(OID.ecdsaWithSHA256)), new Uint8Array(70), [])
  }
  const { value } = sctList([alpha.promiseFor(chain[0]!)])
  expect(told(chain, { evidence: { stapled: answer(value) } })).toBe('ocsp Alpha: good')
  expect(told(chain, { evidence: { ocsp: [answer(value)] } })).toBe('ocsp Alpha: good')
  expect(told(chain, { evidence: { stapled: answer(value, Uint8Array.of(9)) } })).toBe('')
  expect(told(chain, { evidence: { stapled: answer(octetString(Uint8Array.of(0))) } })).toBe('ocsp nobody: malformed')
})

test('a signature of another kind than the key of the log makes does not count', () => {
  const changed = (at: number, to: number) =>
    told(
      leaf({
        logs: [
          asked => {
            const sct = alpha.promise(asked)
            sct[at] = to
            return sct
          },
        ],
      }),
    )
  // Behind version, log, time and the empty extensions: the hash, and the kind of signature.
  expect(changed(43, 5)).toBe('certificate Alpha: algorithm')
  expect(changed(44, 1)).toBe('certificate Alpha: algorithm')
  expect(changed(40, 0xff)).toBe('certificate Alpha: signature')
})

test('a timestamp from a moment that is still to come does not count', () => {
  const dated = (now: number) => {
    const log = certificateLog({ crypto, now: () => now, name: 'Clock' })
    return told(leaf({ logs: [log.promise] }), { list: listOf(log) })
  }
  expect(dated(at)).toBe('certificate Clock: good')
  expect(dated(at + 1)).toBe('certificate Clock: not-yet')
})

test('a log counts for certificates that end within its interval', () => {
  const notAfter = at + 10 * DAY
  const own = leaf({ logs: [alpha.promise], notAfter })
  const within = (from: number, until: number) => told(own, { list: listOf([alpha, { interval: { from, until } }]) })
  expect(within(notAfter, notAfter + 1000)).toBe('certificate Alpha: good')
  expect(within(notAfter - 1000, notAfter)).toBe('certificate Alpha: out-of-interval')
  expect(within(notAfter + 1000, notAfter + 2000)).toBe('certificate Alpha: out-of-interval')
})

test('what a log is by the list decides whether its timestamps count', () => {
  const own = logged(alpha)
  const scts = [alpha.promiseFor(own[0]!)]
  const state = (name: 'pending' | 'qualified' | 'usable' | 'readonly' | 'rejected') =>
    told(own, { list: listOf([alpha, { state: name }]), evidence: { scts } })
  for (const name of ['qualified', 'usable', 'readonly'] as const)
    expect(state(name)).toBe('certificate Alpha: good, tls Alpha: good')
  for (const name of ['pending', 'rejected'] as const)
    expect(state(name)).toBe('certificate Alpha: log-not-accepted, tls Alpha: log-not-accepted')
  const retired = (since: number) =>
    told(own, { list: listOf([alpha, { state: 'retired', since }]), evidence: { scts } })
  // The timestamps are a day old. What came in the handshake could be of another log by now.
  expect(retired(at)).toBe('certificate Alpha: good, tls Alpha: log-retired')
  expect(retired(at - DAY)).toBe('certificate Alpha: log-retired, tls Alpha: log-retired')
  expect(retired(at + 1)).toBe('certificate Alpha: good, tls Alpha: good')
})

test("the earliest timestamp tells whether a certificate was logged before a log's end", () => {
  const early = logBy('Early', 'E', { now: () => at - 3 * DAY })
  const retired = [alpha, { state: 'retired', since: at - 2 * DAY }] as const
  expect(told(logged(alpha, early), { list: listOf(retired, early) })).toBe(
    'certificate Alpha: good, certificate Early: good',
  )
  // One that does not count itself tells nothing.
  expect(told(logged(alpha, early), { list: listOf(retired) })).toBe(
    'certificate Alpha: log-retired, certificate nobody: unknown-log',
  )
})

test('more than 32 timestamps are not looked at, and no more signatures are checked', () => {
  let checks = 0
  const counting = {
    ...crypto,
    verify: (...args: Parameters<typeof crypto.verify>) => {
      checks++
      return crypto.verify(...args)
    },
  }
  const chain = leaf()
  const scts = Array.from({ length: 40 }, () => alpha.promiseFor(middle.certificate))
  const text = told(chain, { evidence: { scts }, more: { crypto: counting } })
  expect(text.match(/signature/g)).toHaveLength(32)
  expect(text.match(/too-many/g)).toHaveLength(8)
  expect(checks).toBe(34)
})

test('without a list nothing is checked, and the proof says so', () => {
  const silent = verifyChain(ask(logged(alpha)))
  expect(isTrusted(silent) && silent.transparency).toEqual({ status: 'not-checked' })
  const question = { chain: leaf(), name: undefined, purpose: 'server', keyUsage: undefined } as const
  expect(trustWithoutChecking(question, middle.certificate, 'a test').transparency).toEqual({ status: 'not-checked' })
})

test('the proof says of each timestamp whose it is and when it was made, and cannot be changed', () => {
  const before = [{ operator: 'Old', until: at - DAY + 1 }] as const
  const logs = listOf([alpha, { before }])
  const result = verifyChain(ask(logged(alpha), { transparency: { logs } }))
  expect(result).toBeInstanceOf(ChainTrusted)
  const state = isTrusted(result) ? result.transparency : undefined
  expect(state).toEqual({
    status: 'checked',
    policy: 'off',
    listed: at - DAY,
    complies: undefined,
    timestamps: [
      {
        source: 'certificate',
        logId: keyIdHex(alpha.id),
        log: 'Alpha',
        operator: 'Old',
        at: at - DAY,
        fault: undefined,
      },
    ],
  })
  expect(Object.isFrozen(state) && state?.status === 'checked' && Object.isFrozen(state.timestamps)).toBe(true)
})

const keyIdHex = (id: Uint8Array): string => Array.from(id, octet => octet.toString(16).padStart(2, '0')).join('')

test('a path whose issuer is not known says so of the timestamps in the certificate', () => {
  const { paths } = explainChain(ask(logged(alpha).slice(0, 1), { transparency: { logs: listOf(alpha) } }))
  expect(paths).toHaveLength(1)
  expect(paths[0]!.known.transparency).toMatchObject({ timestamps: [{ log: 'Alpha', fault: 'no-issuer' }] })
})

test('an explanation has the timestamps of each path, and what was not checked', () => {
  const known = (more: object) => explainChain(ask(logged(alpha, beta), more)).paths[0]!.known
  expect(known({ transparency: { logs: listOf(alpha) } }).transparency).toMatchObject({
    status: 'checked',
    timestamps: [
      { log: 'Alpha', fault: undefined },
      { log: undefined, fault: 'unknown-log' },
    ],
  })
  expect(known({})).toEqual({
    revocation: [
      { status: 'not-checked', faults: [] },
      { status: 'not-checked', faults: [] },
    ],
    transparency: { status: 'not-checked' },
  })
})

test('a list of logs changes nothing for a chain that is refused for something else', () => {
  const asked = ask(logged(alpha), { name: 'other.test', transparency: { logs: listOf(), policy: 'chromium' } })
  expect(failure(asked).code).toBe('tls/certificate-name')
  expect(names).not.toContain('other.test')
  expect(keyIdentifier(alpha.publicKey, crypto)).toHaveLength(20)
})
