/** `barewire ca serve`. */
import type { CaServeOptions } from '../actions/ca-serve.ts'
import { command, grouped, WEB } from '../command.ts'
import { parseCapture, parseHost, parsePort } from '../options.ts'

export const caServeCommand = command<undefined, CaServeOptions>({
  name: 'ca serve',
  summary:
    'let this machine’s authority give certificates to programs that ask by ACME (certbot, lego, barewire serve --acme), and say what it revoked',
  options: [
    ...grouped('Where', [
      { flags: '-p, --port <number>', what: 'port; 0 takes a free one', parse: parsePort, default: 14_000 },
      {
        flags: '--host <address>',
        what: 'address to listen on; only this machine can reach the default',
        parse: parseHost,
        default: '127.0.0.1',
        offers: ['127.0.0.1', '0.0.0.0', '::1', '::'],
      },
      {
        flags: '--plain-port <number>',
        what: 'where lists of revoked certificates and OCSP are had without TLS; that of the authority’s address (ca init --url) if not given',
        parse: parsePort,
      },
    ]),
    ...grouped('What must be shown', [
      {
        flags: '--http-port <number>',
        what: 'where http-01 is looked at, on this machine alone',
        parse: parsePort,
        default: 80,
      },
      {
        flags: '--tls-port <number>',
        what: 'where tls-alpn-01 is looked at, on this machine alone',
        parse: parsePort,
        default: 443,
      },
      {
        flags: '--eab <file>',
        what: 'only for accounts with one of these keys (external account binding), a line kid:hex for each',
        offers: 'files',
      },
    ]),
    ...grouped('What is kept', [
      {
        flags: '--pcapng <file>',
        what: 'write all connections with their secrets, for Wireshark',
        parse: parseCapture,
        offers: 'files',
      },
      WEB,
    ]),
  ],
  examples: [
    ['barewire ca serve', 'the directory is https://localhost:14000/acme/directory'],
    ['barewire ca serve --http-port 5002 --tls-port 5001', 'look at ports that need no administrator'],
    [
      'REQUESTS_CA_BUNDLE=$(barewire ca path) certbot certonly --standalone --server https://localhost:14000/acme/directory -d shop.localhost',
      'a certificate for certbot',
    ],
    [
      'LEGO_CA_CERTIFICATES=$(barewire ca path) lego --server https://localhost:14000/acme/directory --tls -d shop.localhost -m me@example.test run',
      'and for lego',
    ],
  ],
  run: async (_, options, io) => (await import('../actions/ca-serve.ts')).caServe(options, io),
})
