import { expect, test } from 'vitest'
import { icmpName } from './icmp.ts'

test('a message is called by what is unreachable, where that has a name, and else by its type (RFC 792)', () => {
  expect([0, 1, 2, 3, 13].map(code => icmpName(3, code))).toEqual([
    'net unreachable',
    'host unreachable',
    'protocol unreachable',
    'port unreachable',
    'destination unreachable',
  ])
  expect([icmpName(8, 0), icmpName(0, 0), icmpName(11, 0)]).toEqual(['echo request', 'echo reply', 'time exceeded'])
})
