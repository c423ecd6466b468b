/** What the person at the keyboard asked for and cannot have. */
import { EXIT, family } from './registry.ts'

export const cliFailures = family('cli', {
  usage: {
    fault: 'caller',
    exit: EXIT.usage,
    title: 'The command was not understood.',
    says: f => f.got ?? 'See --help.',
    tryThis: f => [`${f.where ?? 'barewire'} --help`],
  },
  file: {
    fault: 'local',
    exit: EXIT.usage,
    title: 'A file on this machine cannot be used.',
    says: f => `${f.where ?? 'The file'}: ${f.got ?? 'it cannot be opened'}.`,
    because: ['The path is misspelt.', 'The permissions of the file or of its folder do not allow it.'],
  },
  'http-status': {
    fault: 'peer',
    exit: EXIT.status,
    title: 'The server answered with an error.',
    says: f => `${f.where ?? 'The request'} got ${f.got ?? 'a status of 400 or more'}, and --fail was given.`,
    rule: 'RFC 9110 15.5',
    others: { curl: 22 },
  },
  'time-up': {
    fault: 'network',
    exit: EXIT.timeout,
    title: 'The time for everything is up.',
    says: f => `${f.where ?? 'It'} was not done after ${f.number ?? 'so many'} ms, which -m allows.`,
    because: ['The answer is longer than the time.', 'One of the steps waits: -v shows which.'],
    others: { curl: 28 },
  },
  check: {
    fault: 'local',
    exit: EXIT.check,
    title: 'Something did not go as it must.',
    says: f => f.got ?? 'A step of the scenario did not have the result that it must have.',
  },
  defect: {
    fault: 'local',
    exit: EXIT.usage,
    title: 'This is a defect in barewire.',
    says: f => f.got ?? 'It came to a place that it should never reach.',
    because: ['A mistake in the program, not in what you did.'],
  },
})
