/** Failures below IP: neighbours that cannot be found. */
import { EXIT, family } from './registry.ts'

export const linkFailures = family('link', {
  'no-neighbour': {
    fault: 'network',
    exit: EXIT.tcp,
    title: 'Nobody has this address on the wire.',
    says: f => `ARP asked ${f.number ?? 'several'} times who has ${f.where ?? 'the address'}; nobody answered.`,
    because: ['The host is down or not plugged in.', 'The address belongs to another subnet.'],
    rule: 'RFC 1122 2.3.2.2',
    others: { node: 'EHOSTUNREACH', curl: 7 },
  },
})
