/** `barewire serve [FOLDER]`. */
import type { ServeOptions } from '../actions/serve.ts'
import { CHOICES, command, KEYLOG } from '../command.ts'
import { collect, parseCapture, parseHost, parsePort } from '../options.ts'

export const serveCommand = command<string | undefined, ServeOptions>({
  name: 'serve',
  summary: 'serve a folder over HTTPS with a certificate of the local CA',
  argument: { name: '[folder]', what: 'what to serve; the current folder if not given', offers: 'folders' },
  options: [
    { flags: '-p, --port <number>', what: 'port; 0 takes a free one', parse: parsePort, default: 8443 },
    {
      flags: '--host <address>',
      what: 'address to listen on; only this machine can reach the default',
      parse: parseHost,
      default: '127.0.0.1',
      offers: ['127.0.0.1', '0.0.0.0', '::1', '::'],
    },
    { flags: '--plain', what: 'HTTP without TLS' },
    {
      flags: '--cert <file>',
      what: 'this certificate (PEM or DER, intermediate ones behind it) instead of one of the local CA; may be repeated',
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--key <file>',
      what: 'its private key, where that is in another file; may be repeated, in any order',
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--client-ca <file>',
      what: 'only clients with a certificate of this authority (PEM or DER); may be repeated',
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--psk <file>',
      what: 'only clients with one of these keys, a line identity:hex for each (TLS 1.3); with --cert others too',
      offers: 'files',
    },
    {
      flags: '--early-data',
      what: 'take requests that come with the first flight of clients that come back (TLS 1.3, 0-RTT)',
    },
    ...CHOICES,
    KEYLOG,
    {
      flags: '--pcapng <file>',
      what: 'write all connections with their secrets, for Wireshark',
      parse: parseCapture,
      offers: 'files',
    },
  ],
  examples: [
    ['barewire serve', 'this folder on https://localhost:8443'],
    ['barewire serve ./dist -p 9443', 'another folder, another port'],
    ['barewire serve --cert cert.pem --key key.pem', 'with a certificate of your own'],
    ['barewire serve --client-ca people.pem', 'for clients whom this authority knows'],
    ['curl --cacert $(barewire ca path) https://localhost:8443/', 'ask it'],
    ['export NODE_EXTRA_CA_CERTS=$(barewire ca path)', 'let Node trust it'],
  ],
  run: async (folder, options, io) => (await import('../actions/serve.ts')).serveFolder(folder, options, io),
})
