/** What stands behind a command to copy, and advice that is none. */
import type { Note } from '../steps.ts'

export const notes: Readonly<Record<Note, string>> = {
  'right clock?': 'is the clock of this machine right?',
  'if it is the right one': 'if you know that it is the right one',
  'if you have its root': 'if you have its root',
  'once, without this check': 'go on this once',
  'take its certificate': 'what it shows',
  'what the server sends': 'what the server sends',
  'which names it has': 'which names it has',
  'which timestamps it has': 'which timestamps it has',
  'by a name that it has': 'the same server, by a name that it has',
  'chain order': 'on the server: put the intermediate certificates behind its own in the same file',
  'new authority': 'a new authority is made on next use',
  'another folder': 'another folder',
  'what is in it?': 'what is in it?',
  'with the right address': 'with the address that it should have',
  'what the server takes': 'what the server takes',
  'with both versions': 'with both versions of TLS',
  'wait longer': 'wait longer',
  'without following': 'where the first answer points',
  'its root, to be trusted': 'the root that the other program has to trust',
  'any free port': 'any free port',
  'retry with new cookie': 'send the request again, with the cookie that the browser has now',
  'asks for its password': 'asks for its password; keep the result to yourself',
  'if you have a certificate': 'if you have a certificate that it knows',
  'both must print the same': 'both must print the same',
}
