import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { elsewhere, english, sentence } from '../src/explain/index.ts'
import {
  EXIT,
  entryOf,
  Failure,
  type FailureCode,
  type FailureEntry,
  FailureError,
  fail,
  failures,
} from '../src/failures/index.ts'
import { inWords } from '../src/net/told.ts'

const codes = Object.keys(failures) as FailureCode[]
const entries = Object.entries(failures) as [FailureCode, FailureEntry][]
const root = fileURLToPath(new URL('..', import.meta.url))
const textsIn = (folder: string, wanted: (file: string) => boolean): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => wanted(file) && join(root, folder, file) !== fileURLToPath(import.meta.url))
    .map(file => readFileSync(join(root, folder, file), 'utf8'))
    .join('\n')
const isTest = (file: string): boolean => file.endsWith('.test.ts')
const mentions = (text: string, code: string): boolean => new RegExp(`(?<![\\w/-])${code}(?![\\w-])`).test(text)

test('every code is provoked by a test in which its text appears', () => {
  const tests = textsIn('src', isTest) + textsIn('test', isTest)
  expect(codes.filter(code => !mentions(tests, code))).toEqual([])
})

test('every code is raised by the code: the registry describes nothing that cannot happen', () => {
  const raising = textsIn(
    'src',
    file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^(failures|explain)\//.test(file),
  )
  expect(codes.filter(code => !mentions(raising, code))).toEqual([])
})

test('a code is family/kebab-case', () => {
  expect(codes.filter(code => !/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(code))).toEqual([])
})

