/** What is told of a chain, whatever it is made of, and of each kind of key that was asked for. */
import { describe, expect, test } from 'vitest'
import { ALERT, askingOf, CUT, flightOf, NONSENSE } from '../../../test/support/asking.ts'
import { concat } from '../../../test/support/bytes.ts'
import { at, below, DAY, leaf, middle, names, root } from '../../../test/support/chains.ts'
import { OID } from '../../asn1/oids.table.ts'
import { virtualClock } from '../../lab/clock.ts'
import { CipherSuite, ExtensionType } from '../../tls/messages/registries.table.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { trustStore } from '../../x509/path/store.ts'
import { suitesOf } from './asking.ts'
import { askCertificates, keyOf } from './certificates.ts'
import type { Flight } from './first-flight.ts'
import type { VersionName } from './types.ts'

const LOST = { unasked: 'nonsense' }
const ECDSA = CipherSuite.names.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256!
const RSA = CipherSuite.names.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256!

/** Asks a server, in TLS 1.2 where nothing else is said, that answers so to each question. */
const asked = (answer: Parameters<typeof askingOf>[1], spoken: readonly VersionName[] = ['TLS 1.2']) => {
  const asking = askingOf(spoken, answer)
  const clock = virtualClock({ date: at })
  const trust = async () => trustStore([root.certificate])
  return askCertificates({ ...asking, world: { ...asking.world, clock, trust } })
}
/** Of a key of ECDSA, in suites of that kind; the chain is shown for the first scheme of its kind alone. */
const showing = (more: Partial<Flight>) =>
  asked(({ schemes }) => (schemes![0] === 0x0403 ? flightOf({ hello: { cipherSuite: ECDSA }, ...more }) : ALERT))
const seen = async (chain: readonly Uint8Array[], more: Partial<Flight> = {}) => {
  const { certificates } = await showing({ chain, ...more })
  expect([certificates.rsa, certificates.ed25519]).toEqual(['none', 'none'])
  return certificates.ecdsa
}

describe('a chain', () => {
  const good = leaf({ notBefore: at - 30.4 * DAY, notAfter: at + 59.9 * DAY })
  test('is told whole', async () => {
    const [first] = good
    expect(await showing({ chain: good })).toEqual({
      certificates: {
        rsa: 'none',
        ecdsa: {
          key: 'EC P-256',
          names,
          signature: 'ecdsa sha256',
          notAfter: new Date(new Certificate(first!).notAfter).toISOString(),
          daysLeft: 59,
          lifetime: 90,
          certificates: 2,
          trusted: true,
          anchor: 'Test Root',
          failure: undefined,
          ordered: true,
          withRoot: false,
          stapled: false,
          mustStaple: false,
          timestamps: 0,
        },
        ed25519: 'none',
        clientCertificate: false,
      },
      failures: [],
      chains: [good],
    })
  })

  test('with its root, out of order, or of a root alone', async () => {
    const [first, second] = good
    expect(await seen([...good, root.certificate])).toMatchObject({ withRoot: true, ordered: true, certificates: 3 })
    expect(await seen([first!, root.certificate, second!])).toMatchObject({
      withRoot: false,
      ordered: false,
      trusted: true,
    })
    expect(await seen([root.certificate])).toMatchObject({ withRoot: false, ordered: true, certificates: 1 })
    expect(await seen([first!])).toMatchObject({ trusted: false, anchor: undefined, failure: 'tls/chain-incomplete' })
  })

  test('with what stands in it and beside it: staples and timestamps', async () => {
    expect(await seen(good, { ocsp: Uint8Array.of(1) })).toMatchObject({ stapled: true, mustStaple: false })
    const feature = (...features: readonly number[]) => [
      below('shop.test', [
        {
          oid: OID.tlsFeature,
          critical: false,
          value: Uint8Array.of(0x30, 3 * features.length, ...features.flatMap(one => [2, 1, one])),
        },
      ]).certificate,
    ]
    expect(await seen(feature(5))).toMatchObject({ mustStaple: true, stapled: false })
    expect(await seen(feature(17, 5))).toMatchObject({ mustStaple: true })
    expect(await seen(feature(17))).toMatchObject({ mustStaple: false })
    const item = (length: number): Uint8Array => concat(Uint8Array.of(0, length), new Uint8Array(length))
    const listed = (...items: readonly Uint8Array[]) =>
      new Map([[ExtensionType.names.signed_certificate_timestamp!, concat(Uint8Array.of(0, 9), ...items)]])
    for (const [list, timestamps] of [
      [listed(), 0],
      [listed(item(3)), 1],
      [listed(item(0)), 1],
      [listed(item(3), item(300 - 256), item(5)), 3],
      [listed(concat(Uint8Array.of(1, 0), new Uint8Array(256)), item(1)), 2],
      [listed(item(3), Uint8Array.of(0)), 1],
    ] as const)
      expect(await seen(good, { extensions: list })).toMatchObject({ timestamps })
  })

  test('that cannot be read is told as far as it goes', async () => {
    const { certificates, failures, chains } = await showing({
      chain: [Uint8Array.of(0x30, 0)],
      ocsp: Uint8Array.of(1),
    })
    expect(certificates.ecdsa).toMatchObject({
      key: '?',
      names: [],
      signature: '?',
      certificates: 1,
      trusted: false,
      stapled: true,
      withRoot: false,
      mustStaple: false,
      timestamps: 0,
      daysLeft: 0,
      lifetime: 0,
      notAfter: '',
    })
    expect(failures.map(({ code }) => code)).toEqual(['tls/certificate-malformed'])
    expect(chains).toHaveLength(1)
    expect(keyOf(chains[0]!)).toBeUndefined()
  })

  test('has a key, as PEM, and none is none', () => {
    const pem = keyOf(good)!
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n(?:[\w+/=]{1,64}\n)+-----END PUBLIC KEY-----\n$/)
    expect(Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64')).toEqual(
      Buffer.from(new Certificate(good[0]!).spki),
    )
    expect(pem.split('\n')[1]).toHaveLength(64)
    expect(keyOf([])).toBeUndefined()
  })
})

