/** `barewire serve [FOLDER]`: HTTPS on this machine with a certificate that this machine's own CA made. */
import { jsonOfFailure, legible, line, mark, renderFailure, type Shown, type Style } from '../../inspect/index.ts'
import type { Server } from '../../net/server/exchanges.ts'
import type { Served } from '../../net/server/served.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { type AcmeIdentity, type AcmeOptions, askedBy } from '../acme.ts'
import { type AuthorityFacts, authorityEvent, sinceText } from '../authority.ts'
import { type Made, ownAddresses } from '../certificates.ts'
import type { CommonOptions, WebOptions } from '../command.ts'
import { type Content, type ContentOptions, contentOf } from '../content.ts'
import { EXIT_INTERRUPTED, failureOf } from '../errors.ts'
import { type Identity, identityOf, plainly } from '../identity.ts'
import type { Io } from '../io.ts'
import { beginRun, type Run } from '../run.ts'
import { accessEvent, accessLines } from '../story/access.ts'
import { namingFiles, type TlsOptions, warn } from '../tls.ts'

export interface ServeOptions extends CommonOptions, WebOptions, TlsOptions, ContentOptions, AcmeOptions {
  /** Say what would be done, and do nothing of it. */
  readonly explain?: true | undefined
  readonly pcapng?: string | undefined
  readonly keylog?: string | undefined
  readonly clientCa?: readonly string[] | undefined
  readonly earlyData?: true | undefined
  readonly port: number
  readonly host: string
  readonly plain?: true | undefined
}

export const serveFolder = async (folder: string | undefined, options: ServeOptions, io: Io): Promise<number> => {
  const title = `serve ${folder ?? options.proxy?.href ?? '.'}`
  const run = await beginRun(options, io, { form: 'log', title })
  let content: Content | undefined
  let asked: AcmeIdentity | undefined
  try {
    content = await contentOf(folder, options)
    const renewed = (next: AuthorityFacts): void => {
      run.event(authorityEvent(next))
      run.notice([renewal(next, run.style)])
    }
    asked = await askedBy(options, run)
    const identity = options.plain
      ? plainly(options)
      : await identityOf(options, {
          renewed,
          made: certificate => made(certificate, run),
          warned: failure => warn(failure, run),
          asked,
          io,
        })
    const { authority } = identity
    const files = { cert: options.cert, key: options.key, ca: options.clientCa }
    const { host, port } = options
    const served = (each: Served): void => told(each, run, authority?.path)
    const { listen } = content
    const server = await namingFiles(files, () =>
      listen({ host, port, tls: identity.tls, trace: run.trace, served }, error => defect(error, run)),
    )
    await beginOver(server, asked)
    if (options.json && authority?.since === 'renewed') renewed(authority)
    announce({ server, options, content, identity, run })
    await hintAtList(content, options, run)
    return await untilInterrupted(server, run, io)
  } catch (error) {
    return run.explain(error)
  } finally {
    content?.close()
    await asked?.end()
    await run.end()
  }
}

/** Who asks another authority needs somebody who listens: that is where the authority looks. */
const beginOver = async (server: Server, asked: AcmeIdentity | undefined): Promise<void> => {
  try {
    await asked?.begin()
  } catch (error) {
    await server.close(0)
    throw error
  }
}

/** Who opens the page of a folder without one would see 404 and not know why. */
const hintAtList = async ({ folder }: Content, { list }: ServeOptions, run: Run): Promise<void> => {
  const index = list || folder === undefined ? 'folder' : await folder.files.open(['index.html'])
  if (index === undefined)
    run.notice([line(run.style, { text: '   no index.html is in there: --list shows what is', tint: 'quiet' })])
  else if (index !== 'folder') await index.close()
}

const told = (served: Served, run: Run, ca: string | undefined): void => {
  const now = new Date()
  run.event(accessEvent(served, now))
  run.notice(accessLines(served, now, run.style, ca))
}

/** The client got 500 or 502 and nothing else; here is what it was. */
const defect = (error: unknown, run: Run): void => {
  const failure = failureOf(error)
  run.event(jsonOfFailure(failure))
  run.notice(renderFailure(failure, { style: run.style, words: run.words }))
}

