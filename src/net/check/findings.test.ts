/** What is thought of what was seen, family by family. */
import { describe, expect, test } from 'vitest'
import { findingsIn, isAtLeast } from './findings.ts'
import { type Observed, type Sessions, TRIALS, unasked, VERSION_NAMES } from './types.ts'

const NONE = { ids: false, tickets: false } as const
const of = (tls12: object | undefined, tls13: object | undefined): readonly (readonly string[])[] => {
  const sessions = {
    tls12: tls12 === undefined ? unasked('pointless') : { ...NONE, ...tls12 },
    tls13:
      tls13 === undefined
        ? unasked('pointless')
        : { tickets: 2, resumed: true, reused: false, lifetime: 7_200, earlyData: 0, ...tls13 },
  } as unknown as Sessions
  return findingsIn({ observed: { sessions } as Observed, unsteady: false })
    .filter(({ code }) => code !== 'unanswered')
    .map(({ code, got }) => [code, ...got])
}

test('tickets live for a week at most (RFC 9846 4.7.1)', () => {
  expect(of({ tickets: true }, { lifetime: 604_800 })).toEqual([])
  expect(of({ tickets: true }, { lifetime: 604_801 })).toEqual([['ticket-long', '604801']])
})

test('early data is told with its size', () => {
  expect(of({ ids: true }, { earlyData: 16_384 })).toEqual([['early-data', '16384']])
})

test('that nothing is resumed is said where no version does it, and each was asked', () => {
  const none = { tickets: 0, resumed: false, lifetime: 0 }
  expect(of({}, none)).toEqual([['no-resumption']])
  expect(of({}, undefined)).toEqual([['no-resumption']])
  expect(of(undefined, none)).toEqual([['no-resumption']])
  expect(of({ ids: true }, none)).toEqual([])
  expect(of({ tickets: true }, none)).toEqual([])
  expect(of({}, {})).toEqual([])
  expect(of(undefined, undefined)).toEqual([])
})

const codesOf = (observed: object): readonly string[] =>
  findingsIn({ observed: observed as Observed, unsteady: false }).map(({ code }) => code)

test('RFC 7366: encrypt_then_mac takes from CBC what was wrong with it, and nothing from other suites', () => {
  const suites = [
    {
      version: 'TLS 1.2',
      order: 'server',
      suites: ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_RC4_128_SHA', 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
    },
  ]
  const weak = (extensions?: object): readonly string[] =>
    codesOf({ suites, extensions }).filter(code => /^suite-(?:cbc|rc4|3des)$/.test(code))
  expect(weak().toSorted()).toEqual(['suite-3des', 'suite-cbc', 'suite-rc4'])
  expect(weak({ encryptThenMac: false })).toContain('suite-cbc')
  expect(weak({ encryptThenMac: unasked('pointless') })).toContain('suite-cbc')
  expect(weak({ encryptThenMac: true }).toSorted()).toEqual(['suite-3des', 'suite-rc4'])
})

test('RFC 3207 4.2: that a server keeps what stood in clear before TLS is said of who does, and of nobody else', () => {
  const of = (injection: unknown) => codesOf({ starttls: { protocol: 'smtp', injection } })
  expect(of(true)).toContain('starttls-injection')
  expect(of(false)).not.toContain('starttls-injection')
  expect(of(unasked('unable'))).not.toContain('starttls-injection')
})

/** What is said of these, and with what, but that some had no answer. */
const saidOf = (observed: object): readonly string[] =>
  findingsIn({ observed: observed as Observed, unsteady: false })
    .filter(({ code }) => code !== 'unanswered')
    .map(({ code, got }) => [code, ...got].join(' '))

describe('of versions', () => {
  const [YES, NO, LOST] = [{ offered: true }, { offered: false, by: 'alert 70' }, unasked('cut')]
  const good = { 'SSL 2.0': NO, 'SSL 3.0': NO, 'TLS 1.0': NO, 'TLS 1.1': NO, 'TLS 1.2': YES, 'TLS 1.3': YES }
  const of = (more: object, marks: object = { fallbackSignal: true, downgradeMark: true }) =>
    saidOf({ versions: { versions: { ...good, ...more }, ...marks } })
  test.each([
    [{}, []],
    [{ 'SSL 2.0': YES }, ['ssl2']],
    [{ 'SSL 3.0': YES }, ['ssl3']],
    [{ 'TLS 1.0': YES }, ['tls10']],
    [{ 'TLS 1.1': YES }, ['tls11']],
    [{ 'TLS 1.2': NO }, []],
    [{ 'TLS 1.3': NO }, ['no-tls13']],
    [{ 'TLS 1.2': NO, 'TLS 1.3': NO }, ['no-modern-version']],
    [{ 'TLS 1.2': LOST, 'TLS 1.3': NO }, ['no-tls13']],
    [{ 'TLS 1.2': NO, 'TLS 1.3': LOST }, []],
    [{ 'TLS 1.2': LOST, 'TLS 1.3': LOST }, []],
  ])('%j: %j', (more, said) => {
    expect(of(more)).toEqual(said)
  })
  test('a signal that was not heard and a mark that is missing are told, an answer that is missing is not', () => {
    expect(of({}, { fallbackSignal: false, downgradeMark: true })).toEqual(['fallback-unheard'])
    expect(of({}, { fallbackSignal: true, downgradeMark: false })).toEqual(['downgrade-unmarked'])
    expect(of({}, { fallbackSignal: LOST, downgradeMark: LOST })).toEqual([])
  })
})

