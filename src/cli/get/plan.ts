/** `get --explain`: what a request would do. What decides it is what decides the request itself. */
import { existsSync } from 'node:fs'
import { byTls, type HstsStore } from '../../http/semantics/hsts.ts'
import { REDIRECTS } from '../../net/client/client.ts'
import { cookieRequest } from '../../net/client/cookies.ts'
import { type ProxyServer, proxyFor } from '../../net/client/proxies.ts'
import { authorityOf, hrefOf, type Outline, outlineOf, targetOf } from '../../net/client/request.ts'
import { fieldsOfRequest } from '../../net/client/wire.ts'
import { nodeWorld } from '../../node/world.ts'
import { starredField } from '../../trace/redact.ts'
import { parseIp } from '../../wire/address.ts'
import { privacyOf } from '../command.ts'
import type { Io } from '../io.ts'
import { offerText, type Plan, type PlanStep, rootsText, tellPlans } from '../plan.ts'
import { beginRun, type Run } from '../run.ts'
import { passwordFrom } from '../tls.ts'
import { rootsIn } from '../trust.ts'
import { isKept } from './asker.ts'
import { checkBody, checkPlaces } from './checks.ts'
import { cookiesOf } from './cookies.ts'
import { rememberedHosts } from './hsts.ts'
import { type Asking, askingOf, isTwice } from './init.ts'
import { fileFor } from './names.ts'
import type { GetOptions } from './options.ts'

export const explainGet = async (urls: readonly URL[], options: GetOptions, io: Io): Promise<number> => {
  const quiet = quietly(options, io)
  const run = await beginRun(quiet.options, quiet.io, { form: 'log' })
  try {
    const paths = urls.map((url, i) => fileFor(url, i, options))
    checkPlaces(paths, options)
    const asking = await askingOf(urls, quiet.options, { run, io: quiet.io, throttle: undefined })
    checkBody(urls.length, options, asking.init)
    const known = await remembered(urls, quiet.options, run)
    const keepAlive = isKept(urls.length, options) ? undefined : 0
    const context = { ...known, ...quiet, asking, keepAlive, trust: await trustText(options) }
    const plans: Plan[] = []
    for (const [i, url] of urls.entries()) plans.push(await planOf(asking.at(url), paths[i], context))
    await tellPlans(plans, options, io)
    return 0
  } catch (error) {
    return run.explain(error)
  } finally {
    await run.end()
  }
}

interface Quiet {
  readonly options: GetOptions
  readonly io: Io
  readonly typed: GetOptions
  /** As it is, with what `io` lacks. */
  readonly env: Io['env']
  /** The body comes from standard input, which was not read. */
  readonly isPiped: () => boolean
}

/** The same without what writes files, reads standard input or asks for a password. */
const quietly = (typed: GetOptions, io: Io): Quiet => {
  let piped = false
  const input: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      piped = true
      return { next: async () => ({ done: true, value: undefined }) }
    },
  }
  const { SSLKEYLOGFILE: _, ...env } = io.env
  return {
    typed,
    env: io.env,
    options: {
      ...typed,
      pcapng: undefined,
      keylog: undefined,
      cert: undefined,
      key: undefined,
      keep: false,
      web: undefined,
    },
    io: { out: io.out, err: io.err, env, input, onInterrupt: listener => io.onInterrupt(listener) },
    isPiped: () => piped,
  }
}

type Remembered = Pick<Awaited<ReturnType<typeof cookiesOf>>, 'jar'> & { readonly hosts: HstsStore | undefined }

const remembered = async (urls: readonly URL[], options: GetOptions, run: Run): Promise<Remembered> => {
  const { cookies = [], cookieJar, hsts } = options
  // The first run of many, as without --explain.
  const there = cookies.filter(word => !('file' in word) || word.file !== cookieJar || existsSync(word.file))
  const { jar } = await cookiesOf(urls, { ...options, cookies: there, cookieJar: undefined }, run)
  return { jar, hosts: hsts === undefined ? undefined : await rememberedHosts(hsts) }
}

