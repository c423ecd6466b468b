import { expect, test } from 'vitest'
import { failureOf } from './socket.ts'

const error = (code: string, ...errors: string[]): Error =>
  Object.assign(new Error(code), { code, ...(errors.length === 0 ? {} : { errors: errors.map(one => error(one)) }) })

test.each([
  ['ENOTFOUND', 'dns/no-address'],
  ['EAI_AGAIN', 'dns/no-address'],
  ['ECONNREFUSED', 'tcp/refused'],
  ['ETIMEDOUT', 'tcp/silence'],
  ['ECONNRESET', 'tcp/reset'],
  ['EPIPE', 'tcp/reset'],
  ['ENETUNREACH', 'net/unreachable'],
  ['EHOSTUNREACH', 'net/unreachable'],
  ['EADDRINUSE', 'net/port-taken'],
  ['EACCES', 'net/port-forbidden'],
  ['EADDRNOTAVAIL', 'net/no-such-address'],
  ['EMFILE', 'net/system'],
])('%s of the kernel is %s', (code, failure) => {
  const { code: got, where } = failureOf(error(code), 'shop.test:443')
  expect([got, where]).toEqual([failure, failure === 'dns/no-address' ? 'shop.test' : 'shop.test:443'])
})

test('of several addresses the one that answered says most', () => {
  expect(failureOf(error('', 'ENETUNREACH', 'ECONNREFUSED'), 'x').code).toBe('tcp/refused')
  expect(failureOf(error('', 'ENETUNREACH', 'ETIMEDOUT'), 'x').code).toBe('tcp/silence')
  expect(failureOf(error('', 'ENETUNREACH'), 'x').code).toBe('net/unreachable')
})
