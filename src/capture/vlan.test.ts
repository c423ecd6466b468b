import { expect, test } from 'vitest'
import { hex } from '../../test/support/bytes.ts'
import { vlanTagIn, withVlanTag } from './vlan.ts'

/** A control message: its level, its type, and so many bytes of data. */
const message = (level: number, type: number, data: Uint8Array, little: boolean): Uint8Array => {
  const bytes = new Uint8Array((16 + data.length + 7) & ~7)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(16 + data.length), little)
  view.setInt32(8, level, little)
  view.setInt32(12, type, little)
  bytes.set(data, 16)
  return bytes
}
const auxdata = (status: number, tci: number, tpid: number, little: boolean): Uint8Array => {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, status, little)
  view.setUint16(16, tci, little)
  view.setUint16(18, tpid, little)
  return bytes
}
const tagIn = (little: boolean, ...messages: readonly Uint8Array[]) =>
  vlanTagIn(new DataView(Uint8Array.from(messages.flatMap(each => [...each])).buffer), little)

test.each([true, false])('the tag beside a frame is found (little endian: %s)', little => {
  const aux = (...[status, tci, tpid]: readonly [number, number, number]) =>
    message(263, 8, auxdata(status, tci, tpid, little), little)
  expect(tagIn(little, aux(0x51, 0x6007, 0x88a8))).toEqual({ control: 0x6007, protocol: 0x88a8 })
  // Number 0 is a tag for its priority alone, where the kernel says that there was one.
  expect(tagIn(little, aux(0x50, 0, 0x8100))).toEqual({ control: 0, protocol: 0x8100 })
  expect(tagIn(little, aux(0x01, 0, 0))).toBeUndefined()
  // As old kernels say it.
  expect(tagIn(little, aux(0x01, 7, 0))).toEqual({ control: 7, protocol: 0x8100 })
  expect(tagIn(little, aux(0x11, 7, 0x88a8))).toEqual({ control: 7, protocol: 0x8100 })
  expect(tagIn(little, aux(0x50, 7, 0))).toEqual({ control: 7, protocol: 0x8100 })
  // Behind others, whose length is not one of eight bytes.
  expect(tagIn(little, message(1, 29, new Uint8Array(5), little), aux(0x50, 9, 0x8100))).toMatchObject({ control: 9 })
  expect(tagIn(little, message(1, 8, auxdata(0x50, 9, 0x8100, little), little))).toBeUndefined()
  expect(tagIn(little, message(263, 7, auxdata(0x50, 9, 0x8100, little), little))).toBeUndefined()
})

test('control messages that are cut or lie about their length hold no tag', () => {
  const whole = message(263, 8, auxdata(0x50, 7, 0x8100, true), true)
  for (let size = 0; size < 36; size++) expect(tagIn(true, whole.slice(0, size))).toBeUndefined()
  const short = message(263, 8, new Uint8Array(12), true)
  expect(tagIn(true, short)).toBeUndefined()
  const zero = whole.slice()
  zero[0] = 0
  expect(tagIn(true, zero)).toBeUndefined()
})

test('it is put back behind the addresses', () => {
  const frame = hex('ffffffffffff 020000000001 0800 45')
  const tag = { control: 0x2007, protocol: 0x8100 }
  expect(withVlanTag(frame, tag)).toEqual(hex('ffffffffffff 020000000001 8100 2007 0800 45'))
  expect(withVlanTag(hex('ffffffffffff 020000000001'), tag)).toEqual(hex('ffffffffffff 020000000001 8100 2007'))
  expect(withVlanTag(hex('ffffffffffff 0200000000'), tag)).toEqual(hex('ffffffffffff 0200000000'))
})