describe('a kind of key', () => {
  const chain = leaf()
  test('is not there where nothing is shown, where another suite is chosen, and where it is refused', async () => {
    expect(await seen([])).toBe('none')
    expect((await showing({ chain: undefined })).certificates.ecdsa).toBe('none')
    const { certificates } = await asked(() => flightOf({ hello: { cipherSuite: ECDSA }, chain }))
    expect(certificates).toMatchObject({ rsa: 'none', ecdsa: { names }, ed25519: { names } })
    const other = await asked(() => flightOf({ hello: { cipherSuite: RSA }, chain }))
    expect(other.certificates).toMatchObject({ rsa: { names }, ecdsa: 'none', ed25519: 'none' })
  })

  test('is asked for with one list of suites after the other', async () => {
    const [first] = suitesOf('TLS 1.2')
    const { certificates } = await asked(({ suites }) =>
      first!.includes(suites[0]!) ? ALERT : flightOf({ hello: { cipherSuite: suites[0] }, chain }),
    )
    expect(certificates).toMatchObject({ ecdsa: { names } })
  })

  test('is not known where nobody answers, and then nobody knows whether one of ours is wanted', async () => {
    for (const [reply, why] of [
      [CUT, CUT],
      [NONSENSE, LOST],
    ] as const)
      for (const spoken of [['TLS 1.2'], ['TLS 1.3']] as const) {
        const { certificates, failures, chains } = await asked(() => reply, spoken)
        expect(certificates).toEqual({ rsa: why, ecdsa: why, ed25519: why, clientCertificate: why })
        expect([failures, chains]).toEqual([[], []])
      }
    const none = { rsa: 'none', ecdsa: 'none', ed25519: 'none', clientCertificate: false }
    expect((await asked(() => ALERT)).certificates).toEqual(none)
    expect((await asked(() => ALERT, ['TLS 1.3'])).certificates).toEqual(none)
    // A handshake that fails has shown none of it.
    expect((await asked(() => flightOf({ version: 0x0304 }), ['TLS 1.3'])).certificates).toEqual(none)
  })

  test('whoever wants one of ours for one kind wants it', async () => {
    const wanting = (scheme: number) =>
      asked(({ schemes }) =>
        flightOf({ hello: { cipherSuite: ECDSA }, chain, wantsCertificate: schemes![0] === scheme }),
      )
    for (const scheme of [0x0403, 0x0807]) expect((await wanting(scheme)).certificates.clientCertificate).toBe(true)
    expect((await wanting(0)).certificates.clientCertificate).toBe(false)
  })

  test('failures stand in the order of the kinds', async () => {
    const late = leaf({ notAfter: at - DAY, notBefore: at - 2 * DAY })
    const { failures } = await asked(({ schemes, suites }) =>
      flightOf({ hello: { cipherSuite: suites[0] }, chain: schemes![0] === 0x0807 ? [middle.certificate] : late }),
    )
    expect(failures.map(({ code }) => code)).toEqual([
      'tls/certificate-expired',
      'tls/certificate-expired',
      'tls/certificate-purpose',
    ])
  })
})
