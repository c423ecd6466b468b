/** `barewire serve [FOLDER]`. */
import type { ServeOptions } from '../actions/serve.ts'
import { CHOICES, command, EXPLAIN, grouped, KEYLOG, WEB } from '../command.ts'
import { collect, parseCapture, parseHost, parsePort, parseUpstream } from '../options.ts'

export const serveCommand = command<string | undefined, ServeOptions>({
  name: 'serve',
  summary: 'serve a folder over HTTPS with a certificate of the local CA',
  argument: { name: '[folder]', what: 'what to serve; the current folder if not given', offers: 'folders' },
  options: [
    ...grouped('Where and what', [
      { flags: '-p, --port <number>', what: 'port; 0 takes a free one', parse: parsePort, default: 8443 },
      {
        flags: '--host <address>',
        what: 'address to listen on; only this machine can reach the default',
        parse: parseHost,
        default: '127.0.0.1',
        offers: ['127.0.0.1', '0.0.0.0', '::1', '::'],
      },
      { flags: '--list', what: 'show what is in folders that have no index.html; hidden files are not shown' },
      {
        flags: '--proxy <url>',
        what: 'pass requests on to this server instead, as http://localhost:3000 or a port of this machine; WebSocket too',
        parse: parseUpstream,
      },
      { flags: '--plain', what: 'HTTP without TLS' },
    ]),
    ...grouped('Certificates and TLS', [
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
        flags: '--password-file <file>',
        what: 'its first line opens the files of --cert and --key; BAREWIRE_PASSWORD does too',
        offers: 'files',
      },
      {
        flags: '--acme <url>',
        what: 'a certificate of the authority with this directory, shown by tls-alpn-01 at the port that is served; renewed while it runs. Whoever says so agrees to its terms',
      },
      {
        flags: '--acme-name <name>',
        what: 'with --acme: for this name or address; may be repeated',
        parse: collect(String),
      },
      {
        flags: '--acme-http-port <number>',
        what: 'with --acme: show names by http-01, at this port; authorities look at 80',
        parse: parsePort,
      },
      {
        flags: '--acme-hook <program>',
        what: 'with --acme: show names by dns-01, as wildcards must be: called with add or remove, the name of the TXT record and its text',
        offers: 'files',
      },
      { flags: '--acme-email <address>', what: 'with --acme: for news of the authority' },
      {
        flags: '--acme-eab <file>',
        what: 'with --acme: the account that the authority knows (external account binding), a line kid:hex',
        offers: 'files',
      },
      {
        flags: '--client-ca <file>',
        what: 'only clients with a certificate of this authority (PEM, DER, PKCS#7 or PKCS#12); may be repeated',
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
    ]),
    ...grouped('What is kept', [
      KEYLOG,
      {
        flags: '--pcapng <file>',
        what: 'write all connections with their secrets, for Wireshark',
        parse: parseCapture,
        offers: 'files',
      },
      WEB,
      EXPLAIN,
    ]),
  ],
  examples: [
    ['barewire serve', 'this folder on https://localhost:8443'],
    ['barewire serve ./dist -p 9443', 'another folder, another port'],
    ['barewire serve --list ~/Downloads', 'what is in a folder, as a page'],
    ['barewire serve --proxy 3000', 'HTTPS before a server on port 3000'],
    ['barewire serve --cert cert.pem --key key.pem', 'with a certificate of your own'],
    [
      'barewire serve -p 443 --host 0.0.0.0 --acme https://ca.example/directory --acme-name shop.example',
      'with a certificate that browsers trust',
    ],
    ['barewire serve --web', 'every connection as it happens, on a page'],
    ['barewire serve --explain', 'what it would do, and nothing done'],
    ['barewire serve --client-ca people.pem', 'for clients whom this authority knows'],
    ['curl --cacert $(barewire ca path) https://localhost:8443/', 'ask it'],
    ['export NODE_EXTRA_CA_CERTS=$(barewire ca path)', 'let Node trust it'],
  ],
  run: async (folder, options, io) =>
    options.explain
      ? (await import('../actions/serve-plan.ts')).explainServe(folder, options, io)
      : (await import('../actions/serve.ts')).serveFolder(folder, options, io),
})
