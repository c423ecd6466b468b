/** Who `serve` is: its own certificate from files, or one of the authority of this machine for each name. */
import { type Failure, FailureError, fail, isFailure } from '../failures/index.ts'
import type { TlsServerOptions } from '../net/stream/server-answers.ts'
import { Certificate, malformedUnless, parseCertificate } from '../x509/certificate.ts'
import { generalNameText } from '../x509/general-name.ts'
import { certificatesIn } from '../x509/pem.ts'
import { type AuthorityOptions, type LocalAuthority, openAuthority } from './authority.ts'
import { certificateSource } from './certificates.ts'
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
  const { tls, cert, key, psk, clientCa, earlyData, groups, suites } = options
  const named = { tls, cert, key, psk, 'client-ca': clientCa, 'early-data': earlyData, groups, suites }
  const given = Object.entries(named).find(([, value]) => value)
  if (given !== undefined) throw usage(`--${given[0]} is about TLS, and --plain does without.`)
  return { tls: undefined, authority: undefined, names: [] }
}

/** Who hears of what is worth a line. */
interface Told {
  readonly renewed: NonNullable<AuthorityOptions['renewed']>
  readonly warned: (failure: Failure) => void
}

export const identityOf = async (options: IdentityOptions, { renewed, warned }: Told): Promise<Identity> => {
  const { tls: versions, groups, suites, clientCa } = options
  if (options.cert === undefined && options.key !== undefined) throw usage('--key goes with --cert.')
  const ca = await contentsOf(clientCa)
  if (options.psk !== undefined && ca !== undefined) throw usage('--client-ca and --psk are two ways to know clients.')
  const keys = options.psk === undefined ? undefined : await keysIn(options.psk, warned)
  const choices = {
    versions,
    groups,
    suites,
    ca,
    clientCertificate: ca && ('required' as const),
    psk: keys && new Map(keys.map(({ identity, key }) => [identity, key])),
    earlyData: options.earlyData && {},
    warned,
  }
  const cert = await contentsOf(options.cert)
  if (cert !== undefined)
    return {
      tls: { ...choices, cert, key: await contentsOf(options.key) },
      authority: undefined,
      names: [...new Set(cert.flatMap(namesIn))],
    }
  // Who has named keys serves those who have them.
  if (keys !== undefined) return { tls: choices, authority: undefined, names: [] }
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
