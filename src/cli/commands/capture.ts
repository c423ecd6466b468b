/** `barewire capture [-- PROGRAM]`. */
import type { CaptureCommandOptions } from '../actions/capture.ts'
import { command, WEB } from '../command.ts'
import { collect, parseBytes, parseCaptured, parseNumber, parsePort } from '../options.ts'

export const captureCommand = command<readonly string[], CaptureCommandOptions>({
  name: 'capture',
  summary: 'write what passes an interface into a file, or what a program exchanges, with the keys to read it',
  argument: {
    name: '[program...]',
    what: 'behind --: it runs, leaves its keys, and the capture ends with it',
    parse: collect(String),
  },
  options: [
    { flags: '-i, --interface <name>', what: 'lo, eth0, …; any: all of them', default: 'any' },
    {
      flags: '-o, --output <file>',
      what: 'the file (pcapng), by default capture- and the time; it is not replaced',
      parse: parseCaptured,
      offers: 'files',
    },
    { flags: '--force', what: 'replace a file of that name' },
    { flags: '--port <number>', what: 'only what comes from or goes to this port', parse: parsePort },
    { flags: '--seconds <number>', what: 'end after so long', parse: parseNumber('--seconds') },
    { flags: '--most <bytes>', what: 'end when so many bytes of frames are written: 500, 100k, 2M', parse: parseBytes },
    { ...WEB, what: 'show what is captured so far on a page for a browser on this machine; it stays until Ctrl-C' },
  ],
  examples: [
    ['sudo barewire capture', 'all that this machine exchanges, until Ctrl-C'],
    ['sudo barewire capture -i lo --port 8443 -o x.pcapng', 'one port, over loopback'],
    ['sudo barewire capture -- curl https://shop.test/', 'a program, with its keys in the file'],
    ['sudo barewire capture --web -i lo', 'on a page, as far as it is written'],
    ['sudo barewire capture -o x.pcapng -- node client.js', 'the same for Node, Python, Chromium'],
  ],
  notes:
    'Linux only, and with the right CAP_NET_RAW, which root has. The program runs with SSLKEYLOGFILE (curl, Python, browsers) and with --tls-keylog in NODE_OPTIONS; its exit code is ours. The file holds the keys and what was said: only its owner may read it.',
  run: async (program = [], options, io) => (await import('../actions/capture.ts')).capture(program, options, io),
})
