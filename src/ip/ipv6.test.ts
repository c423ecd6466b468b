import { expect, test } from 'vitest'
import { hex, toHex } from '../../test/support/bytes.ts'
import { Reader } from '../wire/reader.ts'
import { Ipv6Header } from './ipv6.ts'

test('an IPv6 header is read field by field (RFC 8200 3)', () => {
  const header = Ipv6Header.read(
    new Reader(hex('6 ab 9cdef 1234 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002')),
  )
  expect({
    ...header,
    sourceAddress: toHex(header.sourceAddress),
    destinationAddress: toHex(header.destinationAddress),
  }).toEqual({
    version: 6,
    trafficClass: 0xab,
    flowLabelHigh: 9,
    flowLabelLow: 0xcdef,
    payloadLength: 0x1234,
    nextHeader: 6,
    hopLimit: 64,
    sourceAddress: '20010db8000000000000000000000001',
    destinationAddress: '20010db8000000000000000000000002',
  })
})
