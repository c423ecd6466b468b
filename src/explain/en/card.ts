/** What stands around the sentences where a failure is shown with everything that is known. */
import type { Card } from '../words.ts'

export const card: Card = {
  expected: 'expected',
  got: 'got',
  where: 'where',
  side: 'whose side',
  did: 'what we did',
  because: 'because',
  tryThis: 'try',
  elsewhere: 'elsewhere',
  rule: 'rule',
  below: 'below it',
  showed: 'they showed',
  moreBytes: count => `and ${count} bytes more`,
  sides: {
    peer: "the other side's",
    local: 'ours: a setting of this machine or program',
    network: "the network's, between the two",
    caller: 'yours: what was asked for cannot be done',
  },
  closed: alert => `alert ${alert}, closed.`,
  bytes: ({ direction, name, id }, start, end) =>
    `${direction === 'in' ? 'received' : 'sent'} ${name} (message ${id}), bytes ${start}..${end}`,
  bytesIn: (certificate, start, end) =>
    `${certificate === 'anchor' ? 'the root’s certificate' : `certificate ${certificate + 1} of the chain`}, bytes ${start}..${end}`,
  fact: fact => fact,
}
