/**
 * Keys that both ends have from elsewhere (`pskCallback`): what callbacks of `node:tls` give, as the engine takes it. In
 * TLS 1.3 alone, where such a key is for SHA-256 (RFC 9846 4.3.11), as OpenSSL has it; the suites of TLS 1.2 that take
 * one are not spoken.
 */
import type { Bytes } from '../../engine.ts'
import { ExternalKey, MOST_IDENTITY } from '../../tls/session/external-key.ts'
import { suites13 } from '../../tls/suites.table.ts'
import type { SecureContext } from './context.ts'
import { badType, badValue, unsupported } from './errors.ts'
import type { InspectedSocket } from './inspected-socket.ts'

export interface SharedKey {
  /** At least 16 bytes that nobody can guess. */
  readonly psk: ArrayBufferView
  /** What both ends call it; it goes over the wire in clear. */
  readonly identity: string
}

/** Called once, when the handshake begins; null: no key is offered. TLS 1.3 has no hints. */
export type ClientPskCallback = (hint: null) => SharedKey | null | undefined

/** Which key a client means; nothing where there is none of this name. */
export type ServerPskCallback = {
  // As a method: whoever writes one calls the socket by the class that he knows.
  call(socket: InspectedSocket, identity: string): ArrayBufferView | Pick<SharedKey, 'psk'> | null | undefined
}['call']

interface Keyed {
  readonly isServer?: boolean | undefined
  readonly requestCert?: boolean | undefined
  readonly rejectUnauthorized?: boolean | undefined
  readonly pskIdentityHint?: string | undefined
  readonly pskCallback?: unknown
}

/** OpenSSL's `PSK_MAX_IDENTITY_LEN`. */
const MOST_HINT = 256

/** Throws `TlsError` where no key could come into use. */
export const checkSharedKeys = (options: Keyed, { versions, suites }: SecureContext): void => {
  const { pskCallback, pskIdentityHint, isServer, requestCert, rejectUnauthorized } = options
  if (pskIdentityHint && Buffer.byteLength(pskIdentityHint) > MOST_HINT)
    throw Object.assign(badValue('pskIdentityHint', `is longer than ${MOST_HINT} bytes`), {
      code: 'ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED',
    })
  if (!pskCallback) return
  if (!versions.includes('TLS 1.3')) throw unsupported('pskCallback', 'such keys are for TLS 1.3, which is ruled out')
  if (!suites13.some(({ name, hash }) => hash === 'sha256' && (suites?.includes(name) ?? true)))
    throw unsupported('pskCallback', 'such keys are for suites with SHA-256, and ciphers has none of TLS 1.3')
  if (isServer && requestCert && rejectUnauthorized !== false)
    throw unsupported(
      'pskCallback',
      'beside requestCert a client must show a certificate, and with a key none is shown',
    )
}

/** Throws what the callback throws, and for what is no key. */
export const clientKey = (socket: InspectedSocket, callback: ClientPskCallback): ExternalKey | undefined => {
  const given: unknown = callback.call(socket, null)
  if (given == null) return undefined
  if (typeof given !== 'object') throw badType('ret', 'an object', given)
  const { psk, identity } = given as Partial<SharedKey>
  if (typeof identity !== 'string') throw badType('identity', 'a string', identity)
  return keyOf(psk, new TextEncoder().encode(identity), 'client')
}

/** The first that the callback knows. Throws what it throws, and for what is no key. */
export const serverKey = (
  socket: InspectedSocket,
  callback: ServerPskCallback,
  identities: readonly Bytes[],
): ExternalKey | undefined => {
  for (const identity of identities) {
    const name = nameIn(identity)
    const given: unknown = name === undefined ? undefined : callback.call(socket, socket, name)
    if (given == null) continue
    if (typeof given !== 'object') throw badType('ret', 'an object or bytes', given)
    return keyOf(ArrayBuffer.isView(given) ? given : (given as Partial<SharedKey>).psk, identity, 'server')
  }
  return undefined
}

/** Undefined for tickets, and for what else cannot be the name of a key. */
const nameIn = (identity: Bytes): string | undefined => {
  if (identity.length > MOST_IDENTITY) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(identity)
  } catch {
    return undefined
  }
}

const keyOf = (psk: unknown, identity: Bytes, role: 'client' | 'server'): ExternalKey => {
  if (!ArrayBuffer.isView(psk)) throw badType('psk', 'bytes', psk)
  return ExternalKey.of({ identity, key: new Uint8Array(psk.buffer, psk.byteOffset, psk.byteLength), role })
}