const trustText = async ({ trust, passwordFile, trustKey, accept = [] }: GetOptions): Promise<readonly string[]> => [
  trust === undefined
    ? rootsText(await nodeWorld().trust(), 'those of this system, of its environment and of the local authority')
    : rootsText(rootsIn(trust, passwordFrom(passwordFile)), trust.join(', ')),
  ...(trustKey === undefined ? [] : [`the public keys in ${trustKey.join(', ')}`]),
  ...(accept.length === 0 ? [] : [`and in spite of ${accept.join(', ')}`]),
]

interface Context extends Quiet, Remembered {
  readonly asking: Asking
  readonly keepAlive: number | undefined
  readonly trust: readonly string[]
}

const planOf = async (typed: URL, path: string | undefined, context: Context): Promise<Plan> => {
  const { asking, hosts, jar, options } = context
  const because = typed.protocol === 'http:' ? hosts?.covers(typed.hostname) : undefined
  const url = because === undefined ? typed : byTls(typed)
  const world = nodeWorld()
  const plain = await outlineOf(url, asking.init, world.clock)
  const outline: Outline = {
    ...plain,
    cookie: () => jar?.header(cookieRequest(plain, undefined, world)),
  }
  const proxy = proxyFor(url, asking.init.proxy)
  const steps: PlanStep[] = [
    ...wayTo(url, proxy, options),
    ...(url.protocol === 'https:' ? tlsSteps(url, context) : []),
    ...requestSteps(outline, proxy, context),
    { layer: 'answer', says: answerTexts(context.typed) },
    ...keptSteps(url, because?.host, context),
    { layer: 'files', says: fileTexts(path, context) },
  ]
  return { about: `${outline.method} ${hrefOf(url)}`, steps }
}

/** Name and TCP, to the proxy or to the server itself. */
const wayTo = (url: URL, proxy: ProxyServer | undefined, options: GetOptions): PlanStep[] => {
  const to = authorityOf(url)
  if (proxy === undefined) return reached(to.host, to.port, options)
  const { where, socks, url: its } = proxy
  const names =
    socks === undefined || socks.names === 'there' ? 'the proxy looks the name up' : 'the name is looked up here'
  const how =
    socks !== undefined ? 'SOCKS 5' : url.protocol === 'https:' ? 'a tunnel by CONNECT' : 'it passes the request on'
  const login = its.username === '' ? '' : ', with a name and a password'
  return [
    ...reached(proxy.host, proxy.port, { ...options, resolve: undefined }),
    { layer: 'proxy', says: [`${where}: ${how} to ${to.host}:${to.port}${login}; ${names}`] },
  ]
}

const reached = (host: string, port: number, { resolve = [] }: GetOptions): PlanStep[] => {
  const given = resolve.find(each => each.host === host.toLowerCase() && each.port === port)?.address
  const literal = parseIp(given ?? host)
  const name = host.toLowerCase().replace(/\.$/, '')
  const isLocal = given === undefined && (name === 'localhost' || name.endsWith('.localhost'))
  const from =
    literal !== undefined
      ? given === undefined
        ? `${host} is an address: nothing is looked up`
        : `${host} is ${given}, as --resolve says`
      : isLocal
        ? `${host} is 127.0.0.1 and ::1: names in localhost never leave this machine`
        : `${given ?? host} is asked of this system: its hosts file, then its name servers, for IPv4 and IPv6`
  const family =
    literal === undefined
      ? 'IPv6 and IPv4, each after 250 ms beside the one before'
      : (given ?? host).includes(':')
        ? 'IPv6'
        : 'IPv4'
  return [
    { layer: 'name', says: [from] },
    { layer: 'tcp', says: [`to port ${port}, ${family}`] },
  ]
}

