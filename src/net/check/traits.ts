/** What the name of a cipher suite says about it (RFC 5246 A.5 and those that follow it). */
import { cipherSuiteNames } from '../../tls/messages/cipher-suites.table.ts'
import { CipherSuite } from '../../tls/messages/registries.table.ts'

/** What is bad about a suite, worst first. */
export type Weakness = 'null' | 'anonymous' | 'export' | 'des' | 'rc4' | '3des' | 'old' | 'static' | 'cbc'

const signalling = (name: string): boolean => name.endsWith('_SCSV')
const isTls13 = (name: string): boolean => !name.includes('_WITH_') && !signalling(name)

/** Numbers in the key exchange, not curves. */
export const isNumbers = (suite: number): boolean => /^TLS_DHE_|^TLS_DH_anon_/.test(CipherSuite.nameOf(suite))

export const isForward = (name: string): boolean => isTls13(name) || /^TLS_(?:ECDHE|DHE|ECCPWD)_/.test(name)

/** What signs (or encrypts) in it: `any` in TLS 1.3; undefined where no certificate is shown. */
export const authenticationOf = (name: string): 'rsa' | 'ecdsa' | 'any' | undefined => {
  if (isTls13(name)) return 'any'
  const exchange = name.slice(0, name.indexOf('_WITH_'))
  if (/anon|PSK|SRP_SHA$|KRB5|DSS|NULL$/.test(exchange) && !/RSA_PSK/.test(exchange)) return undefined
  if (/ECDSA$/.test(exchange)) return 'ecdsa'
  return /RSA(?:_EXPORT)?$/.test(exchange) && !/^TLS_E?C?DH_/.test(exchange) ? 'rsa' : undefined
}

/** Curves that RFC 8422 5.1.1 took away: short, or of a kind that nobody looked after. */
export const groupIsOld = (name: string): boolean =>
  /^sec[pt]\d+[kr]\d$/.test(name) && !/^secp(?:256|384|521)r1$/.test(name)

/** Keys that both sides have from elsewhere, passwords and tickets of Kerberos: nobody who only looks has one. */
export const needsSecret = (name: string): boolean => /PSK|SRP|KRB5|ECCPWD/.test(name)

export const weaknessesOf = (suite: number): readonly Weakness[] => weaknessesIn(CipherSuite.nameOf(suite))

export const weaknessesIn = (name: string): readonly Weakness[] => {
  const found: Weakness[] = []
  if (/WITH_NULL|^TLS_SHA(?:256|384)_SHA/.test(name)) found.push('null')
  if (/_anon_/.test(name)) found.push('anonymous')
  if (/EXPORT/.test(name)) found.push('export')
  if (/WITH_DES_|DES40/.test(name)) found.push('des')
  if (/WITH_RC4/.test(name)) found.push('rc4')
  if (/3DES/.test(name)) found.push('3des')
  if (/IDEA|RC2|SEED|_MD5$/.test(name)) found.push('old')
  if (!isForward(name) && !/_anon_/.test(name)) found.push('static')
  if (/CBC/.test(name)) found.push('cbc')
  return found
}

/** AEAD with forward secrecy before CBC with it, before what has none, before what protects nothing. */
const rank = (name: string): number => {
  const weak = weaknessesIn(name)
  const isBroken = BROKEN.some(each => weak.includes(each))
  const isUsual = /AES|CHACHA20/.test(name) && !/CCM/.test(name)
  return (
    (isBroken ? 100 : 0) + (isUsual ? 0 : 50) + (weak.includes('static') ? 20 : 0) + (weak.includes('cbc') ? 10 : 0)
  )
}

const BROKEN: readonly Weakness[] = ['null', 'anonymous', 'export', 'des', 'rc4', '3des', 'old']

/** By number: those that a client may offer in TLS 1.2 and before, best first as far as names tell. */
export const OLD_SUITES: readonly number[] = /* @__PURE__ */ (() =>
  Object.entries(cipherSuiteNames)
    .filter(([name, id]) => !isTls13(name) && !signalling(name) && !needsSecret(name) && id !== 0)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([, id]) => id))()

/** Those of TLS 1.3; integrity alone (RFC 9150) and ShangMi among them, and none that are for other uses. */
export const NEW_SUITES: readonly number[] = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305, 0x00c6, 0x00c7, 0x1306, 0x1307]
