import { expect, test } from 'vitest'
import { node, platforms } from '../../../test/support/worlds.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { PASSWORD, SHOP } from '../shop.ts'
import { attacks, playAttack } from './index.ts'

/** What comes of each: over HTTP, or in TLS 1.2 and TLS 1.3. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  'read-password': ['succeeds'],
  'inject-advertisement': ['succeeds'],
  'listen-in': ['succeeds', 'succeeds'],
  'swap-key': ['the client refuses it: tls/signature-wrong', 'the client refuses it: tls/record-damaged'],
  'forge-certificate': [
    'the client refuses it: tls/certificate-untrusted',
    'the client refuses it: tls/certificate-untrusted',
  ],
  'flip-bit': ['the client refuses it: tls/record-damaged', 'the client refuses it: tls/record-damaged'],
  'replay-record': ['the server refuses it: tls/record-damaged', 'the server refuses it: tls/record-damaged'],
  'cut-connection': ['the client refuses it: tls/cut-short', 'the client refuses it: tls/cut-short'],
}

for (const [name, platform] of platforms)
  for (const attack of attacks)
    for (const [i, version] of (attack.over === 'https' ? (['TLS 1.2', 'TLS 1.3'] as const) : [undefined]).entries()) {
      const verdict = VERDICTS[attack.id]?.[i]
      test(`on ${name}, over ${version ?? 'http'}, an attacker who ${attack.does}: ${verdict}`, async () => {
        const outcome = await playAttack(platform.lab(), attack, { version })
        expect(outcome, JSON.stringify(outcome)).toMatchObject({ asExpected: true })
        const { expected } = outcome
        expect(expected === 'succeeds' ? expected : `the ${expected.by} refuses it: ${expected.code}`).toBe(verdict)
        expect(outcome.learned.length, 'the attack did something').toBeGreaterThan(0)
        if (attack.over === 'https') expect(outcome.learned.join()).not.toContain('password')
      })
    }

test('over http the attacker has the password', async () => {
  const outcome = await playAttack(node.lab(), attacks.find(a => a.id === 'read-password')!)
  expect(outcome.learned.join()).toContain(PASSWORD)
})

test('over https the attacker has the name that the client asked for, and sizes; the certificate in TLS 1.2 only', async () => {
  const learnedIn = async (version: 'TLS 1.2' | 'TLS 1.3') =>
    (await playAttack(node.lab(), attacks.find(a => a.id === 'listen-in')!, { version })).learned
  const sizes = [
    expect.stringMatching(/^a request of \d{3} bytes$/),
    expect.stringMatching(/^an answer of \d{3} bytes$/),
  ]
  expect(await learnedIn('TLS 1.2')).toEqual([`the name ${SHOP}`, 'the certificate of the server', ...sizes])
  // The first of what looks like answers is a ticket.
  expect(await learnedIn('TLS 1.3')).toEqual([`the name ${SHOP}`, ...sizes, sizes[1]])
})

test('what only looks like the form in an answer, or like the cookie in a request, is not learned', () => {
  const learned: string[] = []
  const tamper = attacks.find(a => a.id === 'read-password')!.tamperer!(text => void learned.push(text))
  const form = latin1Bytes('<pre>\nuser=ada&password=example</pre>')
  const cookie = latin1Bytes('GET / HTTP/1.1\r\nX-Note: set-cookie: sid=example\r\n\r\n')
  expect(tamper(form, 'to-client')).toEqual([form])
  expect(tamper(cookie, 'to-server')).toEqual([cookie])
  expect(learned).toEqual([])
  tamper(form, 'to-server')
  tamper(cookie, 'to-client')
  expect(learned).toHaveLength(2)
})

test('a sealed Finished is no certificate, whatever its bytes are', () => {
  const learned: string[] = []
  const tamper = attacks.find(a => a.id === 'listen-in')!.tamperer!(text => void learned.push(text))
  // Nonce 0, then ciphertext that begins as a Certificate of 24 octets would.
  const sealed = Uint8Array.of(
    22,
    3,
    3,
    0,
    40,
    ...new Array(8).fill(0),
    11,
    0,
    0,
    24,
    0,
    0,
    21,
    ...new Array(25).fill(7),
  )
  expect(tamper(sealed, 'to-client')).toEqual([sealed])
  expect(learned).toEqual([])
})
