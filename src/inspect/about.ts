/** More about a message in words, read from its own bytes where the engine did not say it. */

import { Failure } from '../failures/index.ts'
import { clientView, extensionsIn, serverView } from '../tls/messages/extensions.ts'
import type { ClientHello } from '../tls/messages/hello.ts'
import {
  CertificateCompressionAlgorithm,
  CipherSuite,
  KeyUpdateRequest,
  NamedGroup,
  SignatureScheme,
} from '../tls/messages/registries.table.ts'
import type { MessageRecord } from '../trace/types.ts'
import { parseCertificate } from '../x509/certificate/certificate.ts'
import { headerOf, setCookies } from './exchanges.ts'
import { chainIn, type ToldHandshake, toldBy } from './handshake.ts'
import { size } from './style.ts'
import { whoIs } from './who.ts'

/** What a line of a ladder says behind the name; empty when there is nothing to add. */
export const aboutOf = (message: MessageRecord): string => {
  if (message.about !== undefined) return message.about
  if (message.layer === 'tls') return aboutHandshake(toldBy(message))
  if (message.layer === 'http') return aboutHead(message)
  return ''
}

/** `AES-128-GCM` of `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256`: what protects the records. */
export const shortSuite = (suite: string): string =>
  suite
    .replace(/^TLS_([A-Z0-9_]+_WITH_)?/, '')
    .replace(/_SHA\d*$/, '')
    .replaceAll('_', '-')

const aboutHandshake = (told: ToldHandshake | undefined): string => {
  const chain = chainIn(told)
  if (chain !== undefined) return aboutChain(chain)
  switch (told?.name) {
    case 'ClientHello':
      return aboutClientHello(told.body)
    case 'ServerHello': {
      const group = serverView(told.body.extensions ?? []).keyShare?.serverShare.group
      return [shortSuite(CipherSuite.nameOf(told.body.cipherSuite)), groupName(group)].filter(Boolean).join(', ')
    }
    case 'HelloRetryRequest':
      return groupName(extensionsIn(told.body.extensions ?? [], 'helloRetryRequest').keyShare?.selectedGroup)
    case 'EncryptedExtensions':
      return aboutEncrypted(extensionsIn(told.body.extensions, 'encryptedExtensions'))
    case 'ServerKeyExchange':
      return groupName(told.body.params.group)
    case 'CertificateVerify':
      return SignatureScheme.nameOf(told.body.scheme)
    case 'CompressedCertificate':
      return `${CertificateCompressionAlgorithm.nameOf(told.body.algorithm)}, of ${size(told.body.uncompressedLength)}`
    case 'KeyUpdate':
      return KeyUpdateRequest.nameOf(told.body.request)
    default:
      return ''
  }
}

const aboutClientHello = ({ cipherSuites, extensions }: ClientHello): string => {
  const { serverName, supportedGroups, sessionTicket, preSharedKey, earlyData } = clientView(extensions ?? [])
  const name = serverName?.names[0]?.body
  const resumes = preSharedKey !== undefined || (sessionTicket?.ticket.length ?? 0) > 0
  const parts = [
    typeof name === 'string' ? name : undefined,
    counted(cipherSuites.length, 'suite'),
    supportedGroups && counted(supportedGroups.groups.length, 'group'),
    resumes ? 'to resume' : undefined,
    earlyData && 'early data',
  ]
  return parts.filter(part => part !== undefined).join(', ')
}

/** `1 suite`, `2 suites`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const groupName = (group: number | undefined): string => (group === undefined ? '' : NamedGroup.nameOf(group))
const aboutEncrypted = ({ alpn, earlyData }: ReturnType<typeof extensionsIn<'encryptedExtensions'>>): string =>
  [protocols(alpn), earlyData && 'early data accepted'].filter(Boolean).join(', ')
const protocols = (alpn: { readonly protocols: readonly string[] } | undefined): string =>
  alpn?.protocols.join(', ') ?? ''

const aboutChain = (chain: readonly Uint8Array[]): string => {
  if (chain.length === 0) return 'none'
  const leaf = parseCertificate(chain[0]!)
  if (leaf instanceof Failure) return whoIs(chain) ?? `not readable, ${chain.length} in chain`
  return `${leaf.subject.text}, ${chain.length} in chain`
}

const aboutHead = (message: MessageRecord): string => {
  const length = headerOf(message, 'content-length')
  const cookies = setCookies(message).map(cookie => `sets ${cookie.name}`)
  const parts = [
    headerOf(message, 'content-type')?.split(';')[0],
    length !== undefined && /^\d{1,15}$/.test(length) ? size(Number(length)) : undefined,
    headerOf(message, 'cookie') === undefined ? undefined : 'with a cookie',
    ...cookies,
  ]
  return parts.filter(part => part !== undefined).join(', ')
}
