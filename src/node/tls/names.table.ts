/** What Node and OpenSSL call what the registries of IANA call otherwise. */
import type { GroupName } from '../../crypto/provider.ts'
import type { TlsVersion } from '../../tls/types.ts'

/** `minVersion` and `maxVersion`, from the oldest. */
export const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

export type VersionName = (typeof VERSIONS)[number]

export const versionNames: Readonly<Record<TlsVersion, VersionName>> = { 'TLS 1.2': 'TLSv1.2', 'TLS 1.3': 'TLSv1.3' }

/** What `getEphemeralKeyInfo` says of a group, as OpenSSL has it: an X25519 key has 253 bits that count. */
export const groupInfo: Readonly<
  Record<string, { readonly type: string; readonly name: string; readonly size: number }>
> = {
  x25519: { type: 'ECDH', name: 'X25519', size: 253 },
  secp256r1: { type: 'ECDH', name: 'prime256v1', size: 256 },
  secp384r1: { type: 'ECDH', name: 'secp384r1', size: 384 },
  secp521r1: { type: 'ECDH', name: 'secp521r1', size: 521 },
}

/** Names for `ecdhCurve`, in small letters. */
export const groupsByName: Readonly<Record<string, GroupName>> = {
  x25519: 'x25519',
  x25519mlkem768: 'X25519MLKEM768',
  'p-256': 'secp256r1',
  prime256v1: 'secp256r1',
  secp256r1: 'secp256r1',
  'p-384': 'secp384r1',
  secp384r1: 'secp384r1',
  'p-521': 'secp521r1',
  secp521r1: 'secp521r1',
}

/** OpenSSL's reasons for alerts that came, by number: Node makes `ERR_SSL_…` of them. */
export const alertReasons: Readonly<Record<number, string>> = {
  10: 'SSLV3_ALERT_UNEXPECTED_MESSAGE',
  20: 'SSLV3_ALERT_BAD_RECORD_MAC',
  22: 'TLSV1_ALERT_RECORD_OVERFLOW',
  40: 'SSLV3_ALERT_HANDSHAKE_FAILURE',
  42: 'SSLV3_ALERT_BAD_CERTIFICATE',
  43: 'SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
  44: 'SSLV3_ALERT_CERTIFICATE_REVOKED',
  45: 'SSLV3_ALERT_CERTIFICATE_EXPIRED',
  46: 'SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  47: 'SSLV3_ALERT_ILLEGAL_PARAMETER',
  48: 'TLSV1_ALERT_UNKNOWN_CA',
  49: 'TLSV1_ALERT_ACCESS_DENIED',
  50: 'TLSV1_ALERT_DECODE_ERROR',
  51: 'TLSV1_ALERT_DECRYPT_ERROR',
  70: 'TLSV1_ALERT_PROTOCOL_VERSION',
  71: 'TLSV1_ALERT_INSUFFICIENT_SECURITY',
  80: 'TLSV1_ALERT_INTERNAL_ERROR',
  86: 'TLSV1_ALERT_INAPPROPRIATE_FALLBACK',
  90: 'TLSV1_ALERT_USER_CANCELLED',
  100: 'TLSV1_ALERT_NO_RENEGOTIATION',
  109: 'TLSV13_ALERT_MISSING_EXTENSION',
  110: 'TLSV1_UNSUPPORTED_EXTENSION',
  112: 'TLSV1_UNRECOGNIZED_NAME',
  113: 'TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE',
  116: 'TLSV13_ALERT_CERTIFICATE_REQUIRED',
  120: 'TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
}

/** `TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA` is `ECDHE-RSA-AES128-SHA` to OpenSSL; suites of TLS 1.3 have one name. */
export const opensslName = (iana: string): string =>
  iana.includes('_WITH_')
    ? iana
        .replace(/^TLS_/, '')
        .replace(/^RSA_WITH_/, '')
        .replace('_WITH_', '_')
        .replace(/AES_(\d+)/, 'AES$1')
        .replace('_CBC', '')
        .replace('POLY1305_SHA256', 'POLY1305')
        .replaceAll('_', '-')
    : iana
