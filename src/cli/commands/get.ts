/** `barewire get URL`. */
import { CHOICES, command, EXPLAIN, grouped, KEEP, KEYLOG, WEB } from '../command.ts'
import { DEMANDS } from '../demands.ts'
import { parseCookie, parseCookieJar } from '../get/cookies.ts'
import { dataWord } from '../get/data.ts'
import { parseField, parseFieldText } from '../get/form.ts'
import type { OutputWord } from '../get/names.ts'
import type { GetOptions } from '../get/options.ts'
import {
  ACCEPTABLE,
  collect,
  collectAll,
  parseAccept,
  parseCapture,
  parseContinue,
  parseDuration,
  parseHeader,
  parseJson,
  parseParallel,
  parseRange,
  parseRate,
  parseRepeat,
  parseResolve,
  parseTimes,
  parseTyped,
  parseUser,
  type TypedUrl,
  urlsOf,
} from '../options.ts'

export const getCommand = command<readonly TypedUrl[], GetOptions>({
  name: 'get',
  summary: 'make a request and tell layer by layer how it went',
  argument: {
    name: '<url...>',
    what: 'https://… or http://…; without a scheme https; several are asked for one after another',
    parse: collect(parseTyped),
  },
  options: [
    ...grouped('What is asked', [
      { flags: '-X, --request <method>', what: 'method; GET, or POST with a body' },
      { flags: '-H, --header <line>', what: '"Name: value"; may be repeated', parse: collect(parseHeader) },
      {
        flags: '-b, --cookie <cookies>',
        what: 'send these: name=value, or a file of cookies (Netscape as curl has it, or JSON); may be repeated',
        as: 'cookies',
        parse: collect(parseCookie),
        offers: 'files',
      },
      {
        flags: '-c, --cookie-jar <file>',
        what: 'keep cookies during the run and write them there: for the next -b, and for curl; as JSON if it ends in .json',
        parse: parseCookieJar,
        offers: 'files',
      },
      { flags: '-u, --user <name:password>', what: 'who is asking, by Basic (RFC 7617)', parse: parseUser },
      { flags: '--digest', what: 'with -u: by Digest (RFC 7616), which does not send the password' },
      { flags: '--digest-md5', what: 'as --digest, with MD5 too, for servers that know nothing else' },
      { flags: '--anyauth', what: 'with -u: by the best of what the server asks for' },
      { flags: '--basic', what: 'with -u: by Basic, as it is without this' },
      { flags: '-I, --head', what: 'ask with HEAD; status line and headers only' },
      { flags: '-r, --range <range>', what: 'only these bytes: 0-499, 500-, -500', parse: parseRange },
      { flags: '-A, --user-agent <name>', what: 'the header User-Agent' },
      { flags: '-e, --referer <url>', what: 'the header Referer' },
      { flags: '-L, --location', what: 'follow redirects' },
      {
        flags: '--hsts <file>',
        what: 'hosts that want TLS and nothing else are remembered there, and asked by https; a file as curl has it',
        offers: 'files',
      },
    ]),
    ...grouped('Bodies', [
      {
        flags: '-d, --data <text>',
        what: 'body; @FILE reads a file, @- standard input; several are joined with &',
        as: 'data',
        parse: collect(dataWord('data')),
        offers: 'files',
      },
      {
        flags: '--data-raw <text>',
        what: 'as -d, and @ means nothing',
        as: 'data',
        parse: collect(dataWord('raw')),
      },
      {
        flags: '--data-urlencode <text>',
        what: 'as -d, encoded for a form: text, name=text, @FILE or name@FILE',
        as: 'data',
        parse: collect(dataWord('urlencode')),
        offers: 'files',
      },
      { flags: '-G, --get', what: 'what -d says goes into the query of the URL, and the method is GET' },
      { flags: '--data-json <text>', what: 'body that is JSON, checked before it is sent', parse: parseJson },
      {
        flags: '-F, --form <name=value>',
        what: 'field of a multipart form; name=@FILE uploads a file, name=<FILE takes its text; ;type= and ;filename= follow',
        as: 'form',
        parse: collectAll(parseField),
        offers: 'files',
      },
      {
        flags: '--form-string <name=value>',
        what: 'as -F, and no character of the value means anything',
        as: 'form',
        parse: collectAll(parseFieldText),
      },
    ]),
    ...grouped('Where answers go', [
      { flags: '-i, --include', what: 'status line and headers before the body' },
      {
        flags: '-o, --output <file>',
        what: 'write the body there; for each URL one -o or -O',
        as: 'outputs',
        parse: collect((file): OutputWord => ({ file })),
        offers: 'files',
      },
      {
        flags: '-O, --remote-name',
        what: 'write the body into a file that is called as the URL ends',
        as: 'outputs',
        parse: (_word, before: readonly OutputWord[] | undefined) => [...(before ?? []), 'remote'],
      },
      { flags: '--remote-name-all', what: 'as -O, for every URL' },
      { flags: '-J, --remote-header-name', what: 'with -O: as the server calls it, if there is no such file' },
      {
        flags: '-C, --continue-at <->',
        what: '-C -: go on with a download that broke off, if the server still has the same',
        as: 'continueAt',
        parse: parseContinue,
      },
      {
        flags: '-w, --write-out <format>',
        what: 'after each body a line as curl has it: "%{http_code} %{time_total}\\n", @FILE reads it; %{json} is everything',
        offers: 'files',
      },
      { flags: '--compressed', what: 'as curl has it: codings are asked for and undone anyway' },
      { flags: '--fail', what: 'exit 8 for a status of 400 or more' },
    ]),
    ...grouped('On the way', [
      { flags: '--timeout <time>', what: 'longest silence in any step: 2s, 500ms, 1m', parse: parseDuration },
      { flags: '-m, --max-time <time>', what: 'longest time for everything', parse: parseDuration },
      {
        flags: '--resolve <host:port:address>',
        what: 'connect to this address; may be repeated',
        parse: collect(parseResolve),
      },
      {
        flags: '-x, --proxy <url>',
        what: 'through this proxy (http, https, socks5, socks5h); as the environment says where it is not given',
      },
      { flags: '-U, --proxy-user <name:password>', what: 'who is asking, for the proxy, by Basic', parse: parseUser },
      { flags: '--proxy-digest', what: 'with -U: by Digest, which does not send the password' },
      { flags: '--proxy-digest-md5', what: 'as --proxy-digest, with MD5 too, for proxies that know nothing else' },
      { flags: '--noproxy <list>', what: 'not through a proxy to these: names, addresses, ranges, or *' },
      {
        flags: '--limit-rate <rate>',
        what: 'no more bytes a second than this, either way: 500, 100k, 2M (of 1024)',
        parse: parseRate,
      },
    ]),
    ...grouped('Several, and again', [
      {
        flags: '--retry <times>',
        what: 'ask again when it may pass (no answer, 408, 429, 5xx), after 1 s, 2 s, 4 s or as Retry-After says; only what may be asked twice',
        parse: parseTimes,
      },
      { flags: '--retry-delay <time>', what: 'with --retry: wait so long each time', parse: parseDuration },
      {
        flags: '-Z, --parallel',
        what: 'several URLs at once; bodies on standard output keep the order of the URLs',
      },
      { flags: '--parallel-max <number>', what: 'with -Z: so many at once; 6 if not given', parse: parseParallel },
      {
        flags: '--repeat <times>',
        what: 'ask that often, on one connection or with --resume on new ones, and tell how long each layer took',
        parse: parseRepeat,
      },
      {
        flags: '--resume',
        what: 'ask twice, and the second time go on with what TLS remembers of the first; shows both beside each other',
      },
      { flags: '--early-data', what: 'as --resume, with the second request in the first flight (TLS 1.3, 0-RTT)' },
    ]),
    ...grouped('Trust and TLS', [
      {
        flags: '--cacert, --trust <file>',
        what: "trust these roots (PEM, DER, PKCS#7 or PKCS#12) instead of the system's; may be repeated",
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
      ...DEMANDS,
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
        flags: '--password-file <file>',
        what: 'its first line opens the files of --cert and --key; BAREWIRE_PASSWORD does too',
        offers: 'files',
      },
      {
        flags: '--psk <file>',
        what: 'know the server by one of these keys that both have, a line identity:hex for each (TLS 1.3)',
        offers: 'files',
      },
      ...CHOICES,
    ]),
    ...grouped('What is kept', [
      KEYLOG,
      {
        flags: '--pcapng <file>',
        what: 'write the connection with its secrets, for Wireshark',
        parse: parseCapture,
        offers: 'files',
      },
      KEEP,
      WEB,
      EXPLAIN,
    ]),
  ],
  examples: [
    ['barewire get https://localhost:8443/', 'body on stdout, story on stderr'],
    ['barewire get -i https://host/', 'headers too'],
    ['barewire get -O https://host/big.iso', 'body into a file'],
    ['barewire get -C - -O https://host/big.iso', 'go on where it broke off'],
    ['barewire get https://host/a https://host/b', 'two requests on one connection'],
    ['barewire get -d name=value https://host/', 'POST a form'],
    ['barewire get -F file=@photo.jpg -F note=hi https://host/', 'upload a file'],
    ['barewire get -G --data-urlencode q="a b" https://host/', 'a form in the query'],
    ['barewire get --data-json \'{"a":1}\' https://host/', 'POST JSON'],
    ['barewire get -b jar -c jar https://host/', 'cookies from run to run'],
    ['barewire get -v tcp,tls https://host/', 'every message of TCP and TLS'],
    ['barewire get --cert me.pem --key me.key https://host/', 'to a server that asks who you are'],
    ['barewire get --early-data https://host/', 'the second time with no wait for TLS'],
    ['barewire get -Z https://host/a https://host/b', 'both at once'],
    ['barewire get --retry 5 -O https://host/big.iso', 'until it is whole'],
    ['barewire get --repeat 20 https://host/', 'what a reused connection saves'],
    ['barewire get --pcapng x.pcapng https://host/', 'for Wireshark, secrets inside'],
    ['barewire get --web https://host/', 'message by message, on a page'],
    ['barewire get --explain https://host/', 'what it would do, and nothing done'],
    ['barewire get --resolve a.test:443:127.0.0.1 https://a.test/', 'a name that no server knows'],
  ],
  notes:
    'The body goes to standard output as it comes, the story to standard error: by itself on a terminal, else with -v. On a terminal control characters of the body are shown, not obeyed. With --json standard output carries events, and the body is written only with -o.',
  run: async (typed, options, io) =>
    options.explain
      ? (await import('../get/plan.ts')).explainGet(urlsOf(typed), options, io)
      : (await import('../actions/get.ts')).get(urlsOf(typed), options, io),
})
