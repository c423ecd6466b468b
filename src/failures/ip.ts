/** Failures of packets: no way out, too large, or reported undeliverable by somebody on the way. */
import { EXIT, family } from './registry.ts'

export const ipFailures = family('ip', {
  'no-route': {
    fault: 'local',
    exit: EXIT.tcp,
    title: 'There is no way to this address.',
    says: f => `No route leads to ${f.where ?? 'the address'}.`,
    because: ['No interface is in the same subnet.', 'No gateway is set.'],
    rule: 'RFC 1122 3.3.1',
    others: { node: 'ENETUNREACH', curl: 7, chrome: 'ERR_ADDRESS_UNREACHABLE' },
  },
  'too-big': {
    fault: 'caller',
    exit: EXIT.tcp,
    title: 'The packet is larger than the wire carries.',
    says: f => `A packet of ${f.got ?? 'this many'} bytes does not fit into an MTU of ${f.number ?? '?'}.`,
    because: ['A datagram is larger than the MTU; packets are not fragmented here.'],
    rule: 'RFC 1191 3',
    others: { node: 'EMSGSIZE' },
  },
  'port-taken': {
    fault: 'caller',
    exit: EXIT.tcp,
    title: 'The port is taken.',
    says: f => `${f.where ?? 'Somebody'} already uses port ${f.number ?? '?'}.`,
    because: ['Another program listens there.'],
    others: { node: 'EADDRINUSE' },
  },
  unreachable: {
    fault: 'network',
    exit: EXIT.tcp,
    title: 'The network says that it cannot deliver.',
    says: f => `${f.where ?? 'A machine on the way'} answered: ${f.got ?? 'destination'} unreachable.`,
    because: ['Nobody listens on this UDP port.', 'A router knows no way, or a firewall refuses.'],
    rule: 'RFC 792',
    others: { node: 'ECONNREFUSED' },
  },
  'time-exceeded': {
    fault: 'network',
    exit: EXIT.tcp,
    title: 'The packet went round for too long.',
    says: f => `${f.where ?? 'A router'} dropped it: its time to live ran out on the way.`,
    because: ['Two routers send it back and forth.', 'The time to live was set too small.'],
    rule: 'RFC 792',
  },
  'no-echo': {
    fault: 'network',
    exit: EXIT.timeout,
    title: 'No answer to the echo request.',
    says: f => `${f.where ?? 'The host'} did not answer within ${f.number ?? '?'} ms.`,
    because: ['The host is down.', 'A firewall drops echo requests.'],
    rule: 'RFC 1122 3.2.2.6',
  },
})
