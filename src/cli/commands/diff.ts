/** `barewire diff A B`. */
import type { DiffOptions } from '../actions/diff.ts'
import { CAPTURE_KEYS, command } from '../command.ts'
import { collect, parsePair } from '../options.ts'

export const diffCommand = command<readonly string[], DiffOptions>({
  name: 'diff',
  summary: 'two captures or kept runs, one of which works: what differs, and why the other fails',
  argument: {
    name: '<what...>',
    what: 'two captures (pcapng, pcap) or kept runs (@1 is the last)',
    parse: collect(String),
    offers: 'files',
  },
  options: [
    {
      flags: '--conversation <numbers>',
      what: 'which of them: 4, or 4,2 for the fourth of the first and the second of the other; otherwise those that fit best',
      parse: parsePair,
    },
    ...CAPTURE_KEYS,
  ],
  examples: [
    ['barewire diff good.pcapng bad.pcapng', 'works here, fails there'],
    ['barewire diff @2 @1', 'the last run beside the one before'],
    ['barewire diff good.pcapng bad.pcapng --keys keys.log', 'with what is encrypted'],
    ['barewire diff x.pcapng x.pcapng --conversation 1,3', 'two conversations of one capture'],
  ],
  notes:
    'Exit code 0: nothing differs that counts. Exit code 9: something does. What is another each time (randoms, key shares, tickets, ports, Date) and the order of lists do not count. Credentials are starred unless --show-secrets is given.',
  run: async (what, options, io) => (await import('../actions/diff.ts')).diff(what, options, io),
})
