/** `barewire inspect FILE|@N|-`. */
import { GRAINS, type InspectOptions } from '../actions/inspect/options.ts'
import { CAPTURE_KEYS, command, WEB } from '../command.ts'
import { collect, parseNumber, parseWord } from '../options.ts'

export const inspectCommand = command<readonly string[], InspectOptions>({
  name: 'inspect',
  summary: 'look into a capture, or into a run that was kept: conversations, messages, fields, bytes',
  argument: {
    name: '[what...]',
    what: 'a file (pcapng, pcap), a kept run (@1 is the last) or -, and the number of a conversation; nothing: the runs that are kept',
    parse: collect(String),
    offers: 'files',
  },
  options: [
    {
      flags: '--filter <text>',
      what: 'only what is meant: tls.alert or tcp.retransmission, http.status >= 400, tls.server_name contains "test"',
    },
    {
      flags: '--layer <grain>',
      what: `how finely: ${GRAINS.join(', ')}`,
      parse: parseWord('--layer', GRAINS),
      offers: GRAINS,
    },
    {
      flags: '--message <number>',
      what: 'one message: its fields, and its bytes beside them',
      parse: parseNumber('--message'),
    },
    { flags: '--fields', what: 'of a message the fields alone; with --json those of every message' },
    { flags: '--follow', what: 'what both sides said, decrypted' },
    ...CAPTURE_KEYS,
    {
      flags: '--export-objects <folder>',
      what: 'write the bodies of HTTP there, decoded; nothing is replaced',
      offers: 'folders',
    },
    {
      flags: '--as-test <side>',
      what: 'print a test for vitest that replays what that side of a conversation said in HTTP: client (to serve) or server (to fetch)',
      parse: parseWord('--as-test', ['client', 'server'] as const),
      offers: ['client', 'server'],
    },
    { ...WEB, what: 'show it on a page for a browser on this machine, beside the runs that are kept, until Ctrl-C' },
    {
      flags: '--html <file>',
      what: 'write the page of --web there as one file that any browser shows without a network',
      offers: 'files',
    },
    {
      flags: '-o, --output <file>',
      what: 'write the capture there with what is said of its messages as comments on the frames, and the secrets that opened it',
      offers: 'files',
    },
  ],
  examples: [
    ['barewire inspect', 'the last 50 runs of get, demo and cert'],
    ['barewire inspect @1', 'the last of them'],
    ['barewire inspect x.pcapng --keys keys.log', 'a capture, with the keys that a program wrote down'],
    ['barewire inspect x.pcapng 2', 'its second conversation, message by message'],
    ['barewire inspect x.pcapng 2 --message 51', 'one message, to the last bit'],
    ['barewire inspect x.pcapng 2 --follow', 'what both sides said'],
    ["barewire inspect x.pcapng --filter 'http.status >= 400'", 'where something went wrong'],
    ['barewire inspect x.pcapng --export-objects bodies', 'what was downloaded, as files'],
    ['barewire inspect x.pcapng 2 --as-test server > shop.test.ts', 'what happened there, as a test'],
    ['barewire inspect @1 --web', 'the last run on a page, to click through'],
    ['barewire inspect @1 --html run.html', 'the last run as a page to give away'],
    ['barewire inspect x.pcapng -o said.pcapng', 'for Wireshark, with our words in it'],
  ],
  notes:
    'Everything goes to standard output; what is wrong with the file to standard error, behind all that could be read. Cookie values, credentials and what is named a password or a token are starred, also by --follow and on pages, unless --show-secrets is given. With -v LAYERS those layers are told, -vv their fields, -vvv their bytes.',
  run: async (words = [], options, io) => (await import('../actions/inspect/inspect.ts')).inspect(words, options, io),
})
