/** Pasted bytes and files of keys, in words. */
import type { decodeFailures } from '../../failures/decode.ts'
import type { WordsOf } from '../words.ts'

export const decodeWords: WordsOf<typeof decodeFailures> = {
  'decode/unknown': {
    title: 'These bytes are of no format that is known here.',
    says: f => `None of the formats fits ${f.got ?? 'what was given'}.`,
    because: [
      'It is a part from the middle of a message.',
      'It is encrypted, or another protocol.',
      'Some digits were lost when it was copied.',
    ],
  },
  'decode/too-long': {
    title: 'It is too long to be decoded at once.',
    says: f =>
      `${f.where ?? 'What was given'} has more than ${f.number ?? 'so many'} bytes, which is the most that is read.`,
  },
  'decode/not-written': {
    title: 'No bytes can be made of this JSON.',
    says: f => `${f.where === undefined ? '' : `${f.where}: `}${f.got ?? 'it is not what decode --json prints'}.`,
  },
  'decode/no-secrets': {
    title: 'There are no secrets in it.',
    says: f =>
      f.got === 'a capture'
        ? `${f.where ?? 'The capture'} has no keys inside.`
        : `No line of ${f.where ?? 'the file'} is a label, a client random and a secret.`,
    because: ['The program wrote none: SSLKEYLOGFILE has to be set before it starts.', 'It is another file.'],
  },
}
