/** A cache of one user against a slow model that reads RFC 9111 rule by rule, for one answer, one request and one moment. */
import { parseCacheControl } from '../../../src/http/cache/cache-control.ts'
import type { Mode } from '../../../src/http/cache/decide.ts'
import { mayStandIn } from '../../../src/http/cache/decide.ts'
import { listed } from '../../../src/http/message/listed.ts'
import { ascii } from '../../support/bytes.ts'
import { asking, fieldsOf, kept, outcome, storing, THEN } from '../../support/caching.ts'
import type { Target } from '../target.ts'

const MODES: readonly Mode[] = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached']
const STATUSES = [200, 203, 301, 302, 404, 500, 206, 304, 599] as const

/** Letter by letter; a quote that is not closed is a letter as any other, and so is every quote behind it. */
const directivesIn = (text: string): Map<string, string | undefined> => {
  const found = new Map<string, string | undefined>()
  let member = ''
  let at = 0
  const take = (): void => {
    const trimmed = member.replace(/^[\t ]+/, '').replace(/[\t ]+$/, '')
    member = ''
    let end = 0
    while (end < trimmed.length && /[A-Za-z0-9_!#$%&'*+.^`|~-]/.test(trimmed[end]!)) end++
    const name = trimmed.slice(0, end).toLowerCase()
    if (name === '' || found.has(name)) return
    const rest = trimmed.slice(end)
    if (rest === '') found.set(name, undefined)
    else if (!rest.startsWith('=')) found.set(name, rest)
    else found.set(name, closing(rest, 1) === rest.length ? unescaped(rest.slice(2, -1)) : rest.slice(1))
  }
  let dead = false
  while (at < text.length) {
    const end = text[at] === '"' && !dead ? closing(text, at) : undefined
    if (text[at] === '"' && end === undefined) dead = true
    if (text[at] === ',') take()
    else member += text.slice(at, end ?? at + 1)
    at = end ?? at + 1
  }
  take()
  return found
}

/** Behind the quote that closes the one at `open`. */
const closing = (text: string, open: number): number | undefined => {
  if (text[open] !== '"') return undefined
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\' && (++at >= text.length || /[\n\r\u2028\u2029]/.test(text[at]!))) return undefined
  }
  return undefined
}

const unescaped = (text: string): string => {
  let plain = ''
  for (let at = 0; at < text.length; at++) plain += text[text[at] === '\\' ? ++at : at]
  return plain
}

type Directives = Map<string, string | undefined>
const seconds = (all: Directives, name: string): number | undefined => {
  const text = all.get(name)
  return text !== undefined && /^[0-9]+$/.test(text) ? Math.min(Number(text), 2_147_483_648) : undefined
}

interface Case {
  readonly answer: Directives
  readonly request: Directives
  readonly status: number
  readonly mode: Mode
  /** Seconds that it is old; it has no Date, no Age and took no time. */
  readonly age: number
  /** Seconds. */
  readonly life: number
  readonly hasTag: boolean
}

/** What may become of it, as a sentence of the RFC each. */
const expected = (each: Case): string => {
  const { answer, request, mode, age, life, hasTag } = each
  const compare = hasTag ? 'compare' : 'origin'
  if (mode === 'reload' || request.has('no-store')) return 'origin'
  const alone = mode === 'only-if-cached' || request.has('only-if-cached')
  const ask = alone ? 'nothing' : compare
  if (mode === 'no-cache' || request.has('no-cache') || answer.has('no-cache')) return ask
  if (request.has('max-age') && !(age <= (seconds(request, 'max-age') ?? -1))) return overruled(each, ask)
  if (request.has('min-fresh') && !(life - age >= (seconds(request, 'min-fresh') ?? Number.POSITIVE_INFINITY)))
    return overruled(each, ask)
  if (age < life) return 'fresh'
  if (answer.has('must-revalidate')) return ask
  if (mode === 'force-cache' || mode === 'only-if-cached') return 'stale'
  if (request.has('max-stale') && request.get('max-stale') === undefined) return 'stale'
  if (request.has('max-stale') && age - life <= (seconds(request, 'max-stale') ?? -1)) return 'stale'
  if (!alone && age - life <= (seconds(answer, 'stale-while-revalidate') ?? -1)) return 'refresh'
  return ask
}

/** The modes that do not mind the age do not mind what the fields say of it either; must-revalidate they mind. */
const overruled = ({ mode, answer }: Case, ask: string): string =>
  (mode === 'force-cache' || mode === 'only-if-cached') && !answer.has('must-revalidate') ? 'stale' : ask

const isKept = ({ answer, request, status, life, hasTag }: Case): boolean => {
  if (status === 206 || status === 304 || request.has('no-store')) return false
  if (answer.has('must-understand') ? status === 599 : answer.has('no-store')) return false
  const guessed = [200, 203, 301, 404].includes(status)
  if (!guessed && !['public', 'private', 'max-age'].some(name => answer.has(name))) return false
  const afterwards = ['stale-while-revalidate', 'stale-if-error'].map(name => seconds(answer, name) ?? 0)
  return life > 0 || hasTag || Math.max(...afterwards) > 0
}

export const httpCache: Target = {
  name: 'http/cache',
  longest: 300,
  seeds: () =>
    [
      '\x20\0\0\x01max-age=60, stale-while-revalidate=5\nmax-stale=9',
      '\x50\0\x01\x01max-age="60", must-revalidate, ext="a, no-store"\nmax-age=5, min-fresh=1',
      '\x01\x04\x02\0private="x", no-cache\nonly-if-cached',
      '\x01\0\x03\x01no-store, must-understand, max-age =1\nno-cache',
    ].map(ascii),
  words: () =>
    [
      'max-age=',
      'max-stale',
      'min-fresh=',
      'no-cache',
      'no-store',
      'only-if-cached',
      'must-revalidate',
      'stale-if-error=',
      'stale-while-revalidate=',
      'public',
      ', ',
      '="',
      '\\"',
      '\n',
    ].map(ascii),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1'))],
  run(input, look) {
    const [age = 0, mode = 0, status = 0, tag = 0] = input
    const [answer = '', request = ''] = Buffer.from(input.subarray(4)).toString('latin1').split('\n')
    const one: Omit<Case, 'life'> = {
      answer: directivesIn(answer.trim()),
      request: directivesIn(request.trim()),
      status: STATUSES[status % STATUSES.length]!,
      mode: MODES[mode % MODES.length]!,
      age,
      hasTag: tag % 2 === 1,
    }
    for (const [field, model] of [
      [answer, one.answer],
      [request, one.request],
    ] as const) {
      const read = parseCacheControl(listed(fieldsOf(`Cache-Control: ${field}`)).get('cache-control'))
      const [a, b] = [[...read], [...model]].map(each => JSON.stringify(each))
      if (a !== b) throw new Error(`Cache-Control is read as ${a}, not as ${b}`)
    }
    const life = one.answer.has('max-age') ? (seconds(one.answer, 'max-age') ?? 0) : 0
    const whole: Case = { ...one, life }
    const fields = `Cache-Control: ${answer}${one.hasTag ? '\nETag: "a"' : ''}`
    const asked = asking(`Cache-Control: ${request}`)
    const stored = storing(fields, { status: one.status, request: asked })
    if ((stored === 'kept') !== isKept(whole)) throw new Error(`it is kept: ${stored}`)
    look.reached(stored)
    const entry = kept(fields, { status: one.status })
    const got = outcome([entry], age, asked, one.mode)
    if (got !== expected(whole)) throw new Error(`${got}, not ${expected(whole)}`)
    look.reached(`${one.mode} ${got}`)
    const stands = mayStandIn(entry, { request: asked, mode: one.mode, now: THEN + age * 1000 })
    if (stands && ['no-cache', 'must-revalidate'].some(name => one.answer.has(name)))
      throw new Error('it stands in, unasked')
    if (stands) look.reached('stands in')
  },
}
