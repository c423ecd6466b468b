/** The rules of DER in words, with where they are written. */
import type { DerRule } from './der.ts'

export const derRules: Readonly<Record<DerRule, { readonly says: string; readonly rule: string }>> = {
  truncated: { says: 'ends before its length says', rule: 'X.690 8.1.3' },
  trailing: { says: 'has bytes left over behind it', rule: 'X.690 8.1.3' },
  'long-tag': { says: 'has a tag number above 30, which no field here has', rule: 'X.690 8.1.2.4' },
  'end-of-contents': { says: 'has an end-of-contents mark, which DER never needs', rule: 'X.690 10.1' },
  'indefinite-length': { says: 'has an indefinite length', rule: 'X.690 10.1' },
  'length-not-minimal': { says: 'has a length in more octets than needed', rule: 'X.690 10.1' },
  'length-too-long': { says: 'has a length of more than four octets', rule: 'X.690 8.1.3.5' },
  'unexpected-tag': { says: 'has another type than its definition', rule: 'X.690 8.1.2' },
  'constructed-string': { says: 'is a string or number in pieces', rule: 'X.690 10.2' },
  'primitive-sequence': { says: 'is a SEQUENCE or SET without structure', rule: 'X.690 8.9.1' },
  'too-deep': { says: 'is nested too deeply', rule: 'RFC 5280 4.1' },
  'boolean-value': { says: 'is a BOOLEAN that is neither 00 nor FF', rule: 'X.690 11.1' },
  'integer-empty': { says: 'is an INTEGER without octets', rule: 'X.690 8.3.1' },
  'integer-not-minimal': { says: 'is an INTEGER with superfluous leading octets', rule: 'X.690 8.3.2' },
  'integer-too-big': { says: 'is a number larger than makes sense here', rule: 'RFC 5280 4.1' },
  'null-not-empty': { says: 'is a NULL with contents', rule: 'X.690 8.8.2' },
  'oid-malformed': { says: 'is an OBJECT IDENTIFIER with a broken number', rule: 'X.690 8.19.2' },
  'bit-string-padding': { says: 'is a BIT STRING whose unused bits are wrong', rule: 'X.690 11.2.1' },
  'set-order': { says: 'is a SET OF out of order', rule: 'X.690 11.6' },
  'time-malformed': { says: 'is a time that is not written YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ', rule: 'X.690 11.7' },
  'string-character': { says: 'has a character that its string type does not have', rule: 'X.690 8.23' },
  'default-encoded': { says: 'spells out a default value', rule: 'X.690 11.5' },
  empty: { says: 'is empty and must not be', rule: 'RFC 5280 4.2.1' },
  value: { says: 'has a value that is not allowed', rule: 'RFC 5280 4.1' },
}
