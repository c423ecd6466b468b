/** `barewire get URL`. */
import type { GetOptions } from '../actions/get.ts'
import { CHOICES, command, KEYLOG } from '../command.ts'
import {
  ACCEPTABLE,
  collect,
  parseAccept,
  parseCapture,
  parseDuration,
  parseHeader,
  parseJson,
  parseResolve,
  parseUrl,
  parseUser,
} from '../options.ts'

export const getCommand = command<URL, GetOptions>({
  name: 'get',
  summary: 'make a request and tell layer by layer how it went',
  argument: { name: '<url>', what: 'https://… or http://…; without a scheme https', parse: parseUrl },
  options: [
    { flags: '-X, --request <method>', what: 'method; GET, or POST with --data' },
    { flags: '-H, --header <line>', what: '"Name: value"; may be repeated', parse: collect(parseHeader) },
    { flags: '-d, --data <text>', what: 'body; @FILE reads a file, @- standard input', offers: 'files' },
    { flags: '--data-json <text>', what: 'body that is JSON, checked before it is sent', parse: parseJson },
    { flags: '-u, --user <name:password>', what: 'Basic authentication (RFC 7617)', parse: parseUser },
    { flags: '-i, --include', what: 'status line and headers before the body' },
    { flags: '-I, --head', what: 'ask with HEAD; status line and headers only' },
    { flags: '-o, --output <file>', what: 'write the body there', offers: 'files' },
    { flags: '--fail', what: 'exit 8 for a status of 400 or more' },
    { flags: '-L, --location', what: 'follow redirects' },
    { flags: '--timeout <time>', what: 'longest silence in any step: 2s, 500ms, 1m', parse: parseDuration },
    { flags: '-m, --max-time <time>', what: 'longest time for everything', parse: parseDuration },
    {
      flags: '--resolve <host:port:address>',
      what: 'connect to this address; may be repeated',
      parse: collect(parseResolve),
    },
    {
      flags: '--cacert, --trust <file>',
      what: "trust these roots (PEM) instead of the system's; may be repeated",
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--trust-key <file>',
      what: 'believe this public key, bare or in a certificate (PEM or DER); may be repeated',
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--accept <code>',
      what: 'go on after this certificate failure; may be repeated',
      parse: collect(parseAccept),
      offers: ACCEPTABLE,
    },
    {
      flags: '--cert <file>',
      what: 'show this certificate to servers that ask (PEM or DER); may be repeated',
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--key <file>',
      what: 'its private key, where that is in another file; may be repeated',
      parse: collect(String),
      offers: 'files',
    },
    {
      flags: '--psk <file>',
      what: 'know the server by one of these keys that both have, a line identity:hex for each (TLS 1.3)',
      offers: 'files',
    },
    {
      flags: '--resume',
      what: 'ask twice, and the second time go on with what TLS remembers of the first; tells of both',
    },
    { flags: '--early-data', what: 'as --resume, with the second request in the first flight (TLS 1.3, 0-RTT)' },
    ...CHOICES,
    KEYLOG,
    {
      flags: '--pcapng <file>',
      what: 'write the connection with its secrets, for Wireshark',
      parse: parseCapture,
      offers: 'files',
    },
  ],
  examples: [
    ['barewire get https://localhost:8443/', 'body on stdout, story on stderr'],
    ['barewire get -i https://host/', 'headers too'],
    ['barewire get https://host/big -o big.iso', 'body into a file'],
    ['barewire get -d name=value https://host/', 'POST a form'],
    ['barewire get --data-json \'{"a":1}\' https://host/', 'POST JSON'],
    ['barewire get -v tcp,tls https://host/', 'every message of TCP and TLS'],
    ['barewire get --cert me.pem --key me.key https://host/', 'to a server that asks who you are'],
    ['barewire get --early-data https://host/', 'the second time without waiting for the handshake'],
    ['barewire get --pcapng x.pcapng https://host/', 'for Wireshark, secrets inside'],
    ['barewire get --resolve a.test:443:127.0.0.1 https://a.test/', 'a name that no server knows'],
  ],
  notes:
    'The body goes to standard output as it comes, the story to standard error: by itself on a terminal, else with -v. On a terminal control characters of the body are shown, not obeyed. With --json standard output carries events, and the body is written only with -o.',
  run: async (url, options, io) => (await import('../actions/get.ts')).get(url, options, io),
})
