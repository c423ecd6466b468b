/** What was asked of a capture or a kept run and cannot be shown, in words. */
import type { inspectFailures } from '../../failures/inspect.ts'
import type { WordsOf } from '../words.ts'

export const inspectWords: WordsOf<typeof inspectFailures> = {
  'inspect/filter': {
    title: 'The filter was not understood.',
    says: f =>
      `At character ${f.number ?? '?'} stands ${f.got ?? 'something'}; wanted is ${f.expected ?? 'something else'}.`,
    because: ['A name begins with a layer: tls.alert, tcp.port, http.host.', 'A text with spaces is not in quotes.'],
  },
  'inspect/no-run': {
    title: 'No such run is kept.',
    says: f => `There is no ${f.where ?? 'such run'}; kept are ${f.got ?? 'others'}.`,
    because: [
      'Only the last runs are kept.',
      'It ran with --no-keep or BAREWIRE_KEEP=0.',
      'It ran as another user, or with another XDG_STATE_HOME.',
    ],
  },
  'inspect/no-conversation': {
    title: 'No such conversation is in it.',
    says: f =>
      `There is no conversation ${f.number ?? 'of that number'} in ${f.where ?? 'it'}; there are ${f.got ?? 'others'}.`,
  },
  'inspect/no-message': {
    title: 'No such message is in this conversation.',
    says: f =>
      `There is no message ${f.number ?? 'of that number'} in ${f.where ?? 'it'}; there are ${f.got ?? 'others'}.`,
  },
  'inspect/no-page': {
    title: 'The page of the inspector is not built.',
    says: f => `There is no page in ${f.where ?? 'the folder where it is built'}.`,
    because: ['These are the sources, in which nobody has built it.', 'It was built of other sources than these.'],
  },
}
