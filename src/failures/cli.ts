import { EXIT, family } from './registry.ts'

/** What the person at the keyboard asked for and cannot have. */
export const cliFailures = family('cli', {
  usage: {
    fault: 'caller',
    exit: EXIT.usage,
    title: 'The command was not understood.',
    says: f => f.got ?? 'See --help.',
  },
})
