/**
 * What to try next: commands to copy, the same in every language; only the notes behind them are words. A command is
 * made of what is known (`facts`, and the request's context) and is left out where it would have a hole in it. What
 * came from outside is quoted for a shell.
 */
import type { Facts, Failure, FailureCode, RequestContext } from '../failures/index.ts'
import { spokenIn, wantsSwitchedOff } from './protocols.ts'

/** What words are made of: the facts, and what was asked, as far as it is known. */
export interface Told extends Facts {
  readonly code?: FailureCode
  readonly context?: RequestContext | undefined
}

/** Notes behind commands, and advice that is no command: each language has them all. */
export type Note =
  | 'right clock?'
  | 'if it is the right one'
  | 'if you have its root'
  | 'which timestamps it has'
  | 'once, without this check'
  | 'take its certificate'
  | 'what the server sends'
  | 'which names it has'
  | 'by a name that it has'
  | 'chain order'
  | 'new authority'
  | 'another folder'
  | 'what is in it?'
  | 'with the right address'
  | 'what the server takes'
  | 'with both versions'
  | 'wait longer'
  | 'without following'
  | 'its root, to be trusted'
  | 'any free port'
  | 'retry with new cookie'
  | 'asks for its password'
  | 'if you have a certificate'
  | 'both must print the same'

export interface Step {
  readonly command?: string
  readonly note?: Note
}

/** Safe in a POSIX shell: as it is where nothing in it is special, in single quotes otherwise. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** For people who read the steps of one failure. */
export const stepsFor = (failure: Failure): readonly Step[] => steps[failure.code]?.(failure) ?? []

const run = (command: string | undefined, note?: Note): readonly Step[] =>
  command === undefined ? [] : [{ command, ...(note === undefined ? {} : { note }) }]

/** Host, port and URL of the request, or what `where` says of them. */
interface Target {
  readonly host: string | undefined
  readonly port: string | undefined
}

/** `shop.test:443`, `[::1]:443`, `shop.test`. */
const targetOf = ({ where, context }: Told): Target => {
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(where ?? '') ?? []
  const host = context?.host ?? bracketed ?? bare ?? (where?.includes(':') && !/[\s/]/.test(where) ? where : undefined)
  return {
    // A host that looks like an option is never handed to a command.
    host: host === undefined || host.startsWith('-') || /\s/.test(host) ? undefined : host,
    port: context?.port === undefined ? port : `${context.port}`,
  }
}

const isHere = (host: string): boolean => /^(127\.|::1$|([^:]+\.)?localhost$)/i.test(host)
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const authority = (f: Told): string | undefined => {
  const { host, port } = targetOf(f)
  return host === undefined ? undefined : port === undefined ? bracketed(host) : `${bracketed(host)}:${port}`
}

/** The URL that was asked for, or the root of the host. */
const urlOf = (f: Told, scheme: 'http' | 'https'): string | undefined => {
  if (f.context?.url !== undefined) return quoted(f.context.url)
  const { host, port } = targetOf(f)
  if (host === undefined) return undefined
  const usual = port === undefined || port === (scheme === 'https' ? '443' : '80')
  return quoted(`${scheme}://${bracketed(host)}${usual ? '' : `:${port}`}/`)
}

/** `barewire get --option URL`; `scheme` where no URL is known. */
const get = (f: Told, option: string, scheme: 'http' | 'https' = 'https'): string | undefined => {
  const url = urlOf(f, scheme)
  return url === undefined ? undefined : ['barewire get', option, url].filter(part => part !== '').join(' ')
}

const ping = (f: Told): readonly Step[] => {
  const { host } = targetOf(f)
  return run(host === undefined ? undefined : `ping -c 3 ${quoted(host)}`)
}

const inspectTls = (f: Told, more = ''): string | undefined => {
  const at = authority(f)
  const { host, port } = targetOf(f)
  if (at === undefined || host === undefined) return undefined
  const name = /^[\d.]+$/.test(host) || host.includes(':') ? '' : ` -servername ${quoted(host)}`
  return `openssl s_client${more} -connect ${quoted(port === undefined ? `${at}:443` : at)}${name}`
}

