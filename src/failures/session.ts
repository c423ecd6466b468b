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
  over: {
    fault: 'caller',
    exit: EXIT.http,
    title: 'The session can no longer be written.',
    says: f => `${f.where ?? 'A change'} came after ${f.got ?? 'the request was finished'}: it would be lost.`,
  },
  conflict: {
    fault: 'local',
    exit: EXIT.http,
    status: 503,
    title: 'Another request was faster with the session.',
    says: f =>
      `It ${f.got ?? 'changed its id or ended it'} while this one changed the id; nothing of this one was kept.`,
    tryThis: () => ['send the request again, with the cookie that the browser has now'],
  },
})
