/**
 * What the fields of messages mean: one sentence for each name, in every language. The same name in many formats is
 * written once; `en/fields.table.ts` says where it means something else. Only those who show fields import this.
 */
import type { Layer } from '../trace/types.ts'
import { fields as english, type FieldKey } from './en/fields.table.ts'
import type { Language } from './words.ts'
import { fields as chinese } from './zh/fields.table.ts'

export type { FieldKey } from './en/fields.table.ts'

/** A layer of a trace, or a format that is none: a capture file, a certificate. */
export type FieldScope = Layer | 'pcapng' | 'x509'

const MEANINGS: Readonly<Record<Language, Readonly<Record<FieldKey, string>>>> = { en: english, zh: chinese }

/** What a field is called for its meaning: without numbers of lists, and without what stands in front of padding. */
const bare = (name: string): string | undefined =>
  /(?:^|\s)padding$/.test(name) ? 'padding' : /^\d+$/.test(name) ? undefined : name

const keyIn = (scope: FieldScope, name: string, parent: string | undefined): FieldKey | undefined =>
  [...(parent === undefined ? [] : [`${scope}/${parent}.${name}`, `${parent}.${name}`]), `${scope}/${name}`, name].find(
    (key): key is FieldKey => Object.hasOwn(english, key),
  )

/** Parts of a certificate, which may lie in a message of TLS. */
const OF_CERTIFICATE: ReadonlySet<string> = new Set(['tbsCertificate', 'signatureAlgorithm', 'signatureValue'])

/** What stands in a head besides fields with names of the sender. */
const PARTS_OF_HEAD: ReadonlySet<string> = new Set(['requestLine', 'statusLine', 'end'])

/**
 * The key of the meaning of a field at `path`, names from below the message down to the field itself. Undefined for a
 * place in a list, which has the meaning of the list, and for a name that comes from a peer, as that of a header field.
 */
export const fieldKeyOf = (scope: FieldScope, path: readonly string[]): FieldKey | undefined => {
  const name = bare(path.at(-1) ?? '')
  if (name === undefined || (scope === 'http' && path.length === 1 && !PARTS_OF_HEAD.has(name))) return undefined
  const inside = path.some(each => OF_CERTIFICATE.has(each))
  const above = path
    .slice(0, -1)
    .map(bare)
    .filter(each => each !== undefined)
  return keyIn(inside ? 'x509' : scope === 'record' ? 'tls' : scope, name, above.at(-1))
}

/** One sentence about the field at `path` of a message of `scope`; undefined where there is nothing to say. */
export const meaningOf = (language: Language, scope: FieldScope, path: readonly string[]): string | undefined => {
  const key = fieldKeyOf(scope, path)
  return key === undefined ? undefined : MEANINGS[language][key]
}
