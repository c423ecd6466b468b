/** What a proxy says of its client, in every form (RFC 7239). */
import { expect, test } from 'vitest'
import type { RequestHead } from '../../http/types.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import { type ForwardedAs, forwardedFields, withoutForwarded } from './forwarded.ts'

const told = (as: ForwardedAs, authority: string, address: string, tls?: object) =>
  forwardedFields(as, { authority } as RequestHead, { remote: { address }, tls } as unknown as ConnectionInfo).map(
    field => field.join(': '),
  )

test.each([
  ['Forwarded', 'a.test', '192.0.2.1', ['forwarded: for=192.0.2.1;host="a.test";proto=https']],
  // RFC 7239 6: quoted, and in brackets.
  ['Forwarded', 'a.test:81', '2001:db8::1', ['forwarded: for="[2001:db8::1]";host="a.test:81";proto=https']],
  ['Forwarded', 'a"\\b', '192.0.2.1', ['forwarded: for=192.0.2.1;host="a\\"\\\\b";proto=https']],
  ['Forwarded', '', '192.0.2.1', ['forwarded: for=192.0.2.1;proto=https']],
  ['X-Forwarded', '', '2001:db8::1', ['x-forwarded-for: 2001:db8::1', 'x-forwarded-proto: https']],
  ['remove', 'a.test', '192.0.2.1', []],
  ['pass', 'a.test', '192.0.2.1', []],
] as const)('%s of %j at %s: %j', (as, authority, address, fields) => {
  expect(told(as, authority, address, {})).toEqual(fields)
})

test('without TLS it was http, and both forms are both', () => {
  expect(told('both', 'a.test', '192.0.2.1')).toEqual([
    'forwarded: for=192.0.2.1;host="a.test";proto=http',
    'x-forwarded-for: 192.0.2.1',
    'x-forwarded-proto: http',
    'x-forwarded-host: a.test',
  ])
})

test('what upstreams believe is taken out under each of its names, in every case, with underscores too', () => {
  const told = ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'x-forwarded-proto', 'X_Forwarded_Port']
  const more = ['X-Forwarded-Prefix', 'X-FORWARDED-SERVER', 'X_Real-IP']
  const others = ['Host', 'Via', 'X-Forwarded', 'X-Real-IPs']
  const list = [...told, ...more, ...others].map(name => [name, '1'] as const)
  expect(withoutForwarded(list).map(([name]) => name)).toEqual(others)
})
