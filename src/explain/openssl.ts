/**
 * OpenSSL's error numbers, taken apart. `error:0A00010B` is of OpenSSL 3 (eight bits of library above 23 of reason),
 * `error:1408F10B` of 1.0 and 1.1 and of LibreSSL (library, function, reason), `error:100000f7` of BoringSSL (library,
 * reason). Which of the three it is, the number of the library tells: SSL is 20 for the first two, 16 for the third.
 */
import { opensslReasons } from './openssl-reasons.table.ts'

export type OpensslLayout = 'OpenSSL 3' | 'OpenSSL 1' | 'BoringSSL'

export interface OpensslError {
  /** As it stood there: `0A00010B`. */
  readonly digits: string
  readonly layout: OpensslLayout
  /** Number of the library. */
  readonly library: number
  /** `SSL routines`; undefined where it is not known here. */
  readonly libraryName: string | undefined
  readonly reason: number
  /** `wrong version number`; undefined where it is not known here. */
  readonly text: string | undefined
  /** The alert that the other side sent. */
  readonly alert: number | undefined
  /** What the operating system said. */
  readonly errno: number | undefined
}

/** Libraries of OpenSSL by number (`openssl/err.h`). */
const LIBRARIES: Readonly<Record<number, string>> = {
  2: 'system library',
  3: 'bignum routines',
  4: 'rsa routines',
  5: 'Diffie-Hellman routines',
  6: 'digital envelope routines',
  7: 'memory buffer routines',
  8: 'object identifier routines',
  9: 'PEM routines',
  10: 'dsa routines',
  11: 'x509 certificate routines',
  13: 'asn1 encoding routines',
  14: 'configuration file routines',
  15: 'common libcrypto routines',
  16: 'elliptic curve routines',
  20: 'SSL routines',
  32: 'BIO routines',
  33: 'PKCS7 routines',
  34: 'X509 V3 routines',
  35: 'PKCS12 routines',
  36: 'random number generator',
  38: 'engine routines',
  39: 'OCSP routines',
  44: 'STORE routines',
  57: 'Provider routines',
  60: 'DECODER routines',
}

/** Libraries of BoringSSL by number; the first ones are as above (`openssl/err.h` there). */
const BORING_SSL = 16
/** OpenSSL's number of its library for TLS. */
const SSL = 20
/** Alerts that were received are reasons from here on. */
const ALERTS = 1000

/** The numbers in `text`, in their order. */
export const opensslErrors = (text: string): readonly OpensslError[] =>
  [...text.matchAll(/(?:\berror:|\berrstr |^\s*(?:0x)?)([0-9a-f]{8})(?![0-9a-f])/gi)].map(([, digits]) =>
    decoded(digits!, text),
  )

const decoded = (digits: string, text: string): OpensslError => {
  const code = Number.parseInt(digits, 16)
  if (code >= 2 ** 31) return { ...named(digits, 'OpenSSL 3', 2, code - 2 ** 31), errno: code - 2 ** 31 }
  const first = Math.floor(code / 2 ** 24)
  // A library of OpenSSL 3 shares its lowest bit with the reason: 0x0a is 20, 0x10 would be 32 or BoringSSL's.
  if (first === BORING_SSL && code % 2 ** 24 < 2 ** 12 && !/BIO routines/i.test(text))
    return named(digits, 'BoringSSL', first, code % 2 ** 12)
  // The same byte in OpenSSL 3 would be the number of a library that is not there: twice as large, or one more.
  if (first === SSL || first === 9 || first === 11 || first === 13)
    return named(digits, 'OpenSSL 1', first, code % 2 ** 12)
  return named(digits, 'OpenSSL 3', Math.floor(code / 2 ** 23), code % 2 ** 23)
}

const named = (digits: string, layout: OpensslLayout, library: number, reason: number): OpensslError => {
  const isSsl = library === (layout === 'BoringSSL' ? BORING_SSL : SSL)
  const alert = isSsl && reason >= ALERTS && reason < ALERTS + 256 ? reason - ALERTS : undefined
  return {
    digits: digits.toUpperCase(),
    layout,
    library,
    libraryName: isSsl ? LIBRARIES[SSL] : layout === 'BoringSSL' ? undefined : LIBRARIES[library],
    reason,
    // BoringSSL counts its reasons in another order.
    text: isSsl && layout !== 'BoringSSL' ? opensslReasons[reason] : undefined,
    alert,
    errno: undefined,
  }
}
