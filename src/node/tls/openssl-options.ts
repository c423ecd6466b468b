/** Options that are OpenSSL's own, `secureProtocol` and `secureOptions`, as far as something follows from them here. */
import { constants } from 'node:crypto'
import { badValue, unsupported } from './errors.ts'
import { VERSIONS, type VersionName } from './names.table.ts'

/** The lowest and the highest version of a method. Throws `TlsError` with Node's codes. */
export const versionsOfMethod = (
  method: string,
  { minVersion, maxVersion }: { readonly minVersion?: unknown; readonly maxVersion?: unknown },
): readonly [lowest: VersionName, highest: VersionName] => {
  for (const version of [minVersion, maxVersion]) {
    if (version != null)
      throw Object.assign(badValue('secureProtocol', `${String(method)} beside ${String(version)}`), {
        code: 'ERR_TLS_PROTOCOL_VERSION_CONFLICT',
      })
  }
  const [, family = ''] = /^(\w+?)(?:_client|_server)?_method$/.exec(method) ?? []
  const versions = Object.hasOwn(METHODS, family) ? METHODS[family] : undefined
  if (versions !== undefined) return versions
  throw Object.assign(badValue('secureProtocol', `${String(method)} is no method of TLS`), {
    code: 'ERR_TLS_INVALID_PROTOCOL_METHOD',
  })
}

const METHODS: Readonly<Record<string, readonly [VersionName, VersionName]>> = {
  TLS: ['TLSv1', 'TLSv1.3'],
  // OpenSSL has one method for both; with this name Node stops at TLS 1.2.
  SSLv23: ['TLSv1', 'TLSv1.2'],
  TLSv1: ['TLSv1', 'TLSv1'],
  TLSv1_1: ['TLSv1.1', 'TLSv1.1'],
  TLSv1_2: ['TLSv1.2', 'TLSv1.2'],
}

/** Each forbids what is never done here, or allows what nobody here asks for. */
const MEANS_NOTHING =
  constants.SSL_OP_ALL |
  constants.SSL_OP_NO_SSLv2 |
  constants.SSL_OP_NO_SSLv3 |
  constants.SSL_OP_NO_TLSv1 |
  constants.SSL_OP_NO_TLSv1_1 |
  constants.SSL_OP_NO_COMPRESSION |
  constants.SSL_OP_NO_RENEGOTIATION |
  constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION |
  constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
  constants.SSL_OP_LEGACY_SERVER_CONNECT |
  constants.SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION

const FORBIDDEN: readonly (readonly [flag: number, version: VersionName])[] = [
  [constants.SSL_OP_NO_TLSv1_2, 'TLSv1.2'],
  [constants.SSL_OP_NO_TLSv1_3, 'TLSv1.3'],
]

/** The versions that `secureOptions` leaves. Throws `TlsError` for flags that would have to be ignored. */
export const versionsLeft = (flags: number): readonly VersionName[] => {
  const known = MEANS_NOTHING | constants.SSL_OP_NO_TICKET
  const unknown = FORBIDDEN.reduce((rest, [flag]) => rest & ~flag, flags & ~known) >>> 0
  if (unknown !== 0)
    throw unsupported(`secureOptions 0x${unknown.toString(16)}`, 'these flags of OpenSSL mean nothing here')
  return VERSIONS.filter(
    version => !FORBIDDEN.some(([flag, forbidden]) => forbidden === version && (flags & flag) !== 0),
  )
}

/** A server's: whether it gives and takes tickets. */
export const ticketsLeft = (flags: number): boolean => (flags & constants.SSL_OP_NO_TICKET) === 0
