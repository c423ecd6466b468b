/** Identifiers of files of keys: PKCS#5 (RFC 8018), PKCS#7 (RFC 5652), PKCS#9 (RFC 2985), PKCS#12 (RFC 7292). */

export const FILE_OID = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  pbmac1: '1.2.840.113549.1.5.14',
  /** RFC 7914 7. */
  scrypt: '1.3.6.1.4.1.11591.4.11',
  hmacWithSHA1: '1.2.840.113549.2.7',
  hmacWithSHA256: '1.2.840.113549.2.9',
  hmacWithSHA384: '1.2.840.113549.2.10',
  hmacWithSHA512: '1.2.840.113549.2.11',
  'aes128-CBC': '2.16.840.1.101.3.4.1.2',
  'aes192-CBC': '2.16.840.1.101.3.4.1.22',
  'aes256-CBC': '2.16.840.1.101.3.4.1.42',
  'des-EDE3-CBC': '1.2.840.113549.3.7',
  'rc2-CBC': '1.2.840.113549.3.2',

  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  encryptedData: '1.2.840.113549.1.7.6',

  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  x509Certificate: '1.2.840.113549.1.9.22.1',

  pbeWithSHAAnd128BitRC4: '1.2.840.113549.1.12.1.1',
  pbeWithSHAAnd40BitRC4: '1.2.840.113549.1.12.1.2',
  'pbeWithSHAAnd3-KeyTripleDES-CBC': '1.2.840.113549.1.12.1.3',
  'pbeWithSHAAnd2-KeyTripleDES-CBC': '1.2.840.113549.1.12.1.4',
  'pbeWithSHAAnd128BitRC2-CBC': '1.2.840.113549.1.12.1.5',
  'pbeWithSHAAnd40BitRC2-CBC': '1.2.840.113549.1.12.1.6',
  pbeWithMD5AndDES: '1.2.840.113549.1.5.3',
  pbeWithSHA1AndDES: '1.2.840.113549.1.5.10',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
} as const

/** The name of an algorithm, or its number. */
export const algorithmName = (oid: string): string =>
  Object.entries(FILE_OID).find(([, number]) => number === oid)?.[0] ?? oid
