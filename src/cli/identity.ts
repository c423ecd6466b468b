/** Who `serve` is: its own certificate from files, or one of the authority of this machine for each name. */
import { type Failure, FailureError, fail, isFailure } from '../failures/index.ts'
import type { TlsServerOptions } from '../net/stream/server-answers.ts'
import { SessionStore } from '../tls/index.ts'
import { Certificate, malformedUnless, parseCertificate } from '../x509/certificate/certificate.ts'
import { generalNameText } from '../x509/certificate/general-name.ts'
import { certificatesIn } from '../x509/files/pem.ts'
import type { AcmeIdentity } from './acme.ts'
import { type AuthorityOptions, type LocalAuthority, openAuthority } from './authority.ts'
import { certificateSource, type Made } from './certificates.ts'
import type { Io } from './io.ts'
import { passwordFor } from './password.ts'
import { keysIn } from './psk-file.ts'
import { contentsOf, type TlsOptions } from './tls.ts'

export interface Identity {
  /** Undefined without TLS. */
  readonly tls: TlsServerOptions | undefined
  /** Undefined where the certificate came from files. */
  readonly authority: LocalAuthority | undefined
  /** What the certificates are valid for. */
  readonly names: readonly string[]
}

export interface IdentityOptions extends TlsOptions {
  readonly host: string
  readonly clientCa?: readonly string[] | undefined
  readonly earlyData?: true | undefined
}

/** Without TLS: nothing that belongs to it may have been asked for. */
export const plainly = (options: IdentityOptions): Identity => {
  const { tls, cert, key, passwordFile, psk, clientCa, earlyData, groups, suites } = options
  const named = {
    tls,
    cert,
    key,
    'password-file': passwordFile,
    psk,
    'client-ca': clientCa,
    'early-data': earlyData,
    groups,
    suites,
  }
  const given = Object.entries(named).find(([, value]) => value)
  if (given !== undefined) throw usage(`--${given[0]} is about TLS, and --plain does without.`)
  return { tls: undefined, authority: undefined, names: [] }
}

/** Who hears of what is worth a line. */
interface Told {
  /** Of whom certificates come from another authority (`--acme`). */
  readonly asked?: AcmeIdentity | undefined
  readonly renewed: NonNullable<AuthorityOptions['renewed']>
  /** Of certificates of the authority of this machine. */
  readonly made: (made: Made) => void
  readonly warned: (failure: Failure) => void
  /** Where a password is asked for. */
  readonly io: Io
}

export const identityOf = async (
  options: IdentityOptions,
  { renewed, made, warned, asked, io }: Told,
): Promise<Identity> => {
  const { tls: versions, groups, suites, clientCa } = options
  if (options.cert === undefined && options.key !== undefined) throw usage('--key goes with --cert.')
  const ca = contentsOf(clientCa)
  if (options.psk !== undefined && ca !== undefined) throw usage('--client-ca and --psk are two ways to know clients.')
  const keys = options.psk === undefined ? undefined : await keysIn(options.psk, warned)
  const [cert, key] = [contentsOf(options.cert), await contentsOf(options.key)]
  const files = [
    [options.cert, cert],
    [options.key, key],
    [clientCa, ca],
  ] as const
  const choices = {
    versions,
    groups,
    suites,
    ca,
    clientCertificate: ca && ('required' as const),
    password: await passwordFor({ passwordFile: options.passwordFile, files }, io),
    psk: keys && new Map(keys.map(({ identity, key }) => [identity, key])),
    earlyData: options.earlyData && {},
    sessions: new SessionStore(),
    warned,
  }
  if (asked !== undefined && options.cert !== undefined) throw usage('--cert and --acme are two ways to a certificate.')
  if (cert !== undefined)
    return {
      tls: { ...choices, cert, key },
      authority: undefined,
      names: [...new Set(cert.flatMap(namesIn))],
    }
  if (asked !== undefined)
    return { tls: { ...choices, certificateFor: asked.certificateFor }, authority: undefined, names: asked.names }
  // Who has named keys serves those who have them.
  if (keys !== undefined) return { tls: choices, authority: undefined, names: [] }
  const authority = openAuthority({ renewed })
  const signs = (name: string): boolean => authority.refuses([name]) === undefined
  const source = certificateSource(authority.issue, options.host, Date.now, signs, made)
  const refused = authority.refuses(source.usual)
  if (refused !== undefined) throw new FailureError(refused)
  return { tls: { ...choices, certificateFor: name => source.for(name) }, authority, names: source.usual }
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

/** Of the first certificate of a file; those behind it are authorities. */
const namesIn = (file: Uint8Array): readonly string[] => {
  const [der] = certificatesIn(file)
  const certificate = der && parseCertificate(der)
  if (!(certificate instanceof Certificate)) return []
  const names = malformedUnless(() => certificate.extension('subjectAltName') ?? [])
  return isFailure(names) ? [] : names.map(generalNameText)
}
