/**
 * The protocols that begin in clear and go over to TLS on the same connection, and how each is asked to. A script says what
 * it wants to read and what it says; `dialogue.ts` drives it.
 */
import type { Bytes } from '../../../engine.ts'
import { latin1Bytes, latin1Text } from '../../../wire/bytes.ts'
import { ldap, mysql, postgres } from './binary.ts'
import type { Script, Setting } from './script.ts'

export interface StartTlsProtocol {
  /** As its RFC writes it. */
  readonly name: string
  /** Where it usually listens. */
  readonly port: number
  readonly script: (setting: Setting) => Script
  /**
   * A command that does nothing but is answered, sent in one piece with the wish for TLS: whoever answers it under
   * encryption has kept what stood in clear (CVE-2011-0411).
   */
  readonly harmless?: string
}

function* line(): Generator<{ readonly through: string }, string, Bytes> {
  return latin1Text(yield { through: '\n' }).replace(/\r?\n$/, '')
}
function* say(text: string): Generator<{ readonly say: Bytes }, void, Bytes> {
  yield { say: latin1Bytes(`${text}\r\n`) }
}

/** RFC 5321 4.2.1, RFC 959 4.2: lines with a hyphen behind the number go before the last. */
function* reply(): Generator<{ readonly through: string }, readonly string[], Bytes> {
  const lines = [yield* line()]
  const [first = ''] = lines
  while (/^\d{3}-/.test(first) && !lines.at(-1)!.startsWith(`${first.slice(0, 3)} `)) lines.push(yield* line())
  return lines
}
/** RFC 1939 3, RFC 3977 3.1.1: a point ends them. */
function* untilPoint(): Generator<{ readonly through: string }, readonly string[], Bytes> {
  const lines: string[] = []
  for (let next = yield* line(); next !== '.'; next = yield* line()) lines.push(next)
  return lines
}

const MISSING = { type: 'missing' } as const
const other = (got: string | undefined) => ({ type: 'refused', got: (got ?? '').slice(0, MOST_SHOWN) }) as const
const MOST_SHOWN = 200

/** RFC 3207; LMTP differs in its hello alone (RFC 2033 4.1). */
const smtp = (hello: 'EHLO' | 'LHLO') =>
  function* ({ local, behind = '' }: Setting): Script {
    const greeting = yield* reply()
    if (!greeting[0]!.startsWith('220')) return other(greeting.at(-1))
    // RFC 5321 4.1.3: who has no name says his address.
    yield* say(`${hello} [${local.includes(':') ? `IPv6:${local}` : local}]`)
    const offers = yield* reply()
    if (!offers[0]!.startsWith('250')) return other(offers.at(-1))
    if (!offers.some(each => /^250[ -]STARTTLS\s*$/i.test(each))) return MISSING
    yield* say(`STARTTLS${behind}`)
    const answer = yield* reply()
    return answer[0]!.startsWith('220') ? undefined : other(answer.at(-1))
  }

/** RFC 9051 6.2.1. Lines with a star come unasked, and before the answer. */
function* imap({ behind = '' }: Setting): Script {
  const greeting = yield* line()
  if (!/^\* OK\b/i.test(greeting)) return other(greeting)
  yield* say('a CAPABILITY')
  const offers: string[] = []
  let answer = yield* line()
  for (; answer.startsWith('* '); answer = yield* line()) offers.push(answer)
  if (!/^a OK\b/i.test(answer)) return other(answer)
  if (!offers.some(each => /^\* CAPABILITY .*\bSTARTTLS\b/i.test(each))) return MISSING
  yield* say(`b STARTTLS${behind}`)
  do answer = yield* line()
  while (answer.startsWith('* '))
  return /^b OK\b/i.test(answer) ? undefined : other(answer)
}

/** RFC 2595 4. Whoever does not know CAPA (RFC 2449) is asked all the same. */
function* pop3({ behind = '' }: Setting): Script {
  const greeting = yield* line()
  if (!greeting.startsWith('+OK')) return other(greeting)
  yield* say('CAPA')
  const knows = (yield* line()).startsWith('+OK')
  if (knows && !(yield* untilPoint()).some(each => /^STLS\s*$/i.test(each))) return MISSING
  yield* say(`STLS${behind}`)
  const answer = yield* line()
  return answer.startsWith('+OK') ? undefined : other(answer)
}

