/** `barewire serve [FOLDER]`: HTTPS on this machine with a certificate that this machine's own CA made. */

import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { FailureError, fail } from '../../failures/index.ts'
import { serve } from '../../index.ts'
import { jsonOfFailure, legible, line, mark, renderFailure, type Shown, type Style } from '../../inspect/index.ts'
import type { Server } from '../../net/server/exchanges.ts'
import type { Served } from '../../net/server/served.ts'
import { staticFiles } from '../../net/server/static.ts'
import { filesIn } from '../../node/files.ts'
import { type AuthorityFacts, authorityEvent, sinceText } from '../authority.ts'
import { ownAddresses } from '../certificates.ts'
import type { CommonOptions } from '../command.ts'
import { EXIT_INTERRUPTED, failureOf } from '../errors.ts'
import { type Identity, identityOf, plainly } from '../identity.ts'
import type { Io } from '../io.ts'
import { beginRun, type Run } from '../run.ts'
import { accessEvent, accessLines } from '../story/access.ts'
import { namingFiles, type TlsOptions, warn } from '../tls.ts'

export interface ServeOptions extends CommonOptions, TlsOptions {
  readonly pcapng?: string | undefined
  readonly keylog?: string | undefined
  readonly clientCa?: readonly string[] | undefined
  readonly earlyData?: true | undefined
  readonly port: number
  readonly host: string
  readonly plain?: true | undefined
}

export const serveFolder = async (folder: string | undefined, options: ServeOptions, io: Io): Promise<number> => {
  const run = await beginRun(options, io, { form: 'log' })
  try {
    const root = await existingFolder(folder ?? '.')
    const renewed = (next: AuthorityFacts): void => {
      run.event(authorityEvent(next))
      run.notice([renewal(next, run.style)])
    }
    const identity = options.plain
      ? plainly(options)
      : await identityOf(options, { renewed, warned: failure => warn(failure, run) })
    const { authority } = identity
    const files = { cert: options.cert, key: options.key, ca: options.clientCa }
    const handler = staticFiles(await filesIn(root))
    const server = await namingFiles(files, () =>
      serve(handler, {
        host: options.host,
        port: options.port,
        tls: identity.tls,
        trace: run.trace,
        failed: error => defect(error, run),
        served: each => told(each, run, authority?.path),
      }),
    )
    if (options.json && authority?.since === 'renewed') renewed(authority)
    announce({ server, options, root, identity, run })
    return await untilInterrupted(server, run, io)
  } catch (error) {
    return run.explain(error)
  } finally {
    await run.end()
  }
}

const existingFolder = async (folder: string): Promise<string> => {
  const root = resolve(folder)
  const found = await stat(root)
  if (!found.isDirectory()) throw new FailureError(fail('cli/file', { where: root, got: 'ENOTDIR' }))
  return root
}

const told = (served: Served, run: Run, ca: string | undefined): void => {
  const now = new Date()
  run.event(accessEvent(served, now))
  run.notice(accessLines(served, now, run.style, ca))
}

/** The client got 500 and nothing else; here is what it was. */
const defect = (error: unknown, run: Run): void => {
  const failure = failureOf(error)
  run.event(jsonOfFailure(failure))
  run.notice(renderFailure(failure, { style: run.style, words: run.words }))
}

interface Announcement {
  readonly server: Server
  readonly options: ServeOptions
  readonly root: string
  readonly identity: Identity
  readonly run: Run
}

/** Where it is, for whom, and how others come to trust it. */
const announce = ({ server, options, root, identity, run }: Announcement): void => {
  const urls = urlsOf(server, options)
  const { style } = run
  const { authority, names } = identity
  run.event({ type: 'listening', urls, folder: root, ca: authority?.path ?? null, names: [...names] })
  const good = (text: string): Shown =>
    line(style, { text: ` ${mark(style, '✓')}`, tint: 'good' }, { text: ` ${text}` })
  const told = [good(root), ...urls.map(url => line(style, { text: '   ' }, { text: url, tint: 'you' }))]
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
const untilInterrupted = async (server: Server, run: Run, io: Io): Promise<number> => {
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
