/** More about a message in words, read from its own bytes where the engine did not say it. */

import { Failure } from '../failures/index.ts'
import { CipherSuite, HandshakeType, NamedGroup } from '../tls/messages/registries.table.ts'
import { bodies } from '../tls/messages/tls12.ts'
import type { MessageRecord } from '../trace/types.ts'
import { type Codec, decode, type Tagged } from '../wire/codec.ts'
import { WireError } from '../wire/reader.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { headerOf, setCookies } from './exchanges.ts'
import { size } from './style.ts'

/** What a line of a ladder says behind the name; empty when there is nothing to add. */
export const aboutOf = (message: MessageRecord): string => {
  if (message.about !== undefined) return message.about
  if (message.layer === 'tls') return tolerant(() => aboutHandshake(message.bytes))
  if (message.layer === 'http') return aboutHead(message)
  return ''
}

/** `AES-128-GCM` of `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256`: what protects the records. */
export const shortSuite = (suite: string): string =>
  suite
    .replace(/^TLS_([A-Z0-9_]+_WITH_)?/, '')
    .replace(/_SHA\d*$/, '')
    .replaceAll('_', '-')

/** The inspector reads what it can; bytes that do not fit have nothing to say here. */
const tolerant = (read: () => string): string => {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireError) return ''
    throw error
  }
}

/** Type and length of a handshake message come before its body. */
const HEAD = 4

const aboutHandshake = (bytes: Uint8Array): string => {
  const body = bytes.subarray(HEAD)
  const read = <T>(codec: Codec<T>): T => decode(codec, body)
  switch (bytes[0]) {
    case HandshakeType.names.ClientHello: {
      const hello = read(bodies.ClientHello)
      const suites = `${hello.cipherSuites.length} suites`
      const name = serverName(hello.extensions ?? [])
      return name === undefined ? suites : `${name}, ${suites}`
    }
    case HandshakeType.names.ServerHello:
      return shortSuite(CipherSuite.nameOf(read(bodies.ServerHello).cipherSuite))
    case HandshakeType.names.Certificate:
      return aboutChain(read(bodies.Certificate).chain)
    case HandshakeType.names.ServerKeyExchange:
      return NamedGroup.nameOf(read(bodies.ServerKeyExchange).params.group)
    default:
      return ''
  }
}

const serverName = (extensions: readonly Tagged[]): string | undefined => {
  const found = extensions.find(each => each.type === 0)?.body as { names?: readonly Tagged[] } | undefined
  const name = found?.names?.[0]?.body
  return typeof name === 'string' ? name : undefined
}

const aboutChain = (chain: readonly Uint8Array[]): string => {
  if (chain.length === 0) return 'none'
  const leaf = parseCertificate(chain[0]!)
  return `${leaf instanceof Failure ? 'not readable' : leaf.subject.text}, ${chain.length} in chain`
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
