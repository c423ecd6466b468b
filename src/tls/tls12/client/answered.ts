/** What a server of TLS 1.2 answers to what `offered.ts` asks. */
import type { TlsClientConfig } from '../../config.ts'
import type { ClientNegotiated } from '../../hello/negotiated.ts'
import type { ServerExtensions } from '../../messages/extensions.ts'
import type { Context, Message } from '../../states.ts'
import type { Suite } from '../../suites.table.ts'
import { clientLimits } from '../record-limits.ts'

/** To be read before anything is sent. */
export const answered12 = (
  context: Context,
  message: Message<'ServerHello'>,
  found: ServerExtensions,
  { suite, config }: { readonly suite: Suite; readonly config: TlsClientConfig },
): Pick<ClientNegotiated, 'ticketPromised' | 'stapled' | 'scts' | 'macOrder'> => {
  clientLimits(context, message, found, {
    size: config.recordSizeLimit,
    fragment: config.maxFragmentLength,
    beside: 0,
  })
  // RFC 7366 3: with an AEAD the server "MUST NOT send an encrypt_then_mac response extension".
  if (found.encryptThenMac !== undefined && suite.mode !== 'cbc')
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: `encrypt_then_mac with ${suite.name}`,
      expected: 'that suite has no MAC',
    })
  return {
    ticketPromised: found.sessionTicket !== undefined,
    stapled: found.statusRequest !== undefined,
    scts: found.signedCertificateTimestamp?.timestamps,
    macOrder: found.encryptThenMac === undefined ? 'mac-then-encrypt' : 'encrypt-then-mac',
  }
}
