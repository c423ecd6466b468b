/**
 * `barewire ca serve`: the authority of this machine behind ACME, for programs of this machine; and what it revoked, for
 * whoever checks, by http: at the address that stands in its certificates.
 */
import { Resolver } from 'node:dns/promises'
import { join } from 'node:path'
import { answersOf } from '../../acme/authority.ts'
import { revocationHandler } from '../../ca/service.ts'
import { serve } from '../../index.ts'
import { legible, line, mark, type Shown } from '../../inspect/index.ts'
import { type AcmeService, acmeService } from '../../net/acme/server.ts'
import type { Server } from '../../net/server/exchanges.ts'
import type { ServeOptions } from '../../net/server/serve.ts'
import { type AcmeFileStore, acmeFileStore } from '../../node/acme-store.ts'
import { dataHome } from '../../node/ca-files.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { nodeWorld } from '../../node/world.ts'
import { type AuthorityFacts, authorityEvent, type LocalAuthority, openAuthority, sinceText } from '../authority.ts'
import { certificateSource } from '../certificates.ts'
import type { CommonOptions, WebOptions } from '../command.ts'
import { failureOf } from '../errors.ts'
import type { Io } from '../io.ts'
import { keysIn } from '../psk-file.ts'
import { beginRun, type Run } from '../run.ts'
import { accessEvent, accessLines } from '../story/access.ts'
import { warn } from '../tls.ts'
import { untilInterrupted } from './serve.ts'

export interface CaServeOptions extends CommonOptions, WebOptions {
  readonly pcapng?: string | undefined
  readonly port: number
  readonly host: string
  readonly httpPort: number
  readonly tlsPort: number
  readonly plainPort?: number | undefined
  readonly eab?: string | undefined
}

export const caServe = async (options: CaServeOptions, io: Io): Promise<number> => {
  const run = await beginRun(options, io, { form: 'log', title: 'ca serve' })
  try {
    const renewed = (next: AuthorityFacts): void => {
      run.event(authorityEvent(next))
      run.notice([legible(` ! CA "${next.name}" ${sinceText(next)}`, run.style)])
    }
    const authority = openAuthority({ renewed })
    const external = options.eab === undefined ? undefined : await keysIn(options.eab, failure => warn(failure, run))
    const keys = external && new Map(external.map(({ identity, key }) => [identity, key]))
    // Before anything listens: another process may have it.
    const store = acmeFileStore(join(dataHome(), 'ca', 'acme.jsonl'))
    try {
      return await served(authority, options, { store, keys, run, io })
    } finally {
      store.close()
    }
  } catch (error) {
    return run.explain(error)
  } finally {
    await run.end()
  }
}

interface Serving {
  readonly store: AcmeFileStore
  /** Of external accounts, by their names. */
  readonly keys: ReadonlyMap<string, Uint8Array> | undefined
  readonly run: Run
  readonly io: Io
}

const served = async (
  authority: LocalAuthority,
  options: CaServeOptions,
  { store, keys, run, io }: Serving,
): Promise<number> => {
  const source = certificateSource(authority.issue, options.host, Date.now)
  const tells = tellerOf(authority)
  let service: AcmeService | undefined
  const common = { host: options.host, trace: run.trace, ...told(run, authority) }
  const server = await serve((request, about) => service?.handler(request, about) ?? tells(request) ?? notFound(), {
    ...common,
    port: options.port,
    tls: { certificateFor: name => source.for(name) },
  })
  const plain = await plainly(authority, options, server, port =>
    serve(request => tells(request) ?? notFound(), { ...common, port }),
  )
  const base = `${server.url}/acme`
  try {
    const externalAccounts = keys && ((kid: string) => keys.get(kid))
    service = acmeService({ ...acmeOptions(authority, options, run), base, store, externalAccounts })
    announce(`${base}/directory`, authority, { plain, run })
    return await untilInterrupted(both(server, plain), run, io)
  } finally {
    service?.close()
  }
}

