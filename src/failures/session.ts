/** Mistakes around sessions. A client that names an unknown session makes none: it is a visitor without one. */
import { EXIT, family } from './registry.ts'

export const sessionFailures = family('session', {
  'bad-value': { fault: 'caller', exit: EXIT.http },
  'too-big': { fault: 'caller', exit: EXIT.http },
  over: { fault: 'caller', exit: EXIT.http },
  conflict: { fault: 'local', exit: EXIT.http, status: 503 },
})
