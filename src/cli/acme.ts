/** `serve --acme URL`: a certificate from another authority, gotten at the start and renewed while it runs. */
import { FailureError, fail } from '../failures/index.ts'
import { serve } from '../index.ts'
import { legible } from '../inspect/index.ts'
import { acme, type Obtained } from '../net/acme/client.ts'
import { type RenewalEvent, renewal } from '../net/acme/renewal.ts'
import { httpChallenges, type Show, tlsChallenges } from '../net/acme/show.ts'
import type { Server } from '../net/server/exchanges.ts'
import type { TlsServerOptions } from '../net/stream/server-answers.ts'
import { acmeFiles } from '../node/acme-files.ts'
import { hookChallenges } from '../node/acme-hook.ts'
import { dataHome } from '../node/ca-files.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import type { CertifiedKey } from '../tls/types.ts'
import { keysIn } from './psk-file.ts'
import type { Run } from './run.ts'
import { warn } from './tls.ts'

export interface AcmeOptions {
  readonly acme?: string | undefined
  readonly acmeName?: readonly string[] | undefined
  readonly acmeEmail?: string | undefined
  readonly acmeEab?: string | undefined
  readonly acmeHttpPort?: number | undefined
  readonly acmeHook?: string | undefined
  readonly plain?: true | undefined
  readonly host: string
}

export interface AcmeIdentity {
  readonly names: readonly string[]
  readonly certificateFor: NonNullable<TlsServerOptions['certificateFor']>
  /** To be called when somebody listens: gets the certificate, and sees to it from then on. Rejects as `acme`. */
  begin(): Promise<void>
  end(): Promise<void>
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

export const askedBy = async (options: AcmeOptions, run: Run): Promise<AcmeIdentity | undefined> => {
  const { acme: directory, acmeName: names = [], acmeEmail: email, acmeEab } = options
  if (directory === undefined) return undefined
  if (options.plain) throw usage('--acme is about TLS, and --plain does without.')
  if (names.length === 0) throw usage('--acme wants to know for whom: --acme-name NAME.')
  if (!/^https?:/i.test(directory) || !URL.canParse(directory)) throw usage(`--acme wants a URL, not "${directory}".`)
  const keys = acmeEab === undefined ? [] : await keysIn(acmeEab, failure => warn(failure, run))
  const external = keys[0] && { kid: keys[0].identity, key: keys[0].key }
  const world = nodeWorld()
  const files = acmeFiles(dataHome(), directory, world.crypto)
  const tls = tlsChallenges(world)
  const ways = waysOf(options, tls.show, run)
  let current: CertifiedKey | undefined
  const told = (event: RenewalEvent): void => {
    if (event.type === 'certificate') current = keyOf(event.obtained)
    announce(event, { names, directory, run })
  }
  const seen = renewal({
    clock: world.clock,
    kept: files.certificate(names),
    told,
    async get() {
      const accountKey = files.accountKey()
      const { show } = ways
      const got = await acme({ directory, accountKey, world, names, show, email, terms: 'agreed', external })
      files.keep(names, got)
      return got
    },
  })
  return {
    names,
    certificateFor: tls.certificateFor(name =>
      name === undefined || names.some(each => serves(each, name.toLowerCase())) ? current : undefined,
    ),
    async begin() {
      await ways.begin()
      await seen.begin()
    },
    async end() {
      seen.end()
      await ways.end()
    },
  }
}

const keyOf = ({ chain, key }: Obtained): CertifiedKey => certifiedKey({ chain, privateKey: key.pkcs8 })

interface Ways {
  /** Best first: what was asked for by name, then what the server can do by itself. */
  readonly show: Readonly<Record<string, Show>>
  begin(): Promise<void>
  end(): Promise<void>
}

const waysOf = ({ acmeHttpPort: port, acmeHook, host }: AcmeOptions, tls: Show, run: Run): Ways => {
  const http = httpChallenges()
  let server: Server | undefined
  return {
    show: {
      ...(port === undefined ? {} : { 'http-01': http.show }),
      ...(acmeHook === undefined ? {} : { 'dns-01': hookChallenges(acmeHook) }),
      'tls-alpn-01': tls,
    },
    async begin() {
      if (port === undefined) return
      const failed = (error: unknown): void => void run.complain(error)
      server = await serve(request => http.handler(request) ?? new Response('Not Found\n', { status: 404 }), {
        host,
        port,
        failed,
      })
    },
    async end() {
      await server?.close(0)
    },
  }
}

interface Told {
  readonly names: readonly string[]
  readonly directory: string
  readonly run: Run
}

const announce = (event: RenewalEvent, { names, directory, run }: Told): void => {
  if (event.type === 'failure') {
    run.complain(event.error)
    const again = new Date(event.again).toISOString()
    run.notice([legible(` ! ${names.join(', ')}: the certificate is asked for again at ${again}`, run.style)])
    return
  }
  const { since } = event
  const [notAfter, next] = [event.notAfter, event.renewal].map(date => new Date(date).toISOString())
  run.event({ type: 'acme', names: [...names], notAfter: notAfter!, renewal: next!, authority: directory, since })
  const until = `until ${notAfter!.slice(0, 10)}, by ${directory}`
  run.notice([legible(` ${since}: certificate for ${names.join(', ')} ${until}`, run.style)])
}

const serves = (own: string, asked: string): boolean =>
  own === asked || (own.startsWith('*.') && asked.slice(asked.indexOf('.') + 1) === own.slice(2))