describe('of suites', () => {
  const [GCM, CBC, RC4] = [
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
    'TLS_ECDHE_RSA_WITH_RC4_128_SHA',
  ]
  const of = (...suites: readonly object[]) =>
    saidOf({ suites: suites.map(one => ({ version: 'TLS 1.2', order: 'server', suites: [GCM], ...one })) })
  test('each is named once, whatever versions know it', () => {
    expect(of({ suites: [RC4, GCM] }, { version: 'TLS 1.1', suites: [RC4] })).toEqual([`suite-rc4 ${RC4}`])
    expect(of({}, { suites: unasked('cut') })).toEqual([])
  })
  test('CBC is another thing in TLS 1.0', () => {
    expect(of({ version: 'TLS 1.0', suites: [GCM, CBC] })).toEqual([`cbc-in-tls10 ${CBC}`, `suite-cbc ${CBC}`])
    expect(of({ version: 'TLS 1.1', suites: [CBC] })).toEqual([`suite-cbc ${CBC}`])
    expect(of({ version: 'TLS 1.0', suites: unasked('cut') })).toEqual([])
  })
  test('what nobody offered is named once', () => {
    expect(of({ unoffered: [CBC] }, { unoffered: [CBC] })).toEqual([`suite-not-offered ${CBC}`])
  })
  test('the order of the client matters where there is a weak suite to choose', () => {
    const client = { order: 'client' }
    expect(of(client)).toEqual([])
    expect(of({ ...client, suites: [GCM, RC4] })).toEqual([`suite-rc4 ${RC4}`, 'client-order TLS 1.2'])
    expect(of({ suites: [GCM, RC4] })).toEqual([`suite-rc4 ${RC4}`])
    expect(of({ order: unasked('pointless'), suites: [RC4] })).toEqual([`suite-rc4 ${RC4}`])
    expect(of({ ...client, suites: unasked('cut') })).toEqual([])
  })
  test.each([
    [512, ['dh-broken 512']],
    [1_024, ['dh-broken 1024']],
    [1_025, ['dh-short 1025']],
    [2_047, ['dh-short 2047']],
    [2_048, []],
  ])('RFC 9325 4.4: a prime of %i bits, beside one of 4,096', (dhBits, said) => {
    expect(of({ dhBits: 4_096 }, { dhBits })).toEqual(said)
  })
})

test('of groups and schemes: what is old by name, and where nothing is of after quantum computers', () => {
  expect(saidOf({ groups: { tls12: ['x25519', 'sect163k1', 'secp192r1'], tls13: ['X25519MLKEM768'] } })).toEqual([
    'curve-old sect163k1 secp192r1',
  ])
  expect(saidOf({ groups: { tls12: ['x25519'], tls13: ['x25519'] } })).toEqual(['no-hybrid'])
  expect(saidOf({ groups: { tls12: unasked('cut'), tls13: unasked('cut') } })).toEqual([])
  const tls12 = ['rsa_pss_rsae_sha256', 'ecdsa_sha1', 'rsa_pkcs1_md5']
  expect(saidOf({ schemes: { tls12, tls13: [] } })).toEqual(['sha1-signature ecdsa_sha1 rsa_pkcs1_md5'])
  expect(saidOf({ schemes: { tls12: ['ecdsa_secp256r1_sha256'], tls13: ['ecdsa_sha1'] } })).toEqual([])
  expect(saidOf({ schemes: { tls12: unasked('cut'), tls13: [] } })).toEqual([])
})

describe('of certificates', () => {
  const good = { key: 'RSA 2048', trusted: true, ordered: true, withRoot: false, mustStaple: false, stapled: false }
  const of = (more: object, kind: 'rsa' | 'ecdsa' | 'ed25519' = 'rsa') => {
    const chain = { ...good, daysLeft: 60, lifetime: 90, ...more }
    return saidOf({ certificates: { rsa: 'none', ecdsa: unasked('cut'), ed25519: 'none', [kind]: chain } })
  }
  test.each([
    [{}, []],
    [{ trusted: false, failure: 'tls/certificate-expired' }, ['chain-refused RSA 2048 tls/certificate-expired']],
    [{ trusted: false, daysLeft: 1 }, ['chain-refused RSA 2048 ']],
    [{ daysLeft: 13 }, ['ends-soon RSA 2048 13']],
    [{ daysLeft: 14 }, []],
    [{ daysLeft: 3, lifetime: 9 }, []],
    [{ daysLeft: 2, lifetime: 9 }, ['ends-soon RSA 2048 2']],
    [{ ordered: false }, ['chain-disordered RSA 2048']],
    [{ withRoot: true }, ['root-sent RSA 2048']],
    [{ mustStaple: true }, ['staple-missing RSA 2048']],
    [{ mustStaple: true, stapled: true }, []],
  ])('%j: %j', (more, said) => {
    for (const kind of ['rsa', 'ecdsa', 'ed25519'] as const) expect(of(more, kind)).toEqual(said)
  })
})

