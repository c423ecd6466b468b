/** Failures of asking for the address of a name, in words. */
import type { dnsFailures } from '../../failures/dns.ts'
import type { WordsOf } from '../words.ts'

export const dnsWords: WordsOf<typeof dnsFailures> = {
  'dns/no-address': {
    title: 'No address for this name.',
    says: f => `${f.where === undefined ? 'The name' : `The name ${f.where}`} has no address.`,
    because: ['The name is misspelt.', 'The name server does not know it.'],
  },
  'dns/silence': {
    title: 'The name server does not answer.',
    says: f => `Nobody answered ${f.number ?? 'several'} questions about ${f.where ?? 'the name'}.`,
    because: ['The name server is down or its address is wrong.', 'A firewall drops UDP port 53.'],
  },
  'dns/timeout': {
    title: 'The name was not looked up in time.',
    says: f => `After ${f.number ?? 'so many'} ms there was still no address for ${f.where ?? 'the name'}.`,
    because: [
      'The name server that this machine asks is slow or does not answer.',
      'The network to it is interrupted.',
    ],
  },
  'dns/server-failure': {
    title: 'The name server could not answer.',
    says: f => `Asked about ${f.where ?? 'the name'}, it said ${f.got ?? 'SERVFAIL'}.`,
    because: ['The servers of the domain are out of order.', 'The name server refuses to answer this machine.'],
  },
  'dns/malformed': {
    title: 'The name server answered with something that is not DNS.',
    says: f => `The answer about ${f.where ?? 'the name'} cannot be read: ${f.got ?? 'it is damaged'}.`,
  },
  'dns/truncated': {
    title: 'The answer does not fit into one datagram.',
    says: f => `The addresses of ${f.where ?? 'the name'} need more than ${f.number ?? 512} bytes.`,
    because: ['The name has very many addresses; asking over TCP is not there yet.'],
  },
  'dns/forged': {
    title: 'Somebody answers in the place of the name server.',
    says: f => `Asked about ${f.where ?? 'the name'}, ${f.number ?? 'many'} answers came that fit no question of ours.`,
    because: ['Somebody guesses the numbers that an answer must have.', 'A device on the way damages the answers.'],
  },
  'dns/no-port': {
    title: 'No port is left to ask from.',
    says: f => `Every UDP port is taken, so nobody can be asked about ${f.where ?? 'the name'}.`,
    because: ['Sockets are opened and never closed.', 'Very many names are looked up at once.'],
  },
  'dns/alias-loop': {
    title: 'The name leads from alias to alias.',
    says: f => `${f.where ?? 'The name'} is still an alias after ${f.number ?? 'several'} steps.`,
    because: ['Two CNAME records point at each other.'],
  },
  'dns/not-a-name': {
    title: 'This is not a host name.',
    says: f =>
      `${f.where ?? 'It'} is not a domain name: a label is empty or longer than 63, or all is longer than 255.`,
  },
  'dns/no-server': {
    title: 'There is nobody to ask for names.',
    says: f => `No name server is set, so ${f.where ?? 'the name'} cannot be looked up.`,
  },
}
