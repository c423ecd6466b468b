import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { entryOf, type FailureCode, FailureError, fail, failures, sentence } from '../src/failures/index.ts'
import { EXIT, type FailureEntry } from '../src/failures/registry.ts'

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
    file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('failures/'),
  )
  expect(codes.filter(code => !mentions(raising, code))).toEqual([])
})

test('a code is family/kebab-case', () => {
  expect(codes.filter(code => !/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(code))).toEqual([])
})

test('every entry has a title and a sentence that stand without facts', () => {
  for (const [code, entry] of entries) {
    expect(entry.title, code).toMatch(/^[A-Z“"].*[.?!]$/)
    const said = entry.says({})
    expect(said.length, code).toBeGreaterThan(0)
    expect(`${entry.title} ${said}`, code).not.toMatch(/undefined|NaN|\[object|\$\{| {2}/)
    for (const text of [...(entry.because ?? []), ...(entry.tryThis?.({}) ?? [])]) {
      expect(text, code).not.toMatch(/undefined|NaN|\[object|\$\{/)
    }
    expect(sentence(fail(code)), code).toBe(`${entry.title} ${said}`)
  }
})

test('facts appear in the sentence or beside it, never as undefined', () => {
  const facts = { expected: 'EXPECTED', got: 'GOT', where: 'WHERE', number: 42 }
  for (const [code, entry] of entries) {
    const said = [entry.says(facts), ...(entry.tryThis?.(facts) ?? [])].join(' ')
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

test('a status is one that a server answers with', () => {
  for (const [code, { status }] of entries) {
    if (status !== undefined) expect(status >= 400 && status <= 599, code).toBe(true)
  }
})

test('commands named as next steps exist', () => {
  const facts = { where: 'shop.test', expected: 'shop.test', got: 'x', number: 1 }
  for (const [code, entry] of entries) {
    const commands = (entry.tryThis?.(facts) ?? []).filter(text => text.includes('barewire '))
    for (const command of commands) {
      expect(command, code).toMatch(/barewire (get|serve|demo|ca path|.*--help)\b/)
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

test('an error made of a failure has its code, its sentence and its cause, and no more', () => {
  const below = new FailureError(fail('tcp/reset', { where: 'shop.test' }))
  const error = new FailureError(fail('tls/bad-message', { where: 'version', got: '7' }), { cause: below })
  expect(error).toBeInstanceOf(Error)
  expect(error.code).toBe('tls/bad-message')
  expect(error.message).toBe('A message could not be read. version: 7.')
  expect((error.cause as FailureError).code).toBe('tcp/reset')
})