/** RFC 4217 4. */
function* ftp({ behind = '' }: Setting): Script {
  const greeting = yield* reply()
  if (!greeting[0]!.startsWith('220')) return other(greeting.at(-1))
  yield* say(`AUTH TLS${behind}`)
  const answer = yield* reply()
  if (answer[0]!.startsWith('234')) return undefined
  // RFC 959 4.2.2: it does not know the command, or not this word behind it.
  return /^50[0-4]/.test(answer[0]!) ? MISSING : other(answer.at(-1))
}

/** RFC 4642 2.2. */
function* nntp({ behind = '' }: Setting): Script {
  const greeting = yield* line()
  if (!/^20[01]/.test(greeting)) return other(greeting)
  yield* say('CAPABILITIES')
  const knows = (yield* line()).startsWith('101')
  if (knows && !(yield* untilPoint()).some(each => /^STARTTLS\s*$/i.test(each))) return MISSING
  yield* say(`STARTTLS${behind}`)
  const answer = yield* line()
  return answer.startsWith('382') ? undefined : other(answer)
}

/** RFC 5804 2.2: what it can is said first. */
function* sieve(): Script {
  const offers: string[] = []
  let answer = yield* line()
  for (; answer.startsWith('"'); answer = yield* line()) offers.push(answer)
  if (!/^OK\b/i.test(answer)) return other(answer)
  if (!offers.some(each => /^"STARTTLS"/i.test(each))) return MISSING
  yield* say('STARTTLS')
  answer = yield* line()
  return /^OK\b/i.test(answer) ? undefined : other(answer)
}

/** RFC 6120 5.4: elements, read no further than to know that they are whole. */
function* xmpp({ host }: Setting): Script {
  const to = host.replace(/[^\w.:-]/g, '')
  const spaces = `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'`
  yield* say(`<?xml version='1.0'?><stream:stream ${spaces} to='${to}' version='1.0'>`)
  let heard = ''
  do heard += latin1Text(yield { through: '>' })
  while (!/<\/stream:features>|<stream:features\s*\/>|<\/stream:stream>|<\/stream:error>/.test(heard))
  if (!/<stream:features[\s>]/.test(heard)) return other(heard)
  if (!/<starttls[\s/>]/.test(heard)) return MISSING
  yield* say(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`)
  let answer = ''
  do answer += latin1Text(yield { through: '>' })
  while (!/^\s*<\w+[^>]*\/>|<\/\w+>/.test(answer))
  return /^\s*<proceed[\s/>]/.test(answer) ? undefined : other(answer)
}

export const startTlsProtocols = {
  smtp: { name: 'SMTP', port: 25, script: smtp('EHLO'), harmless: 'NOOP' },
  lmtp: { name: 'LMTP', port: 24, script: smtp('LHLO'), harmless: 'NOOP' },
  imap: { name: 'IMAP', port: 143, script: imap, harmless: 'c NOOP' },
  pop3: { name: 'POP3', port: 110, script: pop3, harmless: 'CAPA' },
  ftp: { name: 'FTP', port: 21, script: ftp, harmless: 'NOOP' },
  nntp: { name: 'NNTP', port: 119, script: nntp, harmless: 'CAPABILITIES' },
  sieve: { name: 'ManageSieve', port: 4190, script: sieve },
  xmpp: { name: 'XMPP', port: 5222, script: xmpp },
  ldap: { name: 'LDAP', port: 389, script: ldap },
  postgres: { name: 'PostgreSQL', port: 5432, script: postgres },
  mysql: { name: 'MySQL', port: 3306, script: mysql },
} as const satisfies Readonly<Record<string, StartTlsProtocol>>

export type StartTlsName = keyof typeof startTlsProtocols
export const START_TLS = Object.keys(startTlsProtocols) as readonly StartTlsName[]
