/** What certificates may be for, as data: what is written into one, and how long it lasts. Your own are as good. */
import { OID } from '../asn1/oids.table.ts'
import { KEY_USAGE } from '../x509/certificate/extensions.ts'
import type { ExtensionToWrite } from '../x509/issue.ts'
import { ocspNoCheck } from './published.ts'

export interface CertificateProfile {
  /** Stands in the inventory. */
  readonly name: string
  /** Bits of `KEY_USAGE` (RFC 5280 4.2.1.3). */
  readonly usage: number
  /** Of extKeyUsage, as object identifiers; the extension is left out where there are none. */
  readonly purposes: readonly string[]
  /** Besides those that every certificate has. */
  readonly extensions?: readonly ExtensionToWrite[] | undefined
  /** How long a certificate lasts for which nothing else is said. */
  readonly days: number
  /** A request for more is refused; undefined where only the issuer's own end counts. */
  readonly mostDays: number | undefined
}

/** Made anew with each start of a server, so short. */
const LEAF_DAYS = 7
/** Apple's systems refuse a server's certificate that lasts longer, also below an authority that the user added. */
const MOST_SERVER_DAYS = 825

const leaf = { usage: KEY_USAGE.digitalSignature, days: LEAF_DAYS, mostDays: MOST_SERVER_DAYS } as const

export const certificateProfiles = {
  /** A server of TLS (RFC 5280 4.2.1.12). */
  server: { ...leaf, name: 'server', purposes: [OID.serverAuth] },
  /** A client of TLS. */
  client: { ...leaf, name: 'client', purposes: [OID.clientAuth] },
  /** Who is both, as in a mesh of services. */
  peer: { ...leaf, name: 'peer', purposes: [OID.serverAuth, OID.clientAuth] },
  /** Signs answers of OCSP for the authority (RFC 6960 4.2.2.2). */
  responder: { ...leaf, name: 'responder', purposes: [OID.OCSPSigning], extensions: [ocspNoCheck] },
  /** An authority below this one. */
  intermediate: {
    name: 'intermediate',
    usage: KEY_USAGE.keyCertSign | KEY_USAGE.cRLSign | KEY_USAGE.digitalSignature,
    purposes: [],
    days: 1825,
    mostDays: undefined,
  },
} as const satisfies Record<string, CertificateProfile>

export type ProfileName = keyof typeof certificateProfiles
