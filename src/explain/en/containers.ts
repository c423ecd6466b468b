import type { fileFailures } from '../../failures/files.ts'
import type { WordsOf } from '../words.ts'

export const containerWords: WordsOf<typeof fileFailures> = {
  'file/malformed': {
    title: 'What was given is not well formed.',
    says: f => `Its field ${f.where ?? '?'} ${f.got ?? 'is broken'} (${f.expected ?? 'X.690'}).`,
    because: ['It was damaged on the way, or cut off.', 'The software that made it has a fault.'],
  },
  'file/password-needed': {
    title: 'It is under a password.',
    says: f => `${f.where ?? 'It'} opens with a password only, and none was given.`,
    because: f => (f.expected === undefined ? [] : [`${f.expected} names no file with it.`]),
  },
  'file/password-wrong': {
    title: 'The password is wrong.',
    says: f => `${f.where ?? 'It'} does not open with it${f.got === undefined ? '' : `: ${f.got}`}.`,
    because: ['It was mistyped, or is that of another file.'],
  },
  'file/cipher-unsupported': {
    title: 'It is protected in a way that is not read here.',
    says: f => `${f.where ?? 'It'} uses ${f.got ?? 'an algorithm that nobody should use'}.`,
    because: ['It is very old: openssl can read it with -legacy, and write it anew.'],
  },
  'file/too-much-work': {
    title: 'Opening it would take too long.',
    says: f => `${f.where ?? 'It'} asks for more than ${f.number ?? 'the allowed number of'} steps to make a key.`,
    because: ['It was made to exhaust whoever opens it.'],
  },
  'file/request-signature': {
    title: 'The request was not signed with the key that it is for.',
    says: f => `${f.where ?? 'It'} ${f.got ?? 'has a signature that its own key does not confirm'}.`,
    because: ['It was changed after it was made.', 'Somebody asks for a certificate for a key that he does not have.'],
  },
}
