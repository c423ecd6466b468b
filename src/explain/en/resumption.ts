/** What ends TLS because of a session that is resumed or of early data, in words. */
import type { tlsFailures } from '../../failures/tls.ts'
import type { WordsOf } from '../words.ts'
import { A_BUG, notAllowed, SOMETHING_BETWEEN } from './tls-causes.ts'

type Code =
  | 'tls/session-mismatch'
  | 'tls/session-unbound'
  | 'tls/psk-not-last'
  | 'tls/psk-binders'
  | 'tls/psk-hash'
  | 'tls/early-data-protocol'
  | 'tls/early-data-suite'
  | 'tls/early-data-version'
  | 'tls/too-much-early-data'
  | 'tls/too-much-passed-over'

export const resumptionWords: Pick<WordsOf<typeof tlsFailures>, Code> = {
  'tls/session-mismatch': {
    title: 'The session that is resumed was another one.',
    says: f =>
      `The server resumes it with ${f.got ?? 'something else'}; it was made with ${f.expected ?? 'another suite'}.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/session-unbound': {
    title: 'The session is resumed without what binds it to its handshake.',
    says: () => 'It was made with extended_master_secret, which is left out now.',
    because: ['Somebody splices two connections together (triple handshake).', A_BUG],
  },
  'tls/psk-not-last': { title: 'The pre-shared keys do not come last in the hello.', ...notAllowed },
  'tls/psk-binders': { title: 'The hello has another number of binders than of pre-shared keys.', ...notAllowed },
  'tls/psk-hash': { title: 'The server chose a suite that cannot use the pre-shared key.', ...notAllowed },
  'tls/early-data-protocol': { title: 'The server took early data for another protocol.', ...notAllowed },
  'tls/early-data-suite': { title: 'The server took early data under another suite.', ...notAllowed },
  'tls/early-data-version': {
    title: 'The server no longer speaks the version for which early data was sent.',
    says: f => `It answered with ${f.got ?? 'another version'}; try again without early data.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/too-much-early-data': {
    title: 'The client sends more early data than it may.',
    says: f => `The ticket allowed it ${f.number === undefined ? 'so much' : `only ${f.number} bytes more`}.`,
    because: [A_BUG, 'Somebody wants us to hold memory for it.'],
  },
  'tls/too-much-passed-over': {
    title: 'More came that cannot be read than early data that was not taken.',
    says: f => `${f.number ?? 'Many'} bytes of it are passed over.`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
}
