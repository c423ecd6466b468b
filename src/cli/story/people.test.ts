/** `-v` for people: a ladder for each connection of a run, lines with the time for a server. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { wordsOf } from '../../explain/index.ts'
import { requestHeadFormat } from '../../http/message/head-format.ts'
import { plain, type Shown, type Style } from '../../inspect/index.ts'
import { recorder } from '../../trace/recorder.ts'
import type { Layer, MessageRecord } from '../../trace/types.ts'
import type { Verbosity } from '../verbosity.ts'
import { ladderTeller, logTeller, type PeopleOptions } from './people.ts'

const exchange = () => {
  const sink = recorder()
  const say = (facts: Partial<MessageRecord>): number => {
    const id = sink.nextId()
    const flow = '10.0.0.1:5-10.0.0.2:80'
    const usual = {
      id,
      flow,
      layer: 'http',
      host: 'h',
      direction: 'out',
      at: 0,
      name: 'GET /',
      format: undefined,
    } as const
    sink.message({ ...usual, bytes: ascii('GET / HTTP/1.1\r\nHost: a\r\nCookie: sid=secret\r\n\r\n'), ...facts })
    return id
  }
  say({
    layer: 'dns',
    flow: 'lookup shop.test',
    name: 'A shop.test?',
    bytes: new Uint8Array(0),
    about: 'system',
    at: 100,
  })
  say({ at: 105, layer: 'record', sealed: true, name: 'data', bytes: new Uint8Array(30) })
  say({ at: 105, format: requestHeadFormat })
  const bytes = ascii('HTTP/1.1 200 OK\r\nA: b\r\n\r\n')
  const answer = say({ at: 107.25, direction: 'in', name: '200 OK', about: 'body of 5 bytes', bytes })
  const where = { message: answer, start: 0, end: 1 }
  sink.verdict({ layer: 'http', flow: 'x', host: 'h', at: 108, check: 'message', ok: false, where })
  say({ at: 109, layer: 'tcp', flow: '10.0.0.1:6-10.0.0.2:80', name: 'SYN', bytes: new Uint8Array(0) })
  return sink.records
}
const ALL: readonly Layer[] = ['dns', 'tcp', 'record', 'http']
const told = (
  teller: (options: PeopleOptions) => (turn: ReturnType<typeof exchange>) => void,
  { level = 1, layers = ALL, privacy = 'starred', style = plain(60) }: Partial<Verbosity> & Partial<PeopleOptions> = {},
): string[] => {
  const lines: Shown[] = []
  const verbosity = { level, layers } as Verbosity
  teller({ verbosity, privacy, style, words: wordsOf('en'), say: more => void lines.push(...more) })(exchange())
  return lines
}

test('a ladder has each message once, its time where that is another, and a head for each connection', () => {
  expect(told(ladderTeller)).toEqual([
    '      ms   you                           shop.test',
    '   0.000   │──── A shop.test?  system ──────────▶│  0 B',
    '   5.000   │════ data ══════════════════════════▶│  30 B',
    '           │════ GET /  with a cookie ══════════▶│  47 B',
    '                 Host: a',
    '                 Cookie: **********',
    '   7.250   │◀═══ 200 OK  body of 5 bytes ✗ ══════│  25 B',
    '                 A: b',
    '',
    '      ms   you                         10.0.0.2:80',
    '   9.000   │──── SYN ───────────────────────────▶│  0 B',
  ])
})

test('only the wanted layers are told, and nothing where nothing is wanted', () => {
  expect(told(ladderTeller, { layers: ['tcp'] })).toEqual([
    '      ms   you                         10.0.0.2:80',
    '   9.000   │──── SYN ───────────────────────────▶│  0 B',
  ])
  expect(told(ladderTeller, { level: 0 })).toEqual([])
  expect(told(ladderTeller, { layers: ['arp'] })).toEqual([])
  expect(told(logTeller, { level: 0 })).toEqual([])
  expect(told(logTeller, { layers: ['arp'] })).toEqual([])
})

const untimed = (lines: readonly string[]): string[] => lines.map(text => text.replace(/\d\d:\d\d:\d\d\.\d{3}/, 'TIME'))

test('a log has a line for each message, with who is at the other end', () => {
  expect(untimed(told(logTeller))).toEqual([
    ' TIME → dns    A shop.test?  system  shop.test',
    ' TIME → record data  10.0.0.2:80',
    ' TIME → http   GET /  with a cookie  10.0.0.2:80',
    '                Host: a',
    '                Cookie: **********',
    ' TIME ← http   200 OK  body of 5 bytes  10.0.0.2:80',
    '                A: b',
    ' TIME → tcp    SYN  10.0.0.2:80',
  ])
  expect(told(logTeller, { style: plain(60, false) })[0]).toMatch(/ -> dns /)
  expect(told(logTeller, { style: plain(60, false) }).join('\n')).toContain(' <- http   200 OK')
})

test('what we say and what is said to us have tints of their own', () => {
  const same = (text: string): string => text
  const colour = { ...plain().colour, you: (text: string) => `<you:${text}>`, server: (text: string) => `<us:${text}>` }
  const style: Style = { ...plain(60), colour: { ...colour, quiet: same } }
  const lines = told(logTeller, { style, layers: ['http'] })
  expect(lines[0]).toContain('<us:→> http')
  expect(lines.find(text => text.includes('200 OK'))).toContain('<you:←> http')
})

test('-vv says where every field lies, -vvv the bytes as well; what is private is starred unless it is shown', () => {
  const tree = [
    '    0..16   requestLine  GET / HTTP/1.1',
    '              What is wanted: method, target and version.',
    '    0..3      method   GET',
    '                What to do: GET reads, POST sends, HEAD',
    '                reads only the head.',
    '    4..5      target   /',
    '                Of what: path and query.',
    '    6..14     version  HTTP/1.1',
    '                The version of HTTP.',
    '    16..25  Host         a',
    '    25..45  Cookie       **********',
    '    45..47  end',
  ]
  const below = (lines: readonly string[]) => lines.slice(lines.findIndex(text => text.includes('GET /  with')) + 1)
  for (const teller of [ladderTeller, logTeller]) {
    expect(below(told(teller, { level: 2 })).slice(0, 12)).toEqual(tree)
    const full = below(told(teller, { level: 3, privacy: 'shown', style: plain(100) }))
    expect(full.slice(9, 13)).toEqual([
      '    25..45  Cookie       sid=secret',
      '    45..47  end',
      '              The empty line behind the last field.',
      '    0000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a   GET / HTTP/1.1..',
    ])
  }
})
