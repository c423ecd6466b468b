/** `barewire keys FILE|@N`. */
import type { KeysOptions } from '../actions/keys.ts'
import { command } from '../command.ts'

export const keysCommand = command<string, KeysOptions>({
  name: 'keys',
  summary: 'a key log as the key schedule of each connection: what is there, what is missing, what it opens',
  argument: {
    name: '<file|@N>',
    what: 'what a program wrote by SSLKEYLOGFILE; or a capture, or a run that was kept, with the keys in it',
    offers: 'files',
  },
  options: [
    {
      flags: '--capture <file>',
      what: 'try them on this capture (pcapng, pcap): which secrets open what is in it',
      offers: 'files',
    },
  ],
  examples: [
    ['barewire keys @1', 'the secrets of the last run, tried on what it sent'],
    ['barewire keys keys.log', 'which secrets are there'],
    ['barewire keys keys.log --capture cap.pcapng', 'and do they belong to this?'],
  ],
  notes: 'Exit code 9: a line is broken, or a secret does not fit. Secrets are shown with --show-secrets only.',
  run: async (path, given, io) => (await import('../actions/keys.ts')).keys(path, given, io),
})
