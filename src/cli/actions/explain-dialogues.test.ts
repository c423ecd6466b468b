/** What `barewire explain FILE` finds in dialogues in the clear, as a capture from beside shows them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { connection, ethernet, pcapFile } from '../../../test/support/made-captures.ts'
import { temporaryFolder } from '../../../test/support/peers-chain.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { main } from '../main.ts'

const folder = temporaryFolder('dialogues')
afterAll(folder.remove)

/** Text of the client and of the server, an end of one of them, or milliseconds in which nothing happens. */
type Step = readonly ['>' | '<', string] | 'FIN >' | '< FIN' | '< RST' | number

const frame = (wire: ReturnType<typeof connection>, step: Exclude<Step, number>): Uint8Array => {
  switch (step) {
    case 'FIN >':
      return wire.fin('client')
    case '< FIN':
      return wire.fin('server')
    case '< RST':
      return wire.rst('server')
    default:
      return wire.says(step[0] === '>' ? 'client' : 'server', latin1Bytes(step[1]))
  }
}

/** `code side` of what is found, or `nothing`. */
const found = async (steps: readonly Step[]): Promise<string> => {
  const wire = connection('10.0.0.1:40000', '10.0.0.2:8080')
  const frames = [wire.syn(), wire.synAck(), wire.ack('client')].map(bytes => ({ time: 0n, bytes: ethernet(bytes) }))
  let now = 0
  for (const step of steps)
    if (typeof step === 'number') now += step
    else frames.push({ time: BigInt(++now * 1_000), bytes: ethernet(frame(wire, step)) })
  const file = join(folder.path, 'dialogue.pcap')
  writeFileSync(file, pcapFile('little', 1, frames))
  const io = captured({ env: {} })
  await main(['explain', file, '--json'], io)
  const told = io.stdout().trim()
  if (told === '') return 'nothing'
  const { code, side, certainty } = JSON.parse(told) as Record<string, string>
  return `${code} ${side}${certainty === 'likely' ? ', likely' : ''}`
}

