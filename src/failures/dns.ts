import { EXIT, family } from './registry.ts'

export const dnsFailures = family('dns', {
  'no-address': {
    fault: 'network',
    exit: EXIT.name,
    title: 'No address for this name.',
    says: f => `The name ${f.where ?? ''} has no address.`,
    because: ['The name is misspelt.', 'The name server does not know it.'],
    others: { node: 'ENOTFOUND', curl: 6, chrome: 'ERR_NAME_NOT_RESOLVED' },
  },
})