test.each([
  [{ extendedMasterSecret: false }, ['no-extended-master-secret']],
  [{ secureRenegotiation: false }, ['renegotiation-insecure']],
  [{ compression: true }, ['compression']],
  [{ heartbeat: true }, ['heartbeat']],
  [{ extendedMasterSecret: true, secureRenegotiation: true, compression: false, heartbeat: false }, []],
])('of extensions %j: %j', (more, said) => {
  const lost = { extendedMasterSecret: unasked('cut'), secureRenegotiation: unasked('cut') }
  expect(saidOf({ extensions: { ...lost, compression: unasked('cut'), heartbeat: unasked('cut'), ...more } })).toEqual(
    said,
  )
})

describe('of HTTP', () => {
  const cookie = { name: 'sid', secure: true, httpOnly: true, sameSite: 'Lax' }
  const page = { status: 200, hsts: { maxAge: 15_552_000 }, csp: true, cookies: [cookie], server: 'nginx' }
  test.each([
    [{}, []],
    [{ hsts: undefined }, ['no-hsts']],
    [{ hsts: { maxAge: 0 } }, ['no-hsts']],
    [{ hsts: { maxAge: 1 } }, ['hsts-short 1']],
    [{ hsts: { maxAge: 15_551_999 } }, ['hsts-short 15551999']],
    [{ csp: false }, ['no-csp']],
    [{ server: undefined }, []],
    [{ server: 'nginx/1.2' }, ['server-version nginx/1.2']],
    [{ cookies: [cookie, { ...cookie, secure: false }] }, ['cookie-in-clear sid']],
    [{ cookies: [cookie, { ...cookie, httpOnly: false }] }, ['cookie-for-scripts sid']],
    [{ cookies: [cookie, { ...cookie, sameSite: undefined }] }, ['cookie-crosses-sites sid']],
    [{ cookies: [{ ...cookie, sameSite: 'None' }] }, ['cookie-crosses-sites sid']],
    [{ cookies: [{ ...cookie, sameSite: 'Strict' }] }, []],
  ])('%j: %j', (more, said) => {
    expect(saidOf({ http: { https: { ...page, ...more }, plain: 'https', closeNotify: true } })).toEqual(said)
  })
  test.each([
    ['page', true, ['plain-page']],
    ['elsewhere', true, ['plain-page']],
    ['nobody', true, []],
    [unasked('cut'), false, ['no-goodbye']],
    ['https', unasked('cut'), []],
  ])('in clear %j, goodbye %j: %j', (plain, closeNotify, said) => {
    expect(saidOf({ http: { https: unasked('cut'), plain, closeNotify } })).toEqual(said)
  })
})

test('RFC 6066 3: who has nothing for nobody and for a strange name may refuse, and nothing else', () => {
  const no = { offered: false, by: 'alert 40' }
  const fine = Object.fromEntries(TRIALS.map(trial => [trial, { offered: true }]))
  expect(saidOf({ robustness: { ...fine, 'no-name': no, 'unknown-name': no } })).toEqual([])
  expect(saidOf({ robustness: { ...fine, grease: no, 'tiny-record': no, 'big-hello': unasked('cut') } })).toEqual([
    'intolerant grease tiny-record',
  ])
})

test('what had no answer is told by its way, but not what nobody could have answered; the worst stands first', () => {
  const versions = Object.fromEntries(VERSION_NAMES.map(name => [name, { offered: name !== 'SSL 3.0' }]))
  Object.assign(versions, { 'TLS 1.0': unasked('late'), 'TLS 1.1': unasked('cut') })
  const found = findingsIn({
    observed: {
      versions: { versions, fallbackSignal: unasked('cut') },
      suites: [{ version: 'TLS 1.2', suites: unasked('bound') }],
      schemes: { tls13: unasked('pointless'), tls12: null },
      starttls: { injection: unasked('not-asked') },
      extensions: { alpn: [unasked('silent')], clientRenegotiation: unasked('not-asked') },
    } as unknown as Observed,
    unsteady: true,
  })
  expect(found.map(({ code, got, grade }) => [grade, code, ...got])).toEqual([
    ['bad', 'ssl2'],
    ['weak', 'unsteady'],
    [
      'note',
      'unanswered',
      'versions versions TLS 1.0',
      'versions versions TLS 1.1',
      'versions fallbackSignal',
      'suites TLS 1.2 suites',
      'extensions alpn 0',
    ],
  ])
  const bars = ['note', 'weak', 'bad'] as const
  expect(found.map(one => bars.map(bar => isAtLeast(one, bar)))).toEqual([
    [true, true, true],
    [true, true, false],
    [true, false, false],
  ])
})
