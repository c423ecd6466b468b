/** Where we and llhttp do not read the same of the same bytes, and why. */
import type { Reading } from './llhttp.ts'

export interface Difference {
  readonly kind: 'only we refuse' | 'only llhttp refuses' | 'other lines'
  readonly ours: Reading
  readonly theirs: Reading
  /** Index of the first line that is not the same. */
  readonly at: number
  /** The input as Latin-1. */
  readonly text: string
}

export interface Explained {
  readonly name: string
  readonly kind: Difference['kind']
  readonly because: string
  /** Whether a difference of this kind is this one. */
  readonly is: (difference: Difference) => boolean
}

const refusing = (code: string, because: string, pattern?: RegExp): Explained => ({
  name: code,
  kind: 'only we refuse',
  because,
  is: ({ ours, text }) => ours.refused === code && (pattern === undefined || pattern.test(text)),
})
/** Where a request is awaited, not inside one. */
const between = (code: string, because: string): Explained => ({
  name: code,
  kind: 'only we refuse',
  because,
  is: ({ ours }) => ours.refused === code && ours.lines.lastIndexOf('end') >= ours.lines.findLastIndex(isRequest),
})
const isRequest = (line: string): boolean =>
  / 1\.[01]$/.test(line) && !line.startsWith('| ') && !line.startsWith('body ')
const accepting = (name: string, reason: RegExp, because: string, pattern?: RegExp): Explained => ({
  name,
  kind: 'only llhttp refuses',
  because,
  is: ({ theirs, text }) => reason.test(theirs.refused ?? '') && (pattern === undefined || pattern.test(text)),
})

// Said once more and more simply than the engine says it, so that it cannot be what explains its own refusals.
const headsOf = (text: string): readonly string[] =>
  text.split(/\r\n(?=[!#$%&'*+.^_`|~\w-]+ [^\r\n]* HTTP\/1\.\d\r\n)/).map(one => one.split('\r\n\r\n')[0]!)
const hasOneHost = (head: string): boolean => {
  const hosts = [...head.matchAll(/^host:[ \t]*(.*?)[ \t]*\r?$/gim)]
  return hosts.length === 1 && /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(hosts[0]![1]!)
}
const hasPlainTarget = (head: string): boolean => /^[\r\n]*(\S+ \/[\w\-./~!$&'()*+,;=:@?]*|OPTIONS \*) /.test(head)
/**
 * RFC 3986 2: none of these stands in a URI as it is, and a target has no fragment (RFC 9112 3.2). Such a target is refused
 * before its line, or a version, has come.
 */
const hasForbiddenOctet = (text: string): boolean => /[!#$%&'*+.^_`|~\w-]+ \/\S*["#<>\\^`{|}]/.test(text)
/** Whether the last head offers another protocol in words, and none that has a name and is offered in HTTP/1.1. */
const upgradesToNothing = (lines: readonly string[]): boolean => {
  const head = lines.slice(lines.findLastIndex(isRequest))
  const values = head.filter(line => /^\| upgrade: /i.test(line)).map(line => line.slice('| upgrade: '.length))
  const named = values
    .join()
    .split(',')
    .some(each => /^[ \t]*[!#$%&'*+.^_`|~\w-]+(\/[!#$%&'*+.^_`|~\w-]+)?[ \t]*$/.test(each))
  return values.length > 0 && (!named || head[0]!.endsWith(' 1.0'))
}
const ignoring = (name: string, kind: Difference['kind']): Explained => ({
  name,
  kind,
  because: 'RFC 9110 7.8: Upgrade without a protocol, or in HTTP/1.0, is ignored; llhttp stops at the field.',
  is: ({ theirs, at }) => theirs.over && at === theirs.lines.length && upgradesToNothing(theirs.lines),
})

export const DIFFERENCES: readonly Explained[] = [
  {
    ...refusing('http/bad-host', 'RFC 9112 3.2: no Host, two, or one that is none; llhttp leaves it to its user.'),
    is: ({ ours, text }) => ours.refused === 'http/bad-host' && !headsOf(text).every(hasOneHost),
  },
  {
    ...refusing('http/bad-target', 'RFC 9112 3.2: what RFC 3986 does not allow; llhttp looks at few octets.'),
    is: ({ ours, text }) =>
      ours.refused === 'http/bad-target' && (!headsOf(text).every(hasPlainTarget) || hasForbiddenOctet(text)),
  },
  refusing('http/tunnel-with-body', 'RFC 9110 9.3.6: CONNECT has no content; llhttp leaves it to its user.', /CONNECT/),
  refusing('http/unmet-expectation', 'RFC 9110 10.1.1: llhttp leaves expectations to its user.', /expect/i),
  refusing(
    'http/unsupported-version',
    'RFC 9110 15.6.6: llhttp reads HTTP/0.9 and HTTP/2.0 as well.',
    /HTTP\/(0\.9|2\.0)/,
  ),
  refusing(
    'http/unknown-transfer-encoding',
    'RFC 9112 6.1: a coding that is not known is answered with 501.',
    /transfer-encoding/i,
  ),
  refusing('http/bad-length', 'A length is exact or refused; llhttp counts to 2^64.', /content-length:[ \t]*\d{16}/i),
  refusing('http/bad-chunk', 'A size is exact or refused; llhttp counts to 2^64.', /[\da-f]{14}/i),
  {
    ...refusing('http/bad-chunk', 'RFC 9112 7.1.1: an extension has a name, and a value where it has `=`.', /;/),
    name: 'http/bad-chunk in an extension',
  },
  refusing(
    'http/bad-header',
    'RFC 9110 6.5.1: fields about framing and routing do not stand in trailers.',
    /\r\n0+(;[^\r]*)?\r\n/,
  ),
  between('http/bare-line-feed', 'RFC 9112 2.2: lines before a request are empty and end with CR LF.'),
  between('http/bare-carriage-return', 'RFC 9112 2.2: the same; llhttp skips any number of either.'),
  between('http/bad-start-line', 'RFC 9112 3: one space between the parts of the request line, and a version in it.'),
  refusing(
    'http/bad-transfer-encoding',
    'RFC 9112 6.1: an empty member, and chunked in HTTP/1.0.',
    /transfer-encoding/i,
  ),
  ignoring('an upgrade to nothing', 'other lines'),
  ignoring('an upgrade to nothing, and nonsense behind it', 'only we refuse'),
  accepting(
    'a later minor version',
    /Invalid HTTP version/,
    'RFC 9110 2.5: a later minor version of 1 is read as 1.1.',
    /HTTP\/1\.[2-9]/,
  ),
  accepting('a method', /method/i, 'RFC 9110 9.1: a method is any token; llhttp has a list.'),
  accepting(
    'blanks in an extension',
    /chunk extensions/,
    'RFC 9112 7.1.1: blanks around the parts of an extension are bad, and read.',
    /;[ \t]|[ \t];|=[ \t]|[ \t]=/,
  ),
  accepting(
    'blanks behind chunked',
    /Transfer-Encoding/,
    'RFC 9112 5: white space behind a value is no part of it.',
    /chunked[ \t]+\r\n/i,
  ),
]
