/** What one client is treated by: the configuration of the server, and what the reply to its hello has chosen for it. */
import { typesOffered } from './certificate/types.ts'
import type { TlsServerConfig } from './config.ts'
import { commonProtocol, type Hello } from './hello/checks.ts'
import type { ServerNegotiated } from './hello/negotiated.ts'
import { clientView } from './messages/extensions.ts'
import type { Context } from './states.ts'
import type { CertifiedKey, ServerPolicy } from './types.ts'

export const policyOf = (reply: CertifiedKey | ServerPolicy | 'none'): ServerPolicy =>
  reply !== 'none' && 'certificate' in reply ? reply : { certificate: reply }

/** What depends on the configuration, settled: the rest of the handshake knows no other. */
export const governed = <B, N extends Pick<ServerNegotiated, 'config' | 'alpn' | 'types'> & { readonly hello: Hello }>(
  context: Context<B>,
  negotiated: N,
  policy: ServerPolicy,
): N => {
  const { hello } = negotiated
  const config = under(negotiated.config, policy)
  const extensions = clientView(hello.body.extensions ?? [])
  const alpn = commonProtocol(context, hello, extensions, config)
  const types = typesOffered(context, hello, extensions, config)
  context.passed('hello', hello)
  return { ...negotiated, config, alpn, types }
}

/** What the policy leaves out is as the server has it. */
const under = (
  config: TlsServerConfig,
  { alpn = config.alpn, clientCertificate = config.clientCertificate, clientAuthorities }: ServerPolicy,
): TlsServerConfig => ({
  ...config,
  alpn,
  clientCertificate,
  clientAuthorities: clientAuthorities ?? config.clientAuthorities,
})
