import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { certificateSource, ownAddresses } from './certificates.ts'

const source = (host = '127.0.0.1') => {
  const issued: (readonly string[])[] = []
  const told: string[] = []
  let now = 0
  const made = certificateSource(
    names => {
      issued.push(names)
      return { chain: [], schemes: [], key: names }
    },
    host,
    () => now,
    () => true,
    ({ names, since }) => told.push(`${names.join(' ')} ${since}`),
  )
  return { made, issued, told, wait: (ms: number) => (now += ms) }
}

test('one certificate fits localhost and the loopback addresses; names below localhost get their own', () => {
  const { made, issued } = source()
  made.for(undefined)
  made.for('localhost')
  made.for('LOCALHOST.')
  made.for('shop.localhost')
  made.for('shop.localhost')
  expect(issued).toEqual([['localhost', '127.0.0.1', '::1'], ['shop.localhost']])
})

test('a name that is not ours gets none', () => {
  const { made, issued } = source()
  expect(made.for('shop.test')).toBeUndefined()
  for (const name of ['notlocalhost', '.localhost', 'a..localhost', 'a b.localhost', '*.localhost', 'ä.localhost'])
    expect(made.for(name), name).toBeUndefined()
  expect(issued).toEqual([])
})

test('the address or name of --host is covered too', () => {
  expect(source('10.1.2.3').made.usual).toContain('10.1.2.3')
  expect(source('dev.test').made.for('dev.test')).toBeDefined()
  expect(source('0.0.0.0').made.usual).not.toContain('0.0.0.0')
})

test('ways to write an address that a certificate has no words for are left out, and the rest is served', () => {
  for (const host of ['127.1', '0x7f000001', 'a..b'])
    expect(source(host).made.usual, host).toEqual(['localhost', '127.0.0.1', '::1'])
  expect(source('fe80::1%eth0').made.usual).toContain('fe80::1')
  expect(source('dev.test.').made.usual).toContain('dev.test')
})

test('a certificate is made anew long before it ends, and that is told', () => {
  const { made, issued, told, wait } = source()
  made.for('a.localhost')
  wait(2 * 86_400_000 - 1)
  made.for('a.localhost')
  expect(issued.length).toBe(1)
  wait(1)
  made.for('a.localhost')
  made.for('a.localhost')
  expect(issued.length).toBe(2)
  expect(told).toEqual(['a.localhost issued', 'a.localhost renewed'])
})

test('clients cannot make us keep more than 256 certificates', () => {
  const { made, issued } = source()
  for (let i = 0; i < 300; i++) made.for(`${i}.localhost`)
  made.for('299.localhost')
  expect(issued.length).toBe(300)
  made.for('0.localhost')
  expect(issued.length).toBe(301)
})

test('only addresses that can be reached are named: 0.0.0.0 is IPv4, link-local IPv6 means nothing elsewhere', () => {
  const of = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo
  const interfaces = { lo: [of('127.0.0.1', true)], eth0: [of('192.0.2.2'), of('2001:db8::2'), of('fe80::1')] }
  expect(ownAddresses('0.0.0.0', interfaces)).toEqual(['192.0.2.2'])
  expect(ownAddresses('::', interfaces)).toEqual(['192.0.2.2', '2001:db8::2'])
})