/** The same address by the other scheme. */
const overHttp = (f: Told): readonly Step[] => {
  const at = authority(f)
  return run(at === undefined ? undefined : `barewire get ${quoted(`http://${at}/`)}`)
}
/** Whoever greets in clear may go over to TLS when asked to. */
const afterAsking = (f: Told): readonly Step[] => {
  const at = authority(f)
  const spoken = spokenIn(f.got) ?? ''
  const word = spoken === 'SMTP/FTP' ? (targetOf(f).port === '21' ? 'ftp' : 'smtp') : spoken.toLowerCase()
  return run(at === undefined || word === 'ssh' ? undefined : `barewire check ${quoted(at)} --starttls ${word}`)
}
const overHttps = (f: Told): readonly Step[] => {
  const at = authority(f)
  return f.context?.url?.startsWith('http:') && at !== undefined ? run(`barewire get ${quoted(`https://${at}/`)}`) : []
}

const waitLonger = (f: Told): readonly Step[] => {
  // Only of time-outs that a person may have set too short.
  const { number } = f
  if (number === undefined || f.context?.url === undefined) return []
  return run(get(f, `--timeout ${Math.ceil((number * 4) / 1000)}s`), 'wait longer')
}

const accepting = (f: Told): readonly Step[] =>
  f.code === undefined || f.context?.url === undefined
    ? []
    : run(get(f, `--accept ${f.code}`), 'once, without this check')

const clock = (): readonly Step[] => run('date -u', 'right clock?')
const offered = (f: Told): readonly Step[] => run(inspectTls(f), 'what the server takes')

/** Alerts by which a peer says that it does not take our certificate. */
const CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([42, 46, 48])

const steps: { readonly [Code in FailureCode]?: (f: Told) => readonly Step[] } = {
  'dns/no-address': f => {
    const { host, port } = targetOf(f)
    if (host === undefined) return []
    const fixed = quoted(`${bracketed(host)}:${port ?? 443}:127.0.0.1`)
    return [
      ...run(`getent hosts ${quoted(host)}`),
      ...run(get({ ...f, context: { host, ...f.context } }, `--resolve ${fixed}`), 'with the right address'),
    ]
  },
  'dns/timeout': f => {
    const { host } = targetOf(f)
    return [...run(host === undefined ? undefined : `getent hosts ${quoted(host)}`), ...waitLonger(f)]
  },
  'tcp/refused': f => {
    const { host, port } = targetOf(f)
    if (host === undefined || port === undefined || !isHere(host)) return ping(f)
    return [...run(`barewire serve . --port ${port}`), ...run(`ss -ltn 'sport = :${port}'`)]
  },
  'tcp/silence': ping,
  'tcp/timeout': ping,
  'tcp/reset-in-handshake': overHttp,
  'tcp/port-in-use': f => {
    const { port } = targetOf(f)
    const who = port === undefined ? [] : run(`ss -ltnp 'sport = :${port}'`)
    return [...who, ...run('barewire serve . --port 0', 'any free port')]
  },
  'tls/not-tls': f => (/HTTP/.test(spokenIn(f.got) ?? 'HTTP') ? overHttp(f) : afterAsking(f)),
  'tls/no-common-version': f =>
    wantsSwitchedOff(f.got) && f.context?.url !== undefined ? run(get(f, ''), 'with both versions') : offered(f),
  'tls/no-common-suite': offered,
  'tls/no-common-group': offered,
  'tls/no-common-scheme': offered,
  'tls/nothing-in-common': offered,
  'tls/alert-received': f =>
    CERTIFICATE_ALERTS.has(f.number ?? -1) ? run('barewire ca path', 'its root, to be trusted') : [],
  'tls/client-certificate-wanted': f =>
    f.context?.url === undefined ? [] : run(get(f, '--cert me.pem --key me.key'), 'if you have a certificate'),
  'tls/certificate-expired': clock,
  'tls/certificate-not-yet': clock,
  'tls/certificate-untrusted': f => run(get(named(f), '--trust root.pem'), 'if you have its root'),
  'tls/certificate-distrusted': f => run(get(named(f), '--trust root.pem'), 'if it is the right one'),
  'tls/certificate-self-signed': f => {
    const fetched = inspectTls(named(f))
    return [
      ...run(fetched && `${fetched} </dev/null | openssl x509 > cert.pem`, 'take its certificate'),
      ...run(get(named(f), '--trust cert.pem'), 'if it is the right one'),
    ]
  },
  'tls/certificate-name': f => {
    const shown = inspectTls(named(f))
    return [
      ...run(shown && `${shown} </dev/null | openssl x509 -noout -ext subjectAltName`, 'which names it has'),
      ...run(byItsName(f), 'by a name that it has'),
    ]
  },
  'tls/chain-incomplete': f => [
    ...run(inspectTls(named(f), ' -showcerts'), 'what the server sends'),
    { note: 'chain order' },
    ...run(get(named(f), '--trust root.pem'), 'if you have its root'),
  ],
  'tls/certificate-profile': accepting,
  'tls/transparency-missing': f =>
    run(authority(f) && `barewire cert show ${quoted(authority(f)!)}`, 'which timestamps it has'),
  'ca/key-readable': f => run(f.where && `chmod 600 ${quoted(f.where)}`),
  'ca/damaged': f => run(f.expected && `mv ${quoted(f.expected)} ${quoted(`${f.expected}.old`)}`, 'new authority'),
  'ca/unusable': () => run('export BAREWIRE_HOME="$HOME/.barewire"', 'another folder'),
  'ca/none': () => run('barewire ca init'),
  'ca/refused': () => run('barewire ca show'),
  'ca/store': f => run(f.expected),
  'ca/trust-file': f => run(f.where && `openssl x509 -in ${quoted(f.where)} -noout -subject`, 'what is in it?'),
  'http/no-answer': overHttps,
  'http/bad-start-line': overHttps,
  'http/head-timeout': waitLonger,
  'cookie/secure-over-http': f => run(f.got && `barewire get ${quoted(`https://${f.got}/`)}`),
  'session/conflict': () => [{ note: 'retry with new cookie' }],
  'net/key-encrypted': f => run(`openssl pkey -in ${fileIn(f, 'key.pem')} -out plain.key`, 'asks for its password'),
  'net/key-mismatch': f => [
    ...run('openssl x509 -in cert.pem -noout -pubkey'),
    ...run(`openssl pkey -in ${fileIn(f, 'key.pem')} -pubout`, 'both must print the same'),
  ],
  'net/port-taken': () => run('barewire serve --port 0', 'any free port'),
  'net/port-forbidden': () => run('barewire serve --port 8443'),
  'net/handshake-timeout': waitLonger,
  'net/idle-timeout': waitLonger,
  'net/bad-url': () => run('barewire get https://localhost:8443/'),
  'net/too-many-redirects': f => run(get(f, ''), 'without following'),
  'inspect/filter': () => run('barewire inspect --help'),
  'inspect/no-run': () => run('barewire inspect'),
  'inspect/no-page': () => run('npm run build'),
  'inspect/no-conversation': f => run(f.where && `barewire inspect ${quoted(f.where)}`),
  'cli/key-readable': f => run(f.where && `chmod 600 ${quoted(f.where)}`),
  'cli/usage': f => run(`${f.where ?? 'barewire'} --help`),
}

/** The file that a failure is about; `usual` where it came from a program, as `key` or `key[1]`. */
const fileIn = ({ where }: Told, usual: string): string =>
  where === undefined || /^\w+(\[\d+\])?$/.test(where) || where.startsWith('-') ? usual : quoted(where)

/** The same server by the first host name of its certificate, where it is known at which address it answered. */
const byItsName = ({ got = '', context }: Told): string | undefined => {
  const { address, port, url } = context ?? {}
  const name = got.split(', ').find(one => HOST_NAME.test(one))
  if (name === undefined || address === undefined || port === undefined || url === undefined) return undefined
  const there = new URL(url)
  there.hostname = name
  return `barewire get --resolve ${quoted(`${name}:${port}:${address}`)} ${quoted(there.href)}`
}
/** No address and no wildcard. */
const HOST_NAME = /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/i

/** For verdicts of `x509`: where they found the fault is no host; without a request the name that was checked is. */
const named = (f: Told): Told => {
  const { where: _, ...facts } = f
  const { context, expected } = f
  const host = context?.host ?? (/\s/.test(expected ?? '') ? undefined : expected)
  return { ...facts, context: { ...context, ...(host === undefined ? {} : { host }) } }
}
