import { expect, test } from 'vitest'
import { ascii, hex, toHex } from '../../../test/support/bytes.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { Secret } from '../secret.ts'
import { suites13 } from '../suites.table.ts'
import {
  EarlySecret,
  expandLabel,
  exportKeyingMaterial,
  extract,
  nextTraffic,
  resumptionPsk,
  trafficKeys,
  verifyData,
  withoutKey,
} from './key-schedule.ts'

const secretOf = (text: string): Secret => new Secret(hex(text))
const shown = (secret: Secret): string => toHex(secret.reveal())
const SHARED = '8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d'
const HELLOS = hex('860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8')
const TO_SERVER_FINISHED = hex('9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13')
const TO_CLIENT_FINISHED = hex('209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d')
const AES_128 = { hash: 'sha256', keyLength: 16 } as const

test.each(platforms)(
  'RFC 8448 3: %s: the secrets and keys of a whole handshake are those of the example',
  (_, world) => {
    const { crypto } = world
    const keysOf = (secret: Secret) => Object.values(trafficKeys(crypto, AES_128, secret)).map(toHex)
    const handshake = new EarlySecret(crypto, 'sha256').handshake(secretOf(SHARED))
    const [client, server] = [handshake.clientTraffic(HELLOS), handshake.serverTraffic(HELLOS)]
    expect(shown(client)).toBe('b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21')
    expect(shown(server)).toBe('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38')
    expect(keysOf(client)).toEqual(['dbfaa693d1762c5b666af5d950258d01', '5bd3c71b836e0b76bb73265f'])
    expect(keysOf(server)).toEqual(['3fce516009c21727d0f2e4e86ee403bc', '5d313eb2671276ee13000b30'])
    expect(toHex(verifyData(crypto, 'sha256', client, TO_SERVER_FINISHED))).toBe(
      'a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61',
    )
    const main = handshake.main()
    expect(shown(main.exporter(TO_SERVER_FINISHED))).toBe(
      'fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50',
    )
    const [up, down] = [main.clientTraffic(TO_SERVER_FINISHED), main.serverTraffic(TO_SERVER_FINISHED)]
    expect(shown(up)).toBe('9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5')
    expect(shown(down)).toBe('a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643')
    expect(keysOf(up)).toEqual(['17422dda596ed5d9acd890e3c63f5051', '5b78923dee08579033e523d9'])
    expect(keysOf(down)).toEqual(['9f02283b6c9c07efc26bb9f2ac92e356', 'cf782b88dd83549aadf1e984'])
    const resumption = main.resumption(TO_CLIENT_FINISHED)
    expect(shown(resumption)).toBe('7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c')
    expect(shown(resumptionPsk(crypto, 'sha256', resumption, hex('0000')))).toBe(
      '4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3',
    )
  },
)

test.each(platforms)(
  'RFC 8448 3: %s: where there is no pre-shared key what comes of none is worked out once, and stays',
  (_, { crypto }) => {
    let macs = 0
    const watched: typeof crypto = {
      ...crypto,
      hmac(name, key, ...data) {
        macs++
        return crypto.hmac(name, key, ...data)
      },
    }
    const client = (): string => {
      macs = 0
      return shown(withoutKey(watched, 'sha256', secretOf(SHARED)).clientTraffic(HELLOS))
    }
    const traffic = 'b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21'
    expect([client(), macs]).toEqual([traffic, 4])
    expect([client(), macs]).toEqual([traffic, 2])
    // Another hash has constants of its own.
    expect(withoutKey(watched, 'sha384', secretOf(SHARED)).clientTraffic(HELLOS).reveal()).toHaveLength(48)
    expect(client()).toBe(traffic)
  },
)

test.each(platforms)('RFC 8448 4: %s: binder key, binder and early traffic of a resumed handshake', (_, { crypto }) => {
  const early = new EarlySecret(
    crypto,
    'sha256',
    secretOf('4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3'),
  )
  const binderKey = early.binderKey('resumption')
  expect(shown(binderKey)).toBe('69fe131a3bbad5d63c64eebcc30e395b9d8107726a13d074e389dbc8a4e47256')
  const upToBinders = hex('63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14')
  expect(toHex(verifyData(crypto, 'sha256', binderKey, upToBinders))).toBe(
    '3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d',
  )
  expect(shown(early.binderKey('external'))).not.toBe(shown(binderKey))
  const hello = hex('08ad0fa05d7c7233b1775ba2ff9f4c5b8b59276b7f227f13a976245f5d960913')
  expect(shown(early.clientTraffic(hello))).toBe('3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62')
  expect(shown(early.exporter(hello))).toBe('b2026866610937d7423e5be90862ccf24c0e6091186d34f812089ff5be2ef7df')
})

