import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { failureOf, SocketStream } from './socket.ts'

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

test('sockets share what listens to them: an idle one holds no functions of its own', () => {
  const [one, other] = [new Socket(), new Socket()]
  for (const socket of [one, other]) new SocketStream(socket, { told: undefined, where: 'x', pieces: 'owned' })
  for (const event of ['end', 'drain', 'error', 'close']) {
    expect(one.listenerCount(event)).toBeGreaterThan(0)
    expect(one.listeners(event).every((listener, i) => listener === other.listeners(event)[i])).toBe(true)
  }
})
