/** Strict-Transport-Security against a reader that goes letter by letter, and a store against a list that is searched. */
import { type HstsPolicy, hstsStore, parseHsts } from '../../../src/http/semantics/hsts.ts'
import { readHstsFile, writeHstsFile } from '../../../src/http/semantics/hsts-file.ts'
import { ascii } from '../../support/bytes.ts'
import type { Target } from '../target.ts'

const isTokenChar = (char: string | undefined): boolean => char !== undefined && /[A-Za-z0-9!#$%&'*+.^_`|~-]/.test(char)

/** RFC 6797 6.1. */
const model = (text: string): HstsPolicy | undefined => {
  const found: [string, string | undefined][] = []
  let at = 0
  const blanks = (): void => {
    while (text[at] === ' ' || text[at] === '\t') at++
  }
  const token = (): string => {
    const from = at
    while (isTokenChar(text[at])) at++
    return text.slice(from, at)
  }
  const string = (): string | undefined => {
    let value = ''
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      if (at >= text.length || text[at] === '\n' || text[at] === '\r') return undefined
      value += text[at]
    }
    at++
    return value
  }
  while (at < text.length) {
    blanks()
    if (text[at] !== ';' && at < text.length) {
      const name = token().toLowerCase()
      if (name === '') return undefined
      blanks()
      let value: string | undefined
      if (text[at] === '=') {
        at++
        blanks()
        value = text[at] === '"' ? string() : token()
        if (value === undefined || (value === '' && text[at - 1] !== '"')) return undefined
        blanks()
      }
      if (at < text.length && text[at] !== ';') return undefined
      found.push([name, value])
    }
    at++
  }
  const names = found.map(([name]) => name)
  if (new Set(names).size < names.length) return undefined
  const maxAge = found.find(([name]) => name === 'max-age')?.[1]
  const below = found.find(([name]) => name === 'includesubdomains')
  if (maxAge === undefined || !/^[0-9]+$/.test(maxAge) || below?.[1] !== undefined) return undefined
  return { maxAge: Math.min(Number(maxAge), 2_147_483_648), includeSubDomains: below !== undefined }
}

/** Below one name there are never as many of these as would push one out. */
const HOSTS = ['a.test', 'b.a.test', 'c.b.a.test', 'test', 'other.test', 'xa.test']

export const httpHsts: Target = {
  name: 'http/hsts',
  longest: 300,
  seeds: () =>
    [
      '\0max-age=60; includeSubDomains\n\x01max-age=0\n\x02max-age="9"',
      '\x04MAX-AGE=31536000 ; x="a;\\"b"\n\x01;; max-age = 5;\n\0includeSubDomains',
    ].map(ascii),
  words: () => ['max-age=', 'includeSubDomains', ';', '"', '\\"', '\n'].map(ascii),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1'))],
  run(input, look) {
    let now = 1_000_000
    const store = hstsStore({ isPublicSuffix: domain => domain === 'test', date: () => now })
    const known = new Map<string, { readonly below: boolean; readonly expires: number }>()
    // A line for each answer: a letter for its host, and the field.
    for (const line of Buffer.from(input).toString('latin1').split('\n').slice(0, 20)) {
      now += 10_000
      const host = HOSTS[line.charCodeAt(0) % HOSTS.length] ?? 'a.test'
      const field = line.slice(1)
      const policy = parseHsts(field)
      const expected = model(field)
      if (JSON.stringify(policy) !== JSON.stringify(expected)) throw new Error(`read as ${JSON.stringify(policy)}`)
      look.reached(policy === undefined ? 'none' : policy.maxAge === 0 ? 'forget' : 'keep')
      store.receive(host, [field])
      if (expected?.maxAge === 0) known.delete(host)
      else if (expected !== undefined) {
        known.set(host, { below: expected.includeSubDomains, expires: now + expected.maxAge * 1000 })
      }
      for (const asked of HOSTS) {
        const covered = [...known].some(
          ([name, { below, expires }]) => expires > now && (asked === name || (below && asked.endsWith(`.${name}`))),
        )
        if ((store.covers(asked) !== undefined) !== covered)
          throw new Error(`${asked} is ${covered ? '' : 'not '}covered`)
      }
    }
    const again = hstsStore({ isPublicSuffix: domain => domain === 'test', date: () => now })
    again.restore(readHstsFile(writeHstsFile(store.list())))
    for (const asked of HOSTS) {
      if (again.covers(asked)?.host !== store.covers(asked)?.host)
        throw new Error(`the file says another thing of ${asked}`)
    }
  },
}