const tlsSteps = (url: URL, { typed, trust }: Context): PlanStep[] => {
  const { host } = authorityOf(url)
  const { cert, psk, earlyData, revocation } = typed
  return [
    {
      layer: 'tls',
      says: [
        offerText(typed),
        parseIp(host) === undefined ? `it says that it wants ${host}` : 'no name is said: the host is an address',
        ...(cert === undefined ? [] : [`a server that asks gets the certificate in ${cert.join(', ')}`]),
        ...(psk === undefined ? [] : [`the keys in ${psk} are offered`]),
        ...(isTwice(typed) ? [`asked twice: the second time ${earlyData ? 'early' : 'resumed'}`] : []),
      ],
    },
    { layer: 'trust', says: [...trust, ...(revocation === undefined ? [] : [`revocation: ${revocation}`])] },
  ]
}

const requestSteps = (outline: Outline, proxy: ProxyServer | undefined, context: Context): PlanStep[] => {
  const { typed, isPiped, keepAlive } = context
  const { method, body, url } = outline
  const isPassedOn = proxy !== undefined && proxy.socks === undefined && url.protocol === 'http:'
  const fields = fieldsOfRequest(outline, undefined, { coders: nodeWorld().coders, keepAlive })
    .filter(([name]) => !isPiped() || name !== 'Content-Length')
    .map(([name, value]) => `${name}: ${privacyOf(typed) === 'shown' ? value : starredField(name, value)}`)
  const length = isPiped()
    ? 'what comes on standard input'
    : body?.length === undefined
      ? 'of a length that its end will tell'
      : `${body.length} bytes`
  return [
    { layer: 'request', says: [`${method} ${isPassedOn ? hrefOf(url) : targetOf(outline)} HTTP/1.1`, ...fields] },
    ...(body === undefined ? [] : [{ layer: 'body' as const, says: [length] }]),
  ]
}

const answerTexts = ({ location, fail, digest, digestMd5, anyauth, retry }: GetOptions): readonly string[] => [
  location ? `redirects are followed, at most ${REDIRECTS}` : 'redirects are shown, not followed (-L follows them)',
  ...(digest || digestMd5 || anyauth ? ['a server that asks who is there is told, in a second request'] : []),
  ...(retry === undefined ? [] : [`what may pass is asked for again, at most ${retry} times`]),
  ...(fail ? ['a status of 400 or more is a failure'] : []),
]

const keptSteps = (url: URL, because: string | undefined, { typed, jar, hosts }: Context): PlanStep[] => {
  const { cookieJar, hsts } = typed
  const cookies =
    jar === undefined && cookieJar === undefined
      ? 'none are kept'
      : `${jar?.list().length ?? 0} are known${cookieJar === undefined ? '' : `; those that come are written to ${cookieJar}`}`
  const strict =
    because !== undefined
      ? `${because} wants TLS and nothing else: http became https`
      : hosts?.covers(url.hostname) !== undefined
        ? 'the host wants TLS and nothing else: no failure of its certificate is forgiven'
        : `${hosts?.list().length ?? 0} hosts are known to want TLS and nothing else`
  return [
    { layer: 'cookies', says: [cookies] },
    ...(hsts === undefined
      ? []
      : [{ layer: 'hsts' as const, says: [`${strict}; what is learnt is written to ${hsts}`] }]),
  ]
}

const fileTexts = (path: string | undefined, { typed, env }: Context): readonly string[] => {
  const { pcapng, keylog = env.SSLKEYLOGFILE, keep } = typed
  return [
    path === undefined ? 'the body goes to standard output' : `the body goes to ${path}`,
    ...(pcapng === undefined ? [] : [`packets and secrets go to ${pcapng}`]),
    ...(keylog === undefined ? [] : [`secrets go to ${keylog}`]),
    keep === false || env.BAREWIRE_KEEP === '0' ? 'the run is not kept' : 'the run is kept, as @1 of barewire inspect',
  ]
}