const GET: Step = ['>', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n']
const answers = (status: string, more = 'Content-Length: 0\r\n'): Step => ['<', `HTTP/1.1 ${status}\r\n${more}\r\n`]
const LEFT: readonly Step[] = ['FIN >', '< FIN']

test.each([
  ['200 OK', 'nothing'],
  ['204 No Content', 'nothing'],
  ['400 Bad Request', 'http/status client'],
  ['401 Unauthorized', 'http/unauthorized client'],
  ['403 Forbidden', 'http/status client'],
  ['404 Not Found', 'http/not-found client'],
  ['405 Method Not Allowed', 'http/method-not-allowed client'],
  ['406 Not Acceptable', 'http/not-acceptable client'],
  ['407 Proxy Authentication Required', 'net/proxy-authentication client'],
  ['408 Request Timeout', 'http/head-timeout client'],
  ['412 Precondition Failed', 'http/precondition-failed client'],
  ['413 Content Too Large', 'http/body-too-big client'],
  ['414 URI Too Long', 'http/target-too-long client'],
  ['415 Unsupported Media Type', 'http/unsupported-media-type client'],
  ['416 Range Not Satisfiable', 'http/range-not-satisfiable client'],
  ['417 Expectation Failed', 'http/unmet-expectation client'],
  ['425 Too Early', 'http/too-early client'],
  ['431 Request Header Fields Too Large', 'http/header-too-big client'],
  ['500 Internal Server Error', 'http/status server'],
  ['503 Service Unavailable', 'http/status server'],
  ['505 HTTP Version Not Supported', 'http/unsupported-version client'],
])('%s: %s', async (status, expected) => {
  expect(await found([GET, answers(status), ...LEFT])).toBe(expected)
})

test('the last answer counts; a head that is long explains a 400', async () => {
  expect(await found([GET, answers('401 Unauthorized'), GET, answers('200 OK'), ...LEFT])).toBe('nothing')
  const long: Step = ['>', `GET / HTTP/1.1\r\nHost: a\r\nCookie: a=${'x'.repeat(9_000)}\r\n\r\n`]
  expect(await found([long, answers('400 Bad Request'), ...LEFT])).toBe('http/header-too-big client, likely')
})

test('a question without an answer: who left, how, and after how long', async () => {
  expect(await found([GET, '< FIN', 'FIN >'])).toBe('http/no-answer server')
  expect(await found([GET, '< RST'])).toBe('tcp/reset server')
  expect(await found([GET, 'FIN >'])).toBe('net/client-left client')
  expect(await found([GET, 1_000, 'FIN >'])).toBe('net/client-left server')
  const expects: Step = ['>', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n']
  expect(await found([expects, 2_000, 'FIN >'])).toBe('net/client-left server')
})

test('an answer that is not whole, and one whose end nobody can know', async () => {
  const half = answers('200 OK', 'Content-Length: 900\r\n')
  expect(await found([GET, half, '< FIN', 'FIN >'])).toBe('http/body-cut-short server')
  expect(await found([GET, half, 'FIN >'])).toBe('net/client-left client')
  expect(await found([GET, answers('200 OK', ''), '< RST'])).toBe('http/body-cut-short server')
  expect(await found([GET, answers('200 OK', ''), '< FIN', 'FIN >'])).toBe('nothing')
  const head: Step = ['>', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n']
  expect(await found([head, half, ...LEFT])).toBe('nothing')
  expect(await found([GET, answers('304 Not Modified', 'Content-Length: 900\r\n'), ...LEFT])).toBe('nothing')
})

test('an upload that is cut, and one that is answered before it is over', async () => {
  const upload: Step = ['>', 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nhalf']
  expect(await found([upload, ...LEFT])).toBe('http/body-cut-short client')
  expect(await found([upload, 'FIN >', answers('400 Bad Request'), '< FIN'])).toBe('http/body-cut-short client')
  expect(await found([upload, answers('413 Content Too Large'), '< RST'])).toBe('http/body-too-big client')
})

test('redirects to where one is: five times is a ring', async () => {
  const round: readonly Step[] = [GET, answers('302 Found', 'Location: /\r\nContent-Length: 0\r\n')]
  const times = (count: number): readonly Step[] => Array.from({ length: count }, () => round).flat()
  expect(await found([...times(5), ...LEFT])).toBe('net/too-many-redirects server')
  expect(await found([...times(4), ...LEFT])).toBe('nothing')
})

test('HTTP/2 on one side alone', async () => {
  const preface: Step = ['>', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']
  expect(await found([preface, answers('400 Bad Request'), '< FIN'])).toBe('http/unsupported-version client')
  expect(await found([preface, '< FIN'])).toBe('http/unsupported-version client, likely')
  const settings = '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x80'
  expect(await found([GET, ['<', settings], '< FIN'])).toBe('http/unsupported-version client')
  expect(await found([preface, ['<', settings], ...LEFT])).toBe('nothing')
  expect(await found([GET, ['<', settings.replace('\x04', '\x05')], '< FIN'])).toBe('http/bad-start-line server')
})

test.each<[string, readonly Step[], string]>([
  [
    'SMTP',
    [
      ['<', '220 a\r\n'],
      ['>', 'EHLO b\r\n'],
      ['<', '250 a\r\n'],
      ['>', 'STARTTLS\r\n'],
      ['<', '502 no\r\n'],
    ],
    'refused',
  ],
  [
    'IMAP',
    [
      ['<', '* OK\r\n'],
      ['>', 'a1 STARTTLS\r\n'],
      ['<', 'a1 NO not here\r\n'],
    ],
    'refused',
  ],
  [
    'POP3',
    [
      ['<', '+OK\r\n'],
      ['>', 'STLS\r\n'],
      ['<', '-ERR\r\n'],
    ],
    'refused',
  ],
  [
    'FTP',
    [
      ['<', '220 a\r\n'],
      ['>', 'AUTH TLS\r\n'],
      ['<', '534 no\r\n'],
    ],
    'refused',
  ],
  [
    'PostgreSQL',
    [
      ['>', '\0\0\0\x08\x04\xd2\x16\x2f'],
      ['<', 'N'],
    ],
    'missing',
  ],
])('%s that does not go over to TLS', async (_, steps, how) => {
  expect(await found([...steps, ...LEFT])).toBe(`net/starttls-${how} server`)
})

const octets = (...bytes: readonly number[]): string => String.fromCharCode(...bytes)
const GREETS: Step = ['>', octets(5, 2, 0, 2)]
const WANTS: Step = ['>', `${octets(5, 1, 0, 3, 6)}b.test${octets(0, 80)}`]
const LOGS_IN: Step = ['>', `${octets(1, 1)}a${octets(1)}b`]
const replies = (code: number): Step => ['<', octets(5, code, 0, 1, 0, 0, 0, 0, 0, 0)]

test.each<[string, readonly Step[], string]>([
  ['no method', [GREETS, ['<', octets(5, 255)]], 'net/proxy-authentication client'],
  ['another password', [GREETS, ['<', octets(5, 2)], LOGS_IN, ['<', octets(1, 1)]], 'net/proxy-authentication client'],
  ['a refusal', [GREETS, ['<', octets(5, 0)], WANTS, replies(2)], 'net/proxy-refused server'],
  [
    'a refusal behind a password',
    [GREETS, ['<', octets(5, 2)], LOGS_IN, ['<', octets(1, 0)], WANTS, replies(5)],
    'net/proxy-refused server',
  ],
  ['a connection', [GREETS, ['<', octets(5, 0)], WANTS, replies(0), GET, answers('200 OK')], 'nothing'],
  [
    'a connection behind a password',
    [GREETS, ['<', octets(5, 2)], LOGS_IN, ['<', octets(1, 0)], WANTS, replies(0)],
    'nothing',
  ],
  [
    'a refusal of SOCKS 4',
    [
      ['>', `${octets(4, 1, 0, 80, 10, 0, 0, 9)}me\0`],
      ['<', octets(0, 0x5b, 0, 0, 0, 0, 0, 0)],
    ],
    'net/proxy-refused server',
  ],
  [
    'a connection of SOCKS 4',
    [
      ['>', `${octets(4, 1, 0, 80, 10, 0, 0, 9)}me\0`],
      ['<', octets(0, 0x5a, 0, 0, 0, 0, 0, 0)],
    ],
    'nothing',
  ],
])('SOCKS: %s', async (_, steps, expected) => {
  expect(await found([...steps, ...LEFT])).toBe(expected)
})

test('mail that goes over to TLS, and mail about it', async () => {
  const greets: readonly Step[] = [
    ['<', '220 a\r\n'],
    ['>', 'EHLO b\r\n'],
    ['<', '250 a\r\n'],
  ]
  expect(await found([...greets, ['>', 'STARTTLS\r\n'], ['<', '220 go on\r\n'], ...LEFT])).toBe('nothing')
  expect(await found([...greets, ['>', 'Subject: STARTTLS is off\r\n'], ['<', '550 no\r\n'], ...LEFT])).toBe('nothing')
})
