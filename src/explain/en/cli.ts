/** What the person at the keyboard asked for and cannot have, in words. */
import type { cliFailures } from '../../failures/cli.ts'
import type { WordsOf } from '../words.ts'
import { fileCauses, fileProblem } from './files.ts'

export const cliWords: WordsOf<typeof cliFailures> = {
  'cli/usage': {
    title: 'The command was not understood.',
    says: f => f.got ?? 'See --help.',
  },
  'cli/file': {
    title: 'A file on this machine cannot be used.',
    says: f => `${f.where ?? 'The file'}: ${fileProblem(f.got ?? 'it cannot be opened')}.`,
    because: f => fileCauses(f.got),
  },
  'cli/key-readable': {
    title: 'Others can read your keys.',
    says: f => `Whoever reads ${f.where ?? 'the file'} can pass for either end; its mode is ${f.got ?? '?'}.`,
    because: ['The file was copied, or made without a umask.'],
  },
  'cli/http-status': {
    title: 'The server answered with an error.',
    says: f => `${f.where ?? 'The request'} got ${f.got ?? 'a status of 400 or more'}, and --fail was given.`,
  },
  'cli/not-continued': {
    title: 'The download cannot go on from where it stopped.',
    says: f => `${f.where ?? 'The server'} was asked for the rest and answered ${f.got ?? 'something else'}.`,
    because: [
      'The file here is not a part of the one that the server has.',
      'The server sends another part than it was asked for.',
    ],
  },
  'cli/time-up': {
    title: 'The time for everything is up.',
    says: f => `${f.where ?? 'It'} was not done after ${f.number ?? 'so many'} ms, which -m allows.`,
    because: ['The answer is longer than the time.', 'One of the steps waits: -v shows which.'],
  },
  'cli/check': {
    title: 'Something did not go as it must.',
    says: f => f.got ?? 'A step of the scenario did not have the result that it must have.',
  },
  'cli/defect': {
    title: 'This is a defect in barewire.',
    says: f => f.got ?? 'It came to a place that it should never reach.',
    because: ['A mistake in the program, not in what you did.'],
  },
}
