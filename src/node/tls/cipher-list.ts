/**
 * The list of suites in OpenSSL's language (`ciphers`): names, classes (`ECDHE+AESGCM`), `!NAME` and `@SECLEVEL=1`. Classes
 * mean what is offered without a list too; what is weaker is chosen by its own name alone.
 */
import { type AnySuiteName, DEFAULT_SUITES, rsaSuites, type Suite, suites, suites13 } from '../../tls/suites.table.ts'
import { badValue, unsupported } from './errors.ts'
import { opensslName } from './names.table.ts'

type Older = Suite & { readonly name: AnySuiteName }

const older: readonly Older[] = [...suites, ...rsaSuites]
const newest: readonly AnySuiteName[] = suites13.map(({ name }) => name)

const both = (names: readonly string[], belongs: (suite: Older) => boolean): Record<string, typeof belongs> =>
  Object.fromEntries(names.map(name => [name, belongs]))

/** In capitals. */
const CLASSES: Readonly<Record<string, (suite: Older) => boolean>> = {
  ALL: () => true,
  DEFAULT: () => true,
  HIGH: () => true,
  'TLSV1.2': suite => suite.mode === 'aead' || suite.mac !== 'sha1',
  ...both(['ECDHE', 'EECDH', 'KECDHE', 'KEECDH'], suite => suite.exchange === 'ecdhe'),
  ...both(['RSA', 'KRSA'], suite => suite.exchange === 'rsa'),
  ARSA: suite => suite.authentication === 'rsa',
  ...both(['ECDSA', 'AECDSA'], suite => suite.authentication === 'ecdsa'),
  AES: suite => /_AES_/.test(suite.name),
  AES128: suite => /_AES_128_/.test(suite.name),
  AES256: suite => /_AES_256_/.test(suite.name),
  AESGCM: suite => /_GCM_/.test(suite.name),
  CHACHA20: suite => /_CHACHA20_/.test(suite.name),
  ...both(['SHA', 'SHA1'], suite => suite.mode === 'cbc' && suite.mac === 'sha1'),
  SHA256: suite => suite.mode === 'cbc' && suite.mac === 'sha256',
  SHA384: suite => suite.mode === 'cbc' && suite.mac === 'sha384',
}

/**
 * What names none of ours adds none, and those of TLS 1.3 stay as they are where none of them is named, as with Node.
 * Throws `TlsError` where nothing is left (`ERR_SSL_NO_CIPHER_MATCH`), and for a security level above ours.
 */
export const suitesNamed = (ciphers: string): readonly AnySuiteName[] => {
  let chosen: AnySuiteName[] = []
  const never = new Set<string>()
  for (const word of ciphers.replaceAll('@', ':@').split(/[:,; ]+/)) {
    if (word.startsWith('@')) {
      checkLevel(word)
      continue
    }
    const [, sign = '', name = ''] = /^([!+-]?)(.*)$/.exec(word) ?? []
    if (sign === '') chosen.push(...meant(name).filter(each => !chosen.includes(each)))
    else if (sign === '-') chosen = chosen.filter(each => !left(name).includes(each))
    else if (sign === '!') for (const each of left(name)) never.add(each)
  }
  const rest = chosen.filter(name => !never.has(name))
  if (rest.length === 0 && WITH_KEYS.test(ciphers)) return newest.filter(name => !never.has(name))
  if (rest.length > 0) return rest.some(name => newest.includes(name)) ? rest : [...newest, ...rest]
  throw Object.assign(badValue('ciphers', `none of ${ciphers} is spoken here`), { code: 'ERR_SSL_NO_CIPHER_MATCH' })
}

/** Suites with a key from elsewhere (`pskCallback`): TLS 1.3 has it in all of its suites, and those of TLS 1.2 are not spoken. */
const WITH_KEYS = /(?:^|[:,; ])(?:\w[\w+-]*[+-])?[ka]?(?:(?:EC)?DHE|RSA)?PSK\b/

const named = (name: string): readonly AnySuiteName[] =>
  [...suites13, ...older]
    .filter(suite => suite.name === name || opensslName(suite.name) === name)
    .map(({ name }) => name)

/** Of the suites before TLS 1.3 those that are in all of `A+B`; undefined where a word is no class. */
const inClasses = (words: string): readonly AnySuiteName[] | undefined => {
  const all = words
    .split('+')
    .map(word => (Object.hasOwn(CLASSES, word.toUpperCase()) ? CLASSES[word.toUpperCase()] : undefined))
  if (all.includes(undefined)) return undefined
  return older.filter(suite => all.every(belongs => belongs?.(suite))).map(({ name }) => name)
}

const meant = (name: string): readonly AnySuiteName[] => {
  const exactly = named(name)
  if (exactly.length > 0) return exactly
  if (/^(DEFAULT|HIGH|ALL)$/.test(name)) return DEFAULT_SUITES
  return (inClasses(name) ?? []).filter(each => DEFAULT_SUITES.includes(each))
}

const left = (name: string): readonly AnySuiteName[] => {
  const exactly = named(name)
  return exactly.length > 0 ? exactly : (inClasses(name) ?? [])
}

/** Levels up to 2 ask for no more than is asked here of everybody; a lower one makes nothing weaker. */
const checkLevel = (word: string): void => {
  const [, level] = /^@SECLEVEL=(\d)$/.exec(word) ?? []
  if (word === '@STRENGTH' || (level !== undefined && Number(level) <= 2)) return
  throw unsupported(`ciphers ${word}`, 'keys are asked for 112 bits of security, as level 2 does')
}
