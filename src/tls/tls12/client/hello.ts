/** What the server's hello may answer to our offer in TLS 1.2 (RFC 5246 7.4.1.3). */
import { printable } from '../../../x509/certificate/distinguished-name.ts'
import type { TlsClientConfig } from '../../config.ts'
import type { Offer } from '../../hello/offer.ts'
import { duplicateOf, type ServerExtensions, serverView } from '../../messages/extensions.ts'
import { ExtensionType } from '../../messages/registries.table.ts'
import type { Refusal } from '../../refusal.ts'
import type { Context, Message } from '../../states.ts'

/** RFC 5246 7.4.1.4.1: "Servers MUST NOT send this extension." A list of groups is forgiven: some servers send theirs. */
const NEVER_ANSWERED: ReadonlySet<number> = new Set([ExtensionType.names.signature_algorithms!])

/** Nothing twice, nothing that was not offered, and what must be there is there. */
export const checkedExtensions = (
  context: Context,
  message: Message<'ServerHello'>,
  offer: Offer,
): ServerExtensions => {
  const list = message.body.extensions ?? []
  const twice = duplicateOf(list)
  if (twice !== undefined)
    throw context.refusal('hello', message, 'tls/extension-twice', 'extensions', {
      got: ExtensionType.nameOf(twice),
      expected: 'it may be there once',
    })
  const unasked = list.findIndex(
    ({ type }) => NEVER_ANSWERED.has(type) || !offer.extensions.some(offered => offered.type === type),
  )
  if (unasked >= 0)
    throw context.refusal('hello', message, 'tls/unoffered-extension', `extensions.${unasked}`, {
      got: ExtensionType.nameOf(list[unasked]!.type),
      expected: offer.extensions.map(({ type }) => ExtensionType.nameOf(type)).join(', '),
    })
  const found = serverView(list)
  checkSecurity(context, message, found, offer.config)
  if (found.pointFormats !== undefined && !found.pointFormats.formats.includes(0))
    throw context.refusal('hello', message, 'tls/illegal-extension', 'extensions', {
      got: 'ec_point_formats without uncompressed',
      expected: 'it must be listed',
    })
  if (found.alpn !== undefined) checkAlpn(context, message, found.alpn.protocols, offer.config.alpn ?? [])
  return found
}

const checkSecurity = (
  context: Context,
  message: Message<'ServerHello'>,
  found: ServerExtensions,
  config: TlsClientConfig,
): void => {
  // RFC 5746 3.4: without it, or with anything in it, somebody may have spliced another handshake before ours.
  const renegotiated = found.renegotiationInfo?.renegotiatedConnection
  if (renegotiated === undefined)
    throw context.refusal('hello', message, 'tls/renegotiation-unprotected', 'extensions', {})
  if (renegotiated.length > 0)
    throw context.refusal('hello', message, 'tls/renegotiation-unsafe', 'extensions', {
      got: `${renegotiated.length} bytes long`,
    })
  // RFC 7627 5.3: "the client MAY abort the handshake" when it wants nothing less.
  if (found.extendedMasterSecret === undefined && config.extendedMasterSecret === 'required')
    throw context.refusal('hello', message, 'tls/no-extended-master-secret', 'extensions', {})
}

/** RFC 7301 3.1: the answer "MUST contain exactly one ProtocolName", and it must be one of ours. */
const checkAlpn = (
  context: Context,
  message: Message<'ServerHello'>,
  protocols: readonly string[],
  offered: readonly string[],
): void => {
  if (protocols.length !== 1 || !offered.includes(protocols[0]!))
    throw context.refusal('hello', message, 'tls/wrong-protocol', 'extensions', {
      got: printable(`ALPN ${protocols.join(', ')}`),
      expected: `it must be one of ${offered.join(', ')}`,
    })
}

export const illegal = (
  context: Context,
  message: Message<'ServerHello'>,
  code: 'tls/wrong-suite' | 'tls/wrong-compression',
  path: string,
  got: number,
): Refusal =>
  context.refusal('hello', message, code, path, {
    got: `0x${got.toString(16)}`,
    expected: 'it must be one that was offered',
  })
