/** `barewire decode`. */
import type { DecodeOptions } from '../actions/decode.ts'
import { command } from '../command.ts'
import { EMITTED, parseEmitted } from '../options.ts'

export const decodeCommand = command<string | undefined, DecodeOptions>({
  name: 'decode',
  summary: 'pasted bytes in any notation: what they are, field by field, and where they are broken',
  argument: {
    name: '[text|file|-]',
    what: 'hex, a dump, base64, PEM, source code, or a file of bytes or text; standard input where there is none',
    offers: 'files',
  },
  options: [
    { flags: '--as <name>', what: 'it is this, whatever it looks like; --as list prints the names' },
    {
      flags: '--emit <form>',
      what: `the other way round: JSON as --json prints it becomes bytes again, as ${EMITTED.join(', ')}`,
      parse: parseEmitted,
      offers: EMITTED,
    },
  ],
  examples: [
    ['xclip -o | barewire decode', 'what is in the clipboard'],
    ["barewire decode '15 03 03 00 02 02 28'", 'an alert, typed'],
    ['barewire decode -vv hello.bin', 'with the bytes of each field'],
    ['barewire decode --as tls.extension 000a00080006001d00170018', 'one extension'],
    ['barewire decode --json hello.bin | barewire decode --emit raw > again.bin', 'to JSON and back'],
  ],
  notes:
    'Exit code 9: the bytes break a rule, or are of no format that is known. Cookies, credentials, private keys and secrets are starred unless --show-secrets is given.',
  run: async (what, given, io) => (await import('../actions/decode.ts')).decode(what, given, io),
})
