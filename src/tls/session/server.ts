/** What a server of either version asks of clients, and of the sessions with which they come back. */
import type { Bytes } from '../../engine.ts'
import type { CertificateTypeName, TypesOffered } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import type { Context } from '../states.ts'
import type { TlsVersion } from '../version-name.ts'
import { factsOf, isFresh, Session, type SessionFacts } from './session.ts'

export const asksClients = ({ clientCertificate = 'none' }: TlsServerConfig): boolean => clientCertificate !== 'none'

interface Wanted {
  readonly version: TlsVersion
  /** RFC 6066 3: "MUST NOT accept the request to resume the session if the server_name extension contains a different name." */
  readonly serverName: string | undefined
  readonly types: TypesOffered
  readonly config: TlsServerConfig
  /** Where the session is wanted: its secret is wiped with those of the handshake, whatever comes of it. */
  readonly context: Pick<Context<never>, 'date' | 'wipesLater'>
}

/** The session in `state`, as far as any version lets it be resumed: of this version and name, young enough, and its client said who it is where we ask; each side showed what the other takes. */
export const sessionIn = (
  state: Bytes,
  { version, serverName, types, config, context }: Wanted,
): SessionFacts | undefined => {
  const session = Session.fromBytes(state)
  if (session === undefined) return undefined
  const facts = factsOf(session)
  context.wipesLater(facts.secret)
  const suits =
    facts.version === version &&
    isFresh(facts, context.date) &&
    facts.serverName === serverName &&
    types.server.includes(facts.serverCertificateType) &&
    (facts.peerChain.length > 0 ? takes(config, facts.clientCertificateType) : config.clientCertificate !== 'required')
  return suits ? facts : undefined
}

const takes = (config: TlsServerConfig, type: CertificateTypeName): boolean =>
  asksClients(config) && (config.peerCertificateTypes ?? ['X509']).includes(type)
