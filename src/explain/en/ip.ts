/** Failures of packets, in words. */
import type { ipFailures } from '../../failures/ip.ts'
import type { WordsOf } from '../words.ts'

export const ipWords: WordsOf<typeof ipFailures> = {
  'ip/no-route': {
    title: 'There is no way to this address.',
    says: f => `No route leads to ${f.where ?? 'the address'}.`,
    because: ['No interface is in the same subnet.', 'No gateway is set.'],
  },
  'ip/too-big': {
    title: 'The packet is larger than the wire carries.',
    says: f => `A packet of ${f.got ?? 'this many'} bytes does not fit into an MTU of ${f.number ?? '?'}.`,
    because: ['A datagram is larger than the MTU; packets are not fragmented here.'],
  },
  'ip/port-taken': {
    title: 'The port is taken.',
    says: f => `${f.where ?? 'Somebody'} already uses port ${f.number ?? '?'}.`,
    because: ['Another program listens there.'],
  },
  'ip/unreachable': {
    title: 'The network says that it cannot deliver.',
    says: f => `${f.where ?? 'A machine on the way'} answered: ${f.got ?? 'destination'} unreachable.`,
    because: ['Nobody listens on this UDP port.', 'A router knows no way, or a firewall refuses.'],
  },
  'ip/time-exceeded': {
    title: 'The packet went round for too long.',
    says: f => `${f.where ?? 'A router'} dropped it: its time to live ran out on the way.`,
    because: ['Two routers send it back and forth.', 'The time to live was set too small.'],
  },
  'ip/no-echo': {
    title: 'No answer to the echo request.',
    says: f => `${f.where ?? 'The host'} did not answer within ${f.number ?? '?'} ms.`,
    because: ['The host is down.', 'A firewall drops echo requests.'],
  },
  'ip/host-stopped': {
    title: 'This host was stopped.',
    says: f => `${f.where ?? 'The host'} was stopped; it sends and hears nothing any more.`,
    because: ['The network that it belongs to was closed while this was still under way, or before it began.'],
  },
}
