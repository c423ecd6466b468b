/** Mistakes around sessions, in words. */
import type { sessionFailures } from '../../failures/session.ts'
import type { WordsOf } from '../words.ts'

export const sessionWords: WordsOf<typeof sessionFailures> = {
  'session/bad-value': {
    title: 'This cannot be kept in a session.',
    says: f => `${f.where ?? 'The attribute'} is ${f.got ?? 'not a value that JSON can say'}.`,
  },
  'session/too-big': {
    title: 'The session is too big.',
    says: f => `Its attributes take ${f.got ?? 'more'} characters; ${f.number ?? '?'} are allowed.`,
  },
  'session/over': {
    title: 'The session can no longer be written.',
    says: f => `${f.where ?? 'A change'} came after ${f.got ?? 'the request was finished'}: it would be lost.`,
  },
  'session/conflict': {
    title: 'Another request was faster with the session.',
    says: f => `It ${f.got ?? 'changed its id or ended it'} first; nothing of this one was kept.`,
  },
}