const notFound = (): Response => new Response('Not Found\n', { status: 404 })

const told = (run: Run, { path }: LocalAuthority): Pick<ServeOptions, 'failed' | 'served'> => ({
  failed: error => void run.complain(error),
  served(each) {
    const now = new Date()
    run.event(accessEvent(each, now))
    run.notice(accessLines(each, now, run.style, path))
  },
})

/** Whoever asks now may keep the answer for a day. */
const TOLD_DAYS = 1

const tellerOf = ({ authorities, url }: LocalAuthority): ReturnType<typeof revocationHandler> => {
  const base = url === undefined ? '' : new URL(url).pathname.replace(/\/$/, '')
  return revocationHandler({ authorities, crypto: nodeCrypto(), now: Date.now, days: TOLD_DAYS }, base)
}

/** Lists and answers are asked for by http:, where the address of the authority says; undefined where it has none. */
const plainly = async (
  { url }: LocalAuthority,
  { plainPort }: CaServeOptions,
  server: Server,
  listen: (port: number) => Promise<Server>,
): Promise<Server | undefined> => {
  if (url === undefined && plainPort === undefined) return undefined
  try {
    return await listen(plainPort ?? Number(new URL(url!).port || 80))
  } catch (error) {
    await server.close(0)
    throw error
  }
}

const both = (one: Server, other: Server | undefined): Pick<Server, 'close'> => ({
  close: async ms => void (await Promise.all([one.close(ms), other?.close(ms)])),
})

/** A name server is asked once, and not for long: the client can ask again. */
const ASKING = { timeout: 3_000, tries: 1 }

const acmeOptions = (authority: LocalAuthority, { httpPort, tlsPort }: CaServeOptions, run: Run) => {
  const resolver = new Resolver(ASKING)
  return {
    world: nodeWorld(),
    authority: answersOf(authority.issuer),
    refuses: ({ value }: { readonly value: string }) => authority.refuses([value])?.got,
    texts: async (name: string) => (await resolver.resolveTxt(name)).map(parts => parts.join('')),
    httpPort,
    tlsPort,
    failed: (error: unknown) => void run.complain(failureOf(error)),
  }
}

interface Told {
  readonly plain: Server | undefined
  readonly run: Run
}

const NO_ADDRESS =
  '   its certificates do not say where that is told: barewire ca init --url http://localhost:14001, once'

const announce = (directory: string, authority: LocalAuthority, { plain, run }: Told): void => {
  const { style } = run
  const tells = authority.url ?? plain?.url
  run.event({
    type: 'listening',
    urls: [directory, ...(tells === undefined ? [] : [tells])],
    folder: null,
    ca: authority.path,
    names: [],
  })
  const good = (text: string): Shown =>
    line(style, { text: ` ${mark(style, '✓')}`, tint: 'good' }, { text: ` ${text}` })
  run.notice([
    good(`CA "${authority.name}" ${authority.since === 'made' ? 'made just now' : authority.since}: ${authority.path}`),
    line(style, { text: '   ' }, { text: directory, tint: 'you' }),
    ...(tells === undefined
      ? []
      : [
          line(
            style,
            { text: '   ' },
            { text: tells, tint: 'you' },
            { text: '  what was revoked: lists, and OCSP at /ocsp', tint: 'quiet' },
          ),
        ]),
    ...(authority.url === undefined ? [line(style, { text: NO_ADDRESS, tint: 'quiet' })] : []),
    line(style, { text: '   programs do not trust it by themselves:', tint: 'quiet' }),
    legible(`   REQUESTS_CA_BUNDLE=$(barewire ca path) certbot certonly --standalone --server ${directory}`, style),
    legible(`   LEGO_CA_CERTIFICATES=$(barewire ca path) lego --server ${directory} --tls run`, style),
  ])
}
