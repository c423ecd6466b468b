/** Messages of other tools: what was wrong when they were said is what they are explained with. */
import { expect, test } from 'vitest'
import { seenMessages } from '../../test/support/messages.table.ts'
import { failures } from '../failures/index.ts'
import { messageRows } from './messages.table.ts'
import { explainMessage, plain } from './messages.ts'
import { opensslErrors } from './openssl.ts'
import { bytesOf, isCode, nearestCodes, pageWordsOf, relatedTo, remarkIn } from './page.ts'

const all = Object.entries(seenMessages).flatMap(([tool, rows]) => rows.map(row => ({ tool, row })))
const candidatesOf = (message: string): string[] =>
  explainMessage(message).candidates.map(({ failure: { code, number } }) =>
    code === 'tls/alert-received' ? `${code} ${number}` : code,
  )

test('at least 120 messages of a dozen tools are known, nearly all by their first candidate', () => {
  expect(all.length).toBeGreaterThanOrEqual(300)
  expect(Object.keys(seenMessages).length).toBeGreaterThanOrEqual(12)
  const first = all.filter(({ row: [message, was] }) => candidatesOf(message)[0] === was)
  console.log(`${all.length} messages, ${first.length} explained by the first candidate`)
  expect(first.length).toBeGreaterThanOrEqual(280)
})

for (const [tool, rows] of Object.entries(seenMessages))
  test(`what ${tool} says is explained by what had happened`, () => {
    for (const [message, was, place = 1] of rows) {
      expect(place).toBeLessThanOrEqual(3)
      expect(candidatesOf(message)[place - 1], message).toBe(was)
    }
  })

// Go's crypto/tls (alert.go) and others say alerts in words of their own.
test.each([
  ['bad record MAC', 20],
  ['bad certificate', 42],
  ['unsupported certificate', 43],
  ['revoked certificate', 44],
  ['expired certificate', 45],
  ['unknown certificate', 46],
  ['unknown certificate authority', 48],
  ['error decoding message', 50],
  ['error decrypting message', 51],
  ['insufficient security level', 71],
])('remote error: tls: %s is alert %i', (words, number) => {
  const { candidates } = explainMessage(`remote error: tls: ${words}`)
  expect(candidates[0]?.failure).toMatchObject({ code: 'tls/alert-received', number })
})

test('other hosts, ports, numbers, versions and letters of either case make no difference', () => {
  for (const { row } of all) {
    const [message] = row
    const elsewhere = message
      .replaceAll('localhost', 'www.example.org')
      .replace(/127\.0\.0\.1/g, '2001.example.net')
      .replace(/:2\d{4}\b/g, ':443')
      .replace(/[0-9A-F]{12,16}:error/g, '00DEADBEEF000000:error')
      .replace(/\.c:\d+/g, '.c:9999')
    expect(candidatesOf(elsewhere), elsewhere).toEqual(candidatesOf(message))
    expect(candidatesOf(message.toUpperCase())[0], message.toUpperCase()).toBe(candidatesOf(message)[0])
  }
})

test('the three layouts of OpenSSL numbers are told apart, and taken apart', () => {
  const [one] = opensslErrors('error:0A00010B:SSL routines::wrong version number')
  expect(one).toMatchObject({ layout: 'OpenSSL 3', library: 20, reason: 267, text: 'wrong version number' })
  const [old] = opensslErrors('error:1408F10B:SSL routines:ssl3_get_record:wrong version number')
  expect(old).toMatchObject({ layout: 'OpenSSL 1', library: 20, reason: 267, text: 'wrong version number' })
  const [boring] = opensslErrors('error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE')
  expect(boring).toMatchObject({ layout: 'BoringSSL', library: 16, alert: 40 })
  const [system] = opensslErrors('error:8000006F:system library:BIO_connect:Connection refused')
  expect(system).toMatchObject({ layout: 'OpenSSL 3', errno: 111 })
  expect(opensslErrors('0x0A000418')[0]).toMatchObject({ alert: 48 })
  expect(opensslErrors('no number: 12345678x')).toEqual([])
})

test('a number that nothing fails with here is taken apart and not guessed at', () => {
  const { candidates, openssl } = explainMessage('error:0A0000FE:SSL routines')
  expect(candidates).toEqual([])
  expect(openssl[0]).toMatchObject({ libraryName: 'SSL routines', reason: 254, text: 'unknown ssl version' })
  expect(explainMessage('error:0A0009F9').openssl[0]).toMatchObject({ reason: 2553, text: undefined })
})

test('what nobody knows has no candidate', () => {
  for (const text of [
    '',
    'my dog ate it',
    '42',
    'error',
    'alert',
    'the tls of my car',
    'constructor',
    '__proto__',
    'a/b',
  ])
    expect(explainMessage(text).candidates, text).toEqual([])
})

