import { expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { premasterOf } from './rsa-premaster.ts'

const VERSION = 0x0303
const random = () => new Uint8Array(48).fill(0xaa)
const premaster = Uint8Array.of(3, 3, ...Array.from({ length: 46 }, (_, i) => i))
const block = (message: Uint8Array = premaster, length = 256): Uint8Array =>
  concat(Uint8Array.of(0, 2), new Uint8Array(length - message.length - 3).fill(7), Uint8Array.of(0), message)
const read = (bytes: Uint8Array | undefined): Uint8Array => premasterOf(bytes, VERSION, random()).reveal()
const changed = (at: number, value: number): Uint8Array => {
  const bytes = block()
  bytes[at] = value
  return bytes
}

test.each(platforms)('RFC 5246 7.4.7.1: %s: what was encrypted to a key comes out of it', (_, { crypto }) => {
  const { spki, pkcs8 } = node.crypto.generateKeyPair('rsa-2048')
  expect(read(node.crypto.rsaRaw(pkcs8, crypto.rsaEncrypt(spki, premaster)!))).toEqual(premaster)
})

test('RFC 5246 7.4.7.1: a good block gives its premaster secret, also in the shortest modulus that has room for it', () => {
  for (const length of [59, 64, 128, 512]) expect(read(block(premaster, length))).toEqual(premaster)
})

test('Bleichenbacher, ROBOT: a block that is wrong anywhere gives the random secret', () => {
  const wrong: Record<string, Uint8Array | undefined> = {
    'no block at all': undefined,
    'an empty one': new Uint8Array(0),
    'one without room for eight octets of padding': block(premaster, 58),
    'another first octet': changed(0, 1),
    'a block of type 1': changed(1, 1),
    'a block of type 0': changed(1, 0),
    'no zero before the message': changed(207, 1),
    'the version of another ClientHello': changed(208, 2),
    'its minor version': changed(209, 1),
    'a message one octet shorter': block(premaster.subarray(1)),
    'a message one octet longer': block(Uint8Array.of(0x55, ...premaster)),
    'an empty message': block(new Uint8Array(0)),
    zeros: new Uint8Array(256),
    ones: new Uint8Array(256).fill(0xff),
  }
  for (let i = 2; i < 207; i++) wrong[`a zero at ${i} of the padding`] = changed(i, 0)
  for (let value = 1; value < 256; value++) {
    wrong[`${value} as the first octet`] = changed(0, value)
    wrong[`${value} before the message`] = changed(207, value)
    wrong[`${value ^ 2} as the second octet`] = changed(1, value ^ 2)
    wrong[`${value ^ 3} in the version`] = changed(209, value ^ 3)
  }
  for (const [how, bytes] of Object.entries(wrong)) expect(read(bytes), how).toEqual(random())
})

test('the same octets are read and written in the same order, whatever is in the block', () => {
  const touched = (bytes: Uint8Array): string[] => {
    const log: string[] = []
    const watched = new Proxy(bytes, {
      get(target, name) {
        log.push(`get ${String(name)}`)
        return Reflect.get(target, name, target)
      },
      set(target, name, value) {
        log.push(`set ${String(name)}`)
        return Reflect.set(target, name, value, target)
      },
    })
    read(watched)
    return log
  }
  const good = touched(block())
  expect(good.filter(each => each === 'get 255')).toHaveLength(1)
  for (const bytes of [changed(0, 1), changed(1, 0), changed(2, 0), changed(206, 0), changed(207, 9), changed(208, 0)])
    expect(touched(bytes)).toEqual(good)
})

test('block and random bytes are overwritten', () => {
  const [bytes, drawn] = [block(), random()]
  premasterOf(bytes, VERSION, drawn)
  expect([bytes, drawn]).toEqual([new Uint8Array(256), new Uint8Array(48)])
  expect(() => premasterOf(undefined, VERSION, new Uint8Array(47))).toThrow(RangeError)
})
