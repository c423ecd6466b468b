/** The engine of one connection, from the options of `node:tls`. */
import { tlsClient, tlsServer } from '../../tls/engine.ts'
import type { ExternalKey } from '../../tls/session/external-key.ts'
import { Session } from '../../tls/session/session.ts'
import type { TlsConnection } from '../../tls/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { nodeWorld } from '../world.ts'
import type { SecureContext } from './context.ts'
import type { TLSSocketOptions } from './options.ts'

interface Settled {
  readonly context: SecureContext
  readonly alpn: readonly string[] | undefined
  /** A client's: whom it wants. */
  readonly serverName: string
  readonly trace: TraceContext | undefined
  /** A client's: what it has in the place of certificates. */
  readonly sharedKey: ExternalKey | undefined
}

export const engineOf = (
  side: 'client' | 'server',
  options: TLSSocketOptions,
  { context, alpn, serverName, trace, sharedKey }: Settled,
): TlsConnection => {
  const { crypto, clock } = nodeWorld()
  const { versions, suites, groups, schemes } = context
  const epoch = clock.date() - clock.now()
  const kept = { exporters: 'kept', finished: 'told' } as const
  const common = { crypto, epoch, versions, suites, groups, schemes, ...kept, alpn, trace } as const
  if (side === 'server') {
    const { resumption, sessionTimeout: sessionLifetime, honorCipherOrder } = options
    const clientCertificate = !options.requestCert
      ? 'none'
      : options.rejectUnauthorized === false
        ? 'asked'
        : 'required'
    return tlsServer({
      ...common,
      clientCertificate,
      clientAuthorities: context.authorities,
      suiteOrder: honorCipherOrder === false ? 'client' : undefined,
      resumption: resumption?.waysIn(context),
      sessionLifetime,
      psk: options.pskCallback ? 'asked' : undefined,
    })
  }
  const session = (options.session ? Session.fromBytes(options.session) : undefined) ?? 'new'
  const evidence = options.requestOCSP ? (['ocsp'] as const) : undefined
  const psk = sharedKey && [sharedKey]
  return tlsClient({ ...common, session, evidence, serverName, psk })
}
