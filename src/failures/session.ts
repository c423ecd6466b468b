/** Mistakes around sessions. A client that names an unknown session makes none: it is a visitor without one. */
import { EXIT, family } from './registry.ts'

export const sessionFailures = family('session', {
  'bad-value': {
    fault: 'caller',
    exit: EXIT.http,
    title: 'This cannot be kept in a session.',
    says: f => `${f.where ?? 'The attribute'} is ${f.got ?? 'not a value that JSON can say'}.`,
  },
  'too-big': {
    fault: 'caller',
    exit: EXIT.http,
    title: 'The session is too big.',
    says: f => `Its attributes take ${f.got ?? 'more'} characters; ${f.number ?? '?'} are allowed.`,
  },
  conflict: {
    fault: 'local',
    exit: EXIT.http,
    status: 503,
    title: 'The session is written by too many requests at once.',
    says: f => `${f.number ?? 'Several'} attempts to write it were overtaken.`,
  },
})
