import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../../test/support/bytes.ts'
import { rooms } from '../../../test/support/rooms.ts'
import type { HashName } from '../../crypto/provider.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { Secret } from '../secret.ts'
import { suites } from '../suites.table.ts'
import { masterSecret, prf, trafficKeys, verifyData } from './key-schedule.ts'

const crypto = nodeCrypto()
const openssl = spawnSync('openssl', ['version']).status === 0

test('RFC 5246 5: the PRF with SHA-256 gives the output of the well-known test vector', () => {
  const secret = new Secret(hex('9bbe436ba940f017b17652849a71db35'))
  const out = prf(crypto, 'sha256', secret, 'test label', [hex('a0ba9f936cda311827a6f796ffd5198c')], 100)
  expect(toHex(out)).toBe(
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17' +
      'abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66',
  )
})

test.skipIf(!openssl)(`the PRF agrees with OpenSSL's${openssl ? '' : ' (skipped: openssl is not installed)'}`, () => {
  const random = seeded(9)
  for (const hash of ['sha256', 'sha384'] as HashName[])
    for (const length of [1, 12, 31, 32, 33, 48, 104]) {
      const secret = random.bytes(48)
      const seed = random.bytes(64)
      const label = 'key expansion'
      const theirs = execFileSync(
        'openssl',
        [
          ...['kdf', '-keylen', `${length}`, '-binary', '-kdfopt', `digest:${hash.toUpperCase()}`],
          ...['-kdfopt', `hexsecret:${toHex(secret)}`, '-kdfopt', `seed:${label}`, '-kdfopt', `hexseed:${toHex(seed)}`],
          'TLS1-PRF',
        ],
        { encoding: 'buffer' },
      )
      expect(toHex(prf(crypto, hash, new Secret(secret), label, [seed], length)), `${hash} ${length}`).toBe(
        toHex(theirs),
      )
    }
})

test('RFC 7627 4: the two bindings of the master secret differ, and both have 48 bytes', () => {
  const premaster = new Secret(new Uint8Array(32).fill(7))
  const randoms = masterSecret(crypto, 'sha256', premaster, { to: 'randoms', client: hex('01'), server: hex('02') })
  const handshake = masterSecret(crypto, 'sha256', premaster, { to: 'handshake', sessionHash: hex('0102') })
  expect(randoms.reveal()).toHaveLength(48)
  expect(handshake.reveal()).toHaveLength(48)
  expect(randoms.reveal()).not.toEqual(handshake.reveal())
})

test('verify_data differs by side and by transcript', () => {
  const master = new Secret(new Uint8Array(48))
  const of = (whose: 'client finished' | 'server finished', hash: string) =>
    toHex(verifyData(crypto, 'sha256', master, whose, hex(hash)))
  const all = [of('client finished', '00'), of('server finished', '00'), of('client finished', '01')]
  expect(new Set(all).size).toBe(3)
  expect(all[0]).toHaveLength(24)
})

for (const suite of suites.filter(({ authentication }) => authentication === 'ecdsa'))
  test(`${suite.name}: what one side seals the other opens, in order and once`, () => {
    const make = () => trafficKeys(crypto, suite, new Secret(new Uint8Array(48).fill(3)), hex('01'), hex('02'))
    const [ours, theirs] = [make(), make()]
    const pieces = Array.from({ length: 300 }, (_, i) => ours.client.seal(23, ascii(`record ${i}`)))
    const fragment = (record: (typeof pieces)[number]) => concat(...record).subarray(5)
    for (const [i, piece] of pieces.entries()) {
      expect(theirs.client.open(23, fragment(piece))).toEqual(ascii(`record ${i}`))
      expect(theirs.client.open(23, fragment(piece)), 'twice').toBeUndefined()
    }
    expect(theirs.client.sequence).toBe(300)
    const explicit = pieces.map(piece => toHex(fragment(piece).subarray(0, ours.client.prefixLength)))
    if (suite.mode === 'cbc' || suite.recordIvLength === 8)
      expect(new Set(explicit).size, 'nonces never repeat').toBe(300)
    expect(theirs.server.open(23, fragment(pieces[0]!)), 'the other direction has another key').toBeUndefined()
  })

test.each(rooms)('a short record is one piece; a long one, %s: header, ciphertext and tag', (how, withRoom) => {
  const suite = suites.find(({ name }) => name === 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')!
  const secret = new Secret(new Uint8Array(48).fill(3))
  const make = () => trafficKeys(withRoom(crypto), suite, secret, hex('01'), hex('02')).client
  const [ours, theirs] = [make(), make()]
  for (const [length, pieces] of [
    [0, [29]],
    [4067, [4096]],
    [4068, [13, 4068, 16]],
    [16_384, [13, 16_384, 16]],
  ] as const) {
    const content = new Uint8Array(length).fill(7)
    const record = ours.seal(23, content)
    expect(record.map(piece => piece.length)).toEqual(
      how === 'in room' ? [pieces.reduce<number>((a, b) => a + b, 0)] : pieces,
    )
    expect(theirs.open(23, concat(...record).subarray(5))).toEqual(content)
  }
})

test('a secret does not print', () => {
  const secret = new Secret(ascii('hush'))
  expect(`${secret} ${JSON.stringify({ secret })} ${Object.keys(secret)}`).toBe('[secret] {"secret":"[secret]"} ')
  secret.wipe()
  expect(secret.reveal()).toEqual(new Uint8Array(4))
})

test.each(['sha256', 'sha384'] as const)('what the PRF with %s makes on its way is overwritten', hash => {
  const made: Uint8Array[] = []
  const hmac: typeof crypto.hmac = (...of) => {
    const out = crypto.hmac(...of)
    made.push(out)
    return out
  }
  for (const length of [12, 48, 104]) prf({ ...crypto, hmac }, hash, new Secret(hex('0102')), 'x', [hex('03')], length)
  expect(made.length).toBeGreaterThan(8)
  expect(made.filter(out => out.some(octet => octet !== 0))).toEqual([])
})
