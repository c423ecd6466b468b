import { EXIT, family } from './registry.ts'

/** Bytes that do not fit the declaration of their format, in whatever layer. */
export const wireFailures = family('wire', {
  truncated: {
    fault: 'peer',
    exit: EXIT.tls,
    alert: 50,
    title: 'The message ends too early.',
    says: f => `${f.where ?? 'A field'} needs more bytes than the message has.`,
  },
  trailing: {
    fault: 'peer',
    exit: EXIT.tls,
    alert: 50,
    title: 'Bytes are left over after the message.',
    says: f => `${f.where ?? 'The message'} ends before its length says.`,
  },
  'too-long': {
    fault: 'local',
    exit: EXIT.tls,
    alert: 80,
    title: 'A value does not fit its field.',
    says: f => `${f.where ?? 'A value'} is larger than its field can hold.`,
  },
  'bad-value': {
    fault: 'peer',
    exit: EXIT.tls,
    alert: 47,
    title: 'A field has a value that is not allowed.',
    says: f => `${f.where ?? 'A field'} has ${f.got ?? 'a value'} that is not allowed here.`,
  },
})
