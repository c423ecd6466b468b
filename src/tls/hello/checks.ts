/** What a server takes from a ClientHello whichever version it chooses. */
import { printable } from '../../x509/distinguished-name.ts'
import type { TypesOffered } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import type { ClientExtensions } from '../messages/extensions.ts'
import type { ClientHello } from '../messages/hello.ts'
import type { AnyMessage, Context } from '../states.ts'
import type { Introduced } from '../types.ts'
import { isHostName } from './host-name.ts'
import { listed } from './listed.ts'

/** A hello, as the states of any version have it. */
export type Hello = AnyMessage & { readonly body: ClientHello }

/** What the client said, for whoever chooses by it. */
export const introduced = (
  { body, bytes }: Hello,
  extensions: ClientExtensions,
  { serverName, schemes, types }: Pick<Introduced, 'serverName' | 'schemes'> & { readonly types: TypesOffered },
): Introduced => ({
  serverName,
  schemes,
  suites: body.cipherSuites,
  groups: extensions.supportedGroups?.groups ?? [],
  versions: extensions.supportedVersions?.versions ?? [body.legacyVersion],
  alpn: extensions.alpn?.protocols ?? [],
  certificateTypes: types.server,
  certificateSchemes: extensions.signatureAlgorithmsCert?.schemes,
  authorities: extensions.certificateAuthorities?.authorities ?? [],
  raw: bytes,
})

/** RFC 7301 3.2: our preference among what the client offers; offered and nothing in common is fatal. */
export const commonProtocol = <B>(
  context: Context<B>,
  message: Hello,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): string | undefined => {
  const ours = config.alpn ?? []
  const theirs = extensions.alpn?.protocols
  if (theirs === undefined || ours.length === 0) return undefined
  const common = ours.find(protocol => theirs.includes(protocol))
  if (common === undefined)
    throw context.refusal('hello', message, 'tls/alpn-none', 'extensions', {
      expected: ours.join(', '),
      got: printable(listed(theirs, name => name)),
    })
  return common
}

/** RFC 6066 3: "MUST NOT contain more than one name of the same name_type". */
export const serverNameOf = <B>(
  context: Context<B>,
  message: Hello,
  extensions: ClientExtensions,
): string | undefined => {
  const names = extensions.serverName?.names.filter(({ type }) => type === 0) ?? []
  const name = names[0]?.body as string | undefined
  if (names.length > 1 || (name !== undefined && !isHostName(name)))
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: names.length > 1 ? `server_name with ${names.length} names` : 'server_name with what no name of a host has',
      expected: 'one host name belongs there',
    })
  return name
}
