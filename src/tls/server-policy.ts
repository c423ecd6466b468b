/** What one client is treated by: the configuration of the server, and what the reply to its hello has chosen for it. */
import type { TlsServerConfig } from './config.ts'
import type { ClientExtensions } from './messages/extensions.ts'
import type { ClientHello } from './messages/hello.ts'
import type { AnyMessage } from './states.ts'
import type { CertifiedKey, ServerPolicy } from './types.ts'

/** A hello that is to be answered by these rules. */
export interface Governed {
  readonly message: AnyMessage & { readonly body: ClientHello }
  /** What it says in them, where nothing is said twice. */
  readonly extensions: ClientExtensions
  /** The server's, and what the policy says otherwise. */
  readonly config: TlsServerConfig
  readonly key: CertifiedKey | 'none'
}

export const policyOf = (reply: CertifiedKey | ServerPolicy | 'none'): ServerPolicy =>
  reply !== 'none' && 'certificate' in reply ? reply : { certificate: reply }

/** What the policy leaves out is as the server has it; what it says beyond this is not for it to say. */
export const under = (config: TlsServerConfig, policy: ServerPolicy): TlsServerConfig =>
  saysNothing(policy)
    ? config
    : {
        ...config,
        versions: policy.versions ?? config.versions,
        suites: policy.suites ?? config.suites,
        groups: policy.groups ?? config.groups,
        alpn: policy.alpn ?? config.alpn,
        clientCertificate: policy.clientCertificate ?? config.clientCertificate,
        clientAuthorities: policy.clientAuthorities ?? config.clientAuthorities,
        peerCertificateTypes: policy.peerCertificateTypes ?? config.peerCertificateTypes,
      }

/** As nearly always: nothing beside the certificate. */
const saysNothing = ({ certificate: _, ...policy }: ServerPolicy): boolean =>
  Object.values(policy).every(value => value === undefined)
