import { EXIT, family } from './registry.ts'

export const ipFailures = family('ip', {
  'no-route': {
    fault: 'local',
    exit: EXIT.tcp,
    title: 'There is no way to this address.',
    says: f => `No route leads to ${f.where ?? 'the address'}.`,
    others: { node: 'ENETUNREACH' },
  },
})
