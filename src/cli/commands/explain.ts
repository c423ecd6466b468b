/** `barewire explain`. */
import type { ExplainOptions } from '../actions/explain-capture.ts'
import { CAPTURE_KEYS, type CommonOptions, command } from '../command.ts'
import { FAILURE_CODES } from '../options.ts'

export const explainCommand = command<readonly string[], ExplainOptions & CommonOptions>({
  name: 'explain',
  summary:
    'why an exchange in a capture or a kept run failed, or what a failure code or a message of another tool means',
  argument: {
    name: '[what...]',
    what: 'a capture (pcapng, pcap) or a kept run (@1 is the last), and the number of a conversation; a code such as tls/not-tls; a message of OpenSSL, curl, Node, a browser, Go, Java, Python, nginx, …; from standard input when there is none',
    offers: FAILURE_CODES,
  },
  options: [...CAPTURE_KEYS],
  examples: [
    ['barewire explain x.pcapng --keys keys.log', 'why what was captured failed, and whose side it is'],
    ['barewire explain @1', 'the same of the last run'],
    ['barewire explain tls/certificate-name', 'the page of a code'],
    ["barewire explain 'error:0A00010B:SSL routines::wrong version number'", 'in words, and what to try'],
    ['barewire explain --lang zh UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'in Chinese'],
    ['curl https://localhost:1/ 2>&1 | barewire explain', 'what curl says'],
  ],
  notes: 'Exit code 9: nothing is known about the message.',
  run: async (what, options, io) => (await import('../actions/explain.ts')).explain(what, options, io),
})
