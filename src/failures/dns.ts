/** Failures of asking for the address of a name. */
import { EXIT, family } from './registry.ts'

export const dnsFailures = family('dns', {
  'no-address': {
    fault: 'network',
    exit: EXIT.name,
    title: 'No address for this name.',
    says: f => `${f.where === undefined ? 'The name' : `The name ${f.where}`} has no address.`,
    because: ['The name is misspelt.', 'The name server does not know it.'],
    tryThis: f => [`getent hosts ${f.where ?? 'NAME'}`, 'barewire get --resolve NAME:443:ADDRESS https://NAME/'],
    rule: 'RFC 1035 4.1.1',
    others: { node: 'ENOTFOUND', curl: 6, chrome: 'ERR_NAME_NOT_RESOLVED' },
  },
  silence: {
    fault: 'network',
    exit: EXIT.name,
    title: 'The name server does not answer.',
    says: f => `Nobody answered ${f.number ?? 'several'} questions about ${f.where ?? 'the name'}.`,
    because: ['The name server is down or its address is wrong.', 'A firewall drops UDP port 53.'],
    rule: 'RFC 1035 4.2.1',
    others: { node: 'EAI_AGAIN', curl: 6, chrome: 'ERR_NAME_NOT_RESOLVED' },
  },
  'server-failure': {
    fault: 'peer',
    exit: EXIT.name,
    title: 'The name server could not answer.',
    says: f => `Asked about ${f.where ?? 'the name'}, it said ${f.got ?? 'SERVFAIL'}.`,
    because: ['The servers of the domain are out of order.', 'The name server refuses to answer this machine.'],
    rule: 'RFC 1035 4.1.1',
    others: { node: 'EAI_AGAIN', curl: 6 },
  },
  malformed: {
    fault: 'peer',
    exit: EXIT.name,
    title: 'The name server answered with something that is not DNS.',
    says: f => `The answer about ${f.where ?? 'the name'} cannot be read: ${f.got ?? 'it is damaged'}.`,
    rule: 'RFC 1035 4.1',
  },
  truncated: {
    fault: 'peer',
    exit: EXIT.name,
    title: 'The answer does not fit into one datagram.',
    says: f => `The addresses of ${f.where ?? 'the name'} need more than ${f.number ?? 512} bytes.`,
    because: ['The name has very many addresses; asking over TCP is not there yet.'],
    rule: 'RFC 1035 4.2.1',
  },
  'alias-loop': {
    fault: 'peer',
    exit: EXIT.name,
    title: 'The name leads from alias to alias.',
    says: f => `${f.where ?? 'The name'} is still an alias after ${f.number ?? 'several'} steps.`,
    because: ['Two CNAME records point at each other.'],
    rule: 'RFC 1034 3.6.2',
  },
  'not-a-name': {
    fault: 'caller',
    exit: EXIT.name,
    title: 'This is not a host name.',
    says: f =>
      `${f.where ?? 'It'} is not a domain name: a label is empty or longer than 63, or all is longer than 255.`,
    rule: 'RFC 1035 2.3.4',
    others: { node: 'ENOTFOUND', curl: 6 },
  },
  'no-server': {
    fault: 'local',
    exit: EXIT.name,
    title: 'There is nobody to ask for names.',
    says: f => `No name server is set, so ${f.where ?? 'the name'} cannot be looked up.`,
    others: { node: 'ENOTFOUND' },
  },
})