test.each(platforms)('RFC 5869 A: %s: extraction and expansion under a label are HKDF', (_, { crypto }) => {
  const ikm = new Uint8Array(22).fill(0x0b)
  const prk = extract(crypto, 'sha256', hex('000102030405060708090a0b0c'), ikm)
  expect(shown(prk)).toBe('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5')
  // More than one block: the same bytes as one HMAC after the other, by hand (RFC 5869 2.3, RFC 9846 7.1).
  const info = Uint8Array.of(0, 100, 10, ...ascii('tls13 test'), 3, 1, 2, 3)
  const blocks: Uint8Array[] = []
  for (let i = 1; i <= 4; i++)
    blocks.push(crypto.hmac('sha256', prk.reveal(), blocks.at(-1) ?? new Uint8Array(0), info, Uint8Array.of(i)))
  const whole = blocks.map(toHex).join('')
  expect(toHex(expandLabel(crypto, 'sha256', prk, 'test', hex('010203'), 100))).toBe(whole.slice(0, 200))
})

test.each(platforms)('RFC 9846 7.5: %s: what is exported depends on label, context and length', (_, { crypto }) => {
  const exporter = secretOf('fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50')
  const exported = (label: string, context: string, length: number) =>
    toHex(exportKeyingMaterial(crypto, 'sha256', exporter, label, ascii(context), length))
  const all = [exported('a', '', 32), exported('b', '', 32), exported('a', 'c', 32), exported('a', '', 33)]
  expect(new Set(all.map(text => text.slice(0, 64))).size).toBe(4)
  expect(exported('a', '', 8160)).toHaveLength(16_320)
  expect(() => exported('a', '', 8161)).toThrow(RangeError)
  // RFC 9846 7.1: opaque label<7..255>, the six bytes before it among them.
  expect(exported('a'.repeat(249), '', 32)).toHaveLength(64)
  expect(() => exported('a'.repeat(250), '', 32)).toThrow(RangeError)
})

test('an update gives another secret, and the hash of the suite decides how long it is', () => {
  const { crypto } = platforms[0]![1]
  for (const { hash } of suites13) {
    const size = hash === 'sha384' ? 48 : 32
    const first = new EarlySecret(crypto, hash).handshake(undefined).main().clientTraffic(new Uint8Array(size))
    const second = nextTraffic(crypto, hash, first)
    expect([first.reveal().length, second.reveal().length]).toEqual([size, size])
    expect(second.reveal()).not.toEqual(first.reveal())
  }
})

test('a stage that gave the next is over, and its secret is wiped', () => {
  const { crypto } = platforms[0]![1]
  const keys = new Set<Uint8Array>()
  const watched: typeof crypto = {
    ...crypto,
    hmac(name, key, ...data) {
      const mac = crypto.hmac(name, key, ...data)
      if (key.length > 0) keys.add(key)
      return mac
    },
  }
  const early = new EarlySecret(watched, 'sha256')
  const handshake = early.handshake(secretOf(SHARED))
  expect(() => early.clientTraffic(HELLOS)).toThrow('over')
  expect(() => early.handshake(undefined)).toThrow('over')
  const main = handshake.main()
  expect(() => handshake.serverTraffic(HELLOS)).toThrow('over')
  main.exporter(HELLOS)
  main.wipe()
  expect(() => main.exporter(HELLOS)).toThrow('over')
  // Early, derived, handshake, derived, main.
  expect(keys.size).toBe(5)
  for (const key of keys) expect(key).toEqual(new Uint8Array(32))
})

test('what HKDF makes on its way is overwritten, and so is the secret of what is exported', () => {
  const { crypto } = node
  const [made, keys] = [[] as Uint8Array[], new Set<Uint8Array>()]
  const hmac: typeof crypto.hmac = (name, key, ...data) => {
    const out = crypto.hmac(name, key, ...data)
    made.push(out)
    keys.add(key)
    return out
  }
  const own = { ...crypto, hmac }
  const secret = secretOf(SHARED)
  for (const length of [12, 16, 33, 64, 100]) expandLabel(own, 'sha256', secret, 'key', new Uint8Array(0), length)
  exportKeyingMaterial(own, 'sha256', secret, 'EXPERIMENTAL test', new Uint8Array(0), 40)
  expect(made).toHaveLength(1 + 1 + 2 + 2 + 4 + 1 + 2)
  expect(made.filter(out => out.some(octet => octet !== 0))).toEqual([])
  expect([...keys].filter(key => key.some(octet => octet !== 0))).toEqual([secret.reveal()])
})

test('RFC 9846 7.1: a label and a context are as long as their lengths can say, and no longer', () => {
  const expand = (label: number, context: number, length = 32) =>
    expandLabel(node.crypto, 'sha256', secretOf(SHARED), 'x'.repeat(label), new Uint8Array(context), length)
  expect(expand(249, 255)).toHaveLength(32)
  expect(() => expand(250, 0)).toThrow(RangeError)
  expect(() => expand(1, 256)).toThrow(RangeError)
  expect(expand(1, 0, 255 * 32)).toHaveLength(255 * 32)
  expect(() => expand(1, 0, 255 * 32 + 1)).toThrow(RangeError)
})