test('every entry has a title and a sentence that stand without facts', () => {
  for (const code of codes) {
    const failure = fail(code)
    const title = english.title(failure)
    expect(title, code).toMatch(/^[A-Z“"].*[.?!]$/)
    const said = english.says(failure)
    expect(said.length, code).toBeGreaterThan(0)
    expect(`${title} ${said}`, code).not.toMatch(/undefined|NaN|\[object|\$\{| {2}/)
    for (const text of [...english.because(failure), ...english.tryThis(failure)]) {
      expect(text, code).not.toMatch(/undefined|NaN|\[object|\$\{/)
    }
    expect(sentence(failure), code).toBe(`${title} ${said}`)
  }
})

test('facts appear in the sentence or beside it, never as undefined', () => {
  const facts = { expected: 'EXPECTED', got: 'GOT', where: 'WHERE', number: 42 }
  for (const code of codes) {
    const failure = fail(code, facts)
    const said = [english.says(failure), ...english.tryThis(failure)].join(' ')
    expect(said, code).not.toMatch(/undefined|NaN|\[object/)
  }
})

test('every entry has an exit code of the command line, and the exit code of its family', () => {
  const exits = new Set<number>(Object.values(EXIT))
  const expected: Readonly<Record<string, readonly number[]>> = {
    tls: [EXIT.tls, EXIT.certificate, EXIT.timeout],
    http: [EXIT.http, EXIT.timeout, EXIT.status],
    cookie: [EXIT.http],
    dns: [EXIT.name, EXIT.timeout],
  }
  for (const [code, entry] of entries) {
    expect(exits.has(entry.exit), code).toBe(true)
    const allowed = expected[code.split('/')[0]!]
    if (allowed !== undefined) expect(allowed, code).toContain(entry.exit)
  }
})

/** Failures of TLS for which no alert is sent although the peer is at fault, each with the reason. */
const WITHOUT_ALERT: Readonly<Record<string, string>> = {
  'tls/not-tls': 'what answers does not speak TLS: it would not understand an alert',
  'tls/http-spoken': 'a client that speaks HTTP is answered in HTTP',
  'tls/cut-short': 'the other side is gone; RFC 5246 7.2.1 has no alert for a missing close_notify',
  'tls/alert-received': 'RFC 5246 7.2.2: a fatal alert is not answered with another',
  'tls/handshake-cut': 'the other side is gone',
  'tls/client-certificate-wanted': 'it was the fatal alert of the server that told us (RFC 5246 7.2.2)',
}

test('a failure of the TLS peer has its alert, or a reason why there is none', () => {
  const lacking = entries.filter(([code, e]) => code.startsWith('tls/') && e.fault === 'peer' && e.alert === undefined)
  expect(lacking.map(([code]) => code).filter(code => WITHOUT_ALERT[code] === undefined)).toEqual([])
  expect(Object.keys(WITHOUT_ALERT).filter(code => !(code in failures))).toEqual([])
  for (const [code, entry] of entries) {
    if (entry.alert === undefined) continue
    expect(Number.isInteger(entry.alert) && entry.alert >= 0 && entry.alert <= 255, code).toBe(true)
    expect(WITHOUT_ALERT[code], code).toBeUndefined()
  }
})

/** Failures of the TLS peer that BoringSSL has no word for. */
const WITHOUT_WORD: readonly string[] = [
  'tls/name-unknown',
  'tls/no-extended-master-secret',
  'tls/too-much-waiting',
  'tls/illegal-value',
  'tls/cut-short',
  'tls/handshake-cut',
  'tls/alert-received',
]

test("a failure of the TLS peer has BoringSSL's word for it, or is known to have none", () => {
  const ofPeer = codes.filter(code => code.startsWith('tls/') && failures[code].fault === 'peer')
  const lacking = ofPeer.filter(code => elsewhere({ code }).boringssl === undefined)
  expect(lacking.sort()).toEqual([...WITHOUT_WORD].sort())
  for (const code of ofPeer) expect(`${elsewhere({ code }).boringssl ?? 'NONE'}`, code).toMatch(/^[A-Z0-9_]+$/)
})

test('a status is one that a server answers with', () => {
  for (const [code, { status }] of entries) {
    if (status !== undefined) expect(status >= 400 && status <= 599, code).toBe(true)
  }
})

test('commands named as next steps exist', () => {
  const facts = { where: 'shop.test', expected: 'shop.test', got: 'x', number: 1 }
  for (const code of codes) {
    const commands = english.tryThis(fail(code, facts)).filter(text => text.includes('barewire '))
    for (const command of commands) {
      expect(command, code).toMatch(/barewire (get|serve|demo|inspect|ca \w+|cert \w+|.*--help)\b/)
    }
  }
})

test('a failure as a value carries what its entry says and the facts given', () => {
  const info = fail('tls/bad-message', { where: 'suites', at: { message: 3, start: 5, end: 9 } })
  expect(info).toEqual({
    code: 'tls/bad-message',
    fault: 'peer',
    alert: 50,
    rule: 'RFC 5246 7.2.2',
    where: 'suites',
    at: { message: 3, start: 5, end: 9 },
  })
  expect(entryOf(info)).toBe(failures['tls/bad-message'])
})

test('a failure is frozen, says the same as JSON as when it was made, and nothing that looks like one is one', () => {
  const failure = fail('tls/bad-message', { got: '7', where: 'version' })
  expect(JSON.stringify(failure)).toBe(
    '{"got":"7","where":"version","code":"tls/bad-message","fault":"peer","rule":"RFC 5246 7.2.2","alert":50}',
  )
  expect(Object.isFrozen(failure)).toBe(true)
  expect(failure).toBeInstanceOf(Failure)
  expect({ ...failure }).not.toBeInstanceOf(Failure)
})

test('a place that takes work to find is looked for once, and only when somebody looks', () => {
  let looked = 0
  const find = () => {
    looked++
    return { message: 3, start: 5, end: 9 }
  }
  const failure = fail('tls/bad-message', { at: find, got: '7' })
  const more = failure.with({ where: 'version' })
  expect(failure.with({ number: 1 }).got).toBe('7')
  expect(looked).toBe(0)
  expect(more.at).toEqual({ message: 3, start: 5, end: 9 })
  expect(failure.at).toBe(failure.at)
  expect(JSON.stringify(failure)).toMatch(/^{"at":{"message":3,"start":5,"end":9},"got":"7","code":/)
  expect(looked).toBe(1)
  expect(more).toMatchObject({ code: 'tls/bad-message', got: '7', where: 'version', alert: 50 })
})

test('an error made of a failure has its code, its facts and its cause, and at the door a sentence', () => {
  const below = new FailureError(fail('tcp/reset', { where: 'shop.test' }))
  const failure = fail('tls/bad-message', { where: 'version', got: '7' })
  const error = new FailureError(failure, { cause: below })
  expect(error).toBeInstanceOf(Error)
  expect(error.code).toBe('tls/bad-message')
  expect(error.message).toBe('tls/bad-message: where version, got 7')
  expect((error.cause as FailureError).code).toBe('tcp/reset')
  expect(new FailureError(fail('http/no-answer')).message).toBe('http/no-answer')
  expect(inWords(failure, english, below)).toMatchObject({
    message: 'A message could not be read. version: 7.',
    failure,
    cause: below,
  })
  expect(inWords(failure, undefined).message).toBe('tls/bad-message: where version, got 7')
})
