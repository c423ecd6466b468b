/** Who `serve` is: its own certificate from files, or one of the authority of this machine for each name. */
import { FailureError, fail, isFailure } from '../failures/index.ts'
import type { TlsServerOptions } from '../net/stream/server-answers.ts'
import { Certificate, malformedUnless, parseCertificate } from '../x509/certificate.ts'
import { generalNameText } from '../x509/general-name.ts'
import { certificatesIn } from '../x509/pem.ts'
import { type AuthorityOptions, type LocalAuthority, openAuthority } from './authority.ts'
import { certificateSource } from './certificates.ts'
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
}

/** Without TLS: nothing that belongs to it may have been asked for. */
export const plainly = ({ tls, cert, key, clientCa, groups, suites }: IdentityOptions): Identity => {
  const given = Object.entries({ tls, cert, key, 'client-ca': clientCa, groups, suites }).find(([, value]) => value)
  if (given !== undefined) throw usage(`--${given[0]} is about TLS, and --plain does without.`)
  return { tls: undefined, authority: undefined, names: [] }
}

export const identityOf = async (
  options: IdentityOptions,
  renewed: NonNullable<AuthorityOptions['renewed']>,
): Promise<Identity> => {
  const { tls: versions, groups, suites, clientCa } = options
  if (options.cert === undefined && options.key !== undefined) throw usage('--key goes with --cert.')
  const ca = await contentsOf(clientCa)
  const choices = { versions, groups, suites, ca, clientCertificate: ca && ('required' as const) }
  const cert = await contentsOf(options.cert)
  if (cert !== undefined)
    return {
      tls: { ...choices, cert, key: await contentsOf(options.key) },
      authority: undefined,
      names: [...new Set(cert.flatMap(namesIn))],
    }
  const authority = openAuthority({ renewed })
  const source = certificateSource(authority.issue, options.host, Date.now)
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