interface Announcement {
  readonly server: Server
  readonly options: ServeOptions
  readonly content: Content
  readonly identity: Identity
  readonly run: Run
}

/** Where it is, for whom, and how others come to trust it. */
const announce = ({ server, options, content, identity, run }: Announcement): void => {
  const urls = urlsOf(server, options)
  const { style } = run
  const { authority, names } = identity
  const { folder, upstream } = content
  const event = { urls, folder: folder?.path ?? null, upstream: upstream?.origin ?? null }
  run.event({ type: 'listening', ...event, ca: authority?.path ?? null, names: [...names] })
  const good = (text: string): Shown =>
    line(style, { text: ` ${mark(style, '✓')}`, tint: 'good' }, { text: ` ${text}` })
  const what = folder?.path ?? `what ${upstream!.origin} answers`
  const told = [good(what), ...urls.map(url => line(style, { text: '   ' }, { text: url, tint: 'you' }))]
  if (options.clientCa !== undefined) told.unshift(good(`for clients of ${options.clientCa.join(', ')} only`))
  if (options.psk !== undefined)
    told.unshift(
      good(`for clients with a key of ${options.psk}${options.cert === undefined ? ' only' : ', and others'}`),
    )
  if (options.cert !== undefined)
    told.unshift(good(`certificate ${options.cert.join(', ')} for ${names.join(', ') || 'no name'}`))
  if (authority !== undefined) {
    told.unshift(
      good(
        `CA "${authority.name}" ${authority.since === 'made' ? 'made just now' : authority.since}: ${authority.path}`,
      ),
      ...(authority.since === 'renewed' ? [renewal(authority, style)] : []),
      good(`certificate for ${names.join(', ')} and *.localhost`),
    )
    told.push(...howToTrust(authority.path, urls[0]!, style))
  }
  run.notice(told)
}

const howToTrust = (path: string, url: string, style: Style): readonly Shown[] => [
  line(style, { text: '   programs do not trust it by themselves:', tint: 'quiet' }),
  // Whole, however narrow the terminal is: they are made to be copied.
  legible(`   curl --cacert ${quoted(path)} ${url}/`, style),
  legible(`   export NODE_EXTRA_CA_CERTS=${quoted(path)}`, style),
]

/** The first of a name was promised at the start; that it was made again is worth a line. */
const made = ({ names, key, since }: Made, run: Run): void => {
  const notAfter = new Date(new Certificate(key.chain[0]!).notAfter).toISOString()
  run.event({ type: 'issued', names: [...names], notAfter, since })
  if (since === 'renewed')
    run.notice([legible(` renewed: certificate for ${names.join(', ')} until ${notAfter.slice(0, 10)}`, run.style)])
}

/** Whoever trusted the authority before has to hear of it: their clients fail from now on. */
const renewal = (authority: AuthorityFacts, style: Style): Shown =>
  legible(` ! CA "${authority.name}" ${sinceText(authority)}`, style)

/** As a word of a shell: the lines are made to be copied. */
const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

const urlsOf = (server: Server, options: ServeOptions): string[] => {
  const scheme = options.plain ? 'http' : 'https'
  const everywhere = options.host === '0.0.0.0' || options.host === '::'
  const loopback = everywhere || options.host === 'localhost' || /^(127\.|::1$)/.test(options.host)
  const hosts = [...(loopback ? ['localhost'] : [options.host]), ...(everywhere ? ownAddresses(options.host) : [])]
  return hosts.map(host => `${scheme}://${host.includes(':') ? `[${host}]` : host}:${server.port}`)
}

/** Once: what is under way ends first. Twice: now. */
export const untilInterrupted = async (server: Pick<Server, 'close'>, run: Run, io: Io): Promise<number> => {
  await new Promise<void>(done => {
    if (run.signal.aborted) done()
    else run.signal.addEventListener('abort', () => done(), { once: true })
  })
  let code = 0
  const release = io.onInterrupt(() => {
    code = EXIT_INTERRUPTED
    void server.close(0)
  })
  await server.close()
  release()
  return code
}