test('an alert is found by number and by every name that tools have for it', () => {
  for (const text of [
    'SSL alert number 48',
    'alert 48',
    'unknown_ca',
    'fatal alert: unknown_ca',
    'remote error: tls: unknown certificate authority',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'SSL_ERROR_UNKNOWN_CA_ALERT',
    '*** Received alert [48]: CA is unknown',
    'error:0A000418',
  ])
    expect(candidatesOf(text), text).toEqual(['tls/alert-received 48'])
  expect(explainMessage('alert 999').alert).toBeUndefined()
})

test('an address in a message goes into the next step', () => {
  const [refused] = explainMessage('connect ECONNREFUSED 127.0.0.1:8443').candidates
  expect(refused!.failure.context).toMatchObject({ host: '127.0.0.1', port: 8443 })
  const [url] = explainMessage('page.goto: net::ERR_CERT_COMMON_NAME_INVALID at https://shop.test:8443/cart').candidates
  expect(url!.failure.context).toMatchObject({ url: 'https://shop.test:8443/cart', host: 'shop.test', port: 8443 })
  const [name] = explainMessage('getaddrinfo ENOTFOUND shop.test').candidates
  expect(name!.failure.context).toEqual({ host: 'shop.test' })
})

test('what speaks for a candidate is quoted as it stood there', () => {
  const [first] = explainMessage('ERR: UNABLE_TO_VERIFY_LEAF_SIGNATURE').candidates
  expect(first!.because).toEqual({ kind: 'words', text: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  const [curl] = explainMessage('SSL certificate problem: unable to get local issuer certificate').candidates
  expect(curl!.because).toEqual({ kind: 'words', text: 'unable to get local issuer certificate' })
})

test('a megabyte of anything is explained in no time, and by what stands in its beginning', () => {
  for (const part of ['a', 'alert ', 'certificate ', 'curl (', 'error:0A00010B ', 'host name '])
    expect(explainMessage(part.repeat(1_000_000 / part.length)).candidates.length).toBeLessThanOrEqual(6)
})

test('no pattern is in capitals or has what `plain` takes out, and each is found by itself alone where it stands', () => {
  for (const { fits, codes, remark } of messageRows) {
    expect(plain(fits.source.replace(/\\[a-z]/g, '')).length, fits.source).toBeGreaterThan(3)
    expect(/[A-Z_]/.test(fits.source.replace(/\\[SWDB]/g, '')), fits.source).toBe(false)
    expect(codes.length > 0 || remark !== undefined, fits.source).toBe(true)
    for (const code of codes) expect(isCode(code), code).toBe(true)
  }
})

test('every remark is said in both languages', () => {
  for (const { remark } of messageRows)
    if (remark !== undefined) {
      expect(remarkIn('en', remark)).toMatch(/^[A-Z].*\.$/)
      expect(remarkIn('zh', remark)).toMatch(/\p{sc=Han}.*。$/u)
    }
})

test('a code that is spelt wrongly has the right one near it', () => {
  for (const [typed, meant] of [
    ['tls/certifcate-expird', 'tls/certificate-expired'],
    ['tls/not-tsl', 'tls/not-tls'],
    ['not-tls', 'tls/not-tls'],
    ['certificate_name', 'tls/certificate-name'],
    ['http/two-length', 'http/two-lengths'],
    ['tcp/refuse', 'tcp/refused'],
  ] as const)
    expect(nearestCodes(typed)[0], typed).toBe(meant)
  expect(nearestCodes('tls/zzzzzzzzzzzzzzzz')).toEqual([])
  expect(nearestCodes('x'.repeat(10_000))).toEqual([])
})

test('codes that are easily taken for each other stand beside each other', () => {
  expect(relatedTo('tls/certificate-expired')).toContain('tls/certificate-not-yet')
  expect(relatedTo('tls/not-tls')).toContain('tls/record-version')
  expect(relatedTo('http/header-too-big')).toContain('http/too-many-headers')
  for (const code of Object.keys(failures)) if (isCode(code)) expect(relatedTo(code)).not.toContain(code)
})

test('each family of codes says in both languages where its bytes are, and most say it of their own', () => {
  for (const words of [pageWordsOf('en'), pageWordsOf('zh')]) {
    for (const code of [
      'tls/not-tls',
      'http/bad-chunk',
      'tcp/reset',
      'dns/forged',
      'cookie/empty',
      'tls/certificate-name',
    ] as const)
      expect(bytesOf(code, words)).not.toBe(words.elsewhere)
    expect(bytesOf('cli/usage', words)).toBe(words.elsewhere)
    expect(bytesOf('tls/certificate-name', words)).not.toBe(bytesOf('tls/not-tls', words))
  }
})
