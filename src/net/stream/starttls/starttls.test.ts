import { describe, expect, test } from 'vitest'
import { concat } from '../../../../test/support/bytes.ts'
import { codeOf, peer } from '../../../../test/support/net.ts'
import { answered, none, type Spoken, startTlsPeer, yes } from '../../../../test/support/starttls.ts'
import { FailureError } from '../../../failures/index.ts'
import { nodeWorld } from '../../../node/world.ts'
import { latin1Text } from '../../../wire/bytes.ts'
import { dial } from '../dial.ts'
import { MOST_BEFORE_TLS, StartTlsDialogue, type Step } from './dialogue.ts'
import { START_TLS, type StartTlsName, startTlsProtocols } from './protocols.table.ts'
import { startTls } from './starttls.ts'

const setting = { host: 'mail.test', local: '192.0.2.1' }

/** What is said to a server that says this, in pieces of so many bytes, and how it ends. */
const held = (name: StartTlsName, { greets, answers }: Spoken, size = 1_000_000) => {
  const said: string[] = []
  const unread: (string | Uint8Array)[] = [...answers]
  const dialogue = new StartTlsDialogue(startTlsProtocols[name].script(setting), bytes => said.push(latin1Text(bytes)))
  let step: Step = dialogue.begin()
  let heard = 0
  const hear = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length && step.type === 'wait'; at += size)
      step = dialogue.receive(bytes.subarray(at, at + size))
  }
  if (greets !== undefined) hear(answered(greets, ''))
  for (; heard < said.length && step.type === 'wait'; heard++) {
    const next = unread.shift()
    if (next !== undefined) hear(answered(next, said[heard]!))
  }
  return { step, said }
}

describe.each(START_TLS)('%s', name => {
  test('goes over to TLS, in whatever pieces it speaks', () => {
    for (const size of [1_000_000, 7, 1]) expect(held(name, yes[name], size).step).toEqual({ type: 'open' })
  })
  test('that has no TLS is told so', () => {
    for (const size of [1_000_000, 1]) expect(held(name, none[name], size).step).toEqual({ type: 'missing' })
  })
  test('what stands behind its yes in the same piece is never read', () => {
    const { greets, answers } = yes[name]
    const more = (said: string | Uint8Array): Uint8Array => concat(answered(said, 'b'), answered('250 ok\r\n', ''))
    const spoken =
      answers.length === 0
        ? { greets: more(greets!), answers }
        : { greets, answers: [...answers.slice(0, -1), more(answers.at(-1)!)] }
    expect(held(name, spoken as Spoken).step).toEqual({ type: 'ahead', length: 8 })
  })
  test('whose words never end is left at a bound', () => {
    const dialogue = new StartTlsDialogue(startTlsProtocols[name].script(setting), () => {})
    const piece = answered((ENDLESS[name] ?? '220-x\r\n').repeat(1_000).slice(0, 1_000), '')
    let step = dialogue.begin()
    let heard = 0
    for (; step.type === 'wait' && heard < 2 * MOST_BEFORE_TLS; heard += piece.length) step = dialogue.receive(piece)
    expect(['endless', 'refused', 'ahead']).toContain(step.type)
    expect(heard).toBeLessThanOrEqual(MOST_BEFORE_TLS + piece.length)
  })
})

/** What some may say without end; of lines there is one more always. */
const ENDLESS: Partial<Record<StartTlsName, string>> = {
  xmpp: '<a>',
  mysql: '\xff\xff\xff\0',
  ldap: '0\x84\x7f\xff\xff\xff',
  sieve: '"X" "y"\r\n',
}

test.each([
  ['smtp', { greets: '554 go away\r\n', answers: [] }, '554 go away'],
  ['smtp', { greets: '220 x\r\n', answers: ['502 no\r\n'] }, '502 no'],
  ['smtp', { greets: '220 x\r\n', answers: ['250 STARTTLS\r\n', '454 not now\r\n'] }, '454 not now'],
  ['imap', { greets: '* PREAUTH welcome\r\n', answers: [] }, '* PREAUTH welcome'],
  ['imap', { greets: '* OK\r\n', answers: ['TAG BAD what\r\n'] }, 'a BAD what'],
  ['imap', { greets: '* OK\r\n', answers: ['* CAPABILITY STARTTLS\r\nTAG OK\r\n', '* X\r\nTAG NO\r\n'] }, 'b NO'],
  ['pop3', { greets: '-ERR busy\r\n', answers: [] }, '-ERR busy'],
  ['pop3', { greets: '+OK\r\n', answers: ['-ERR what?\r\n', '-ERR what?\r\n'] }, '-ERR what?'],
  ['ftp', { greets: '421 busy\r\n', answers: [] }, '421 busy'],
  ['ftp', { greets: '220 x\r\n', answers: ['534 no\r\n'] }, '534 no'],
  ['nntp', { greets: '502 no\r\n', answers: [] }, '502 no'],
  ['nntp', { greets: '200 x\r\n', answers: ['500 what\r\n', '580 no\r\n'] }, '580 no'],
  ['sieve', { greets: 'BYE "no"\r\n', answers: [] }, 'BYE "no"'],
  ['sieve', { greets: '"STARTTLS"\r\nOK\r\n', answers: ['NO "x"\r\n'] }, 'NO "x"'],
  ['ldap', { answers: [Uint8Array.of(0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 52, 4, 0, 4, 0)] }, 'LDAP 52'],
  ['ldap', { answers: ['HTTP/1.1 400'] }, '0x48'],
  ['ldap', { answers: [Uint8Array.of(0x30, 5, 2, 1, 1, 0x61, 0)] }, '0x30'],
  ['postgres', { answers: ['E'] }, 'E'],
  ['mysql', { greets: '\x07\0\0\0\xff\x15\x04Host', answers: [] }, 'Host'],
  ['mysql', { greets: '\x01\0\0\0\x09', answers: [] }, '0x09'],
] as const)('%s: a no in the words of the server: %o', (name, spoken, got) => {
  const { step } = held(name, spoken as Spoken)
  expect(step).toMatchObject({ type: 'refused' })
  expect((step as { got: string }).got).toContain(got)
})

test.each([
  ['smtp', 'EHLO [192.0.2.1]\r\nSTARTTLS\r\n'],
  ['lmtp', 'LHLO [192.0.2.1]\r\nSTARTTLS\r\n'],
  ['imap', 'a CAPABILITY\r\nb STARTTLS\r\n'],
  ['pop3', 'CAPA\r\nSTLS\r\n'],
  ['ftp', 'AUTH TLS\r\n'],
  ['nntp', 'CAPABILITIES\r\nSTARTTLS\r\n'],
  ['sieve', 'STARTTLS\r\n'],
  // RFC 4511 4.14.1: an ExtendedRequest, number 1, of this name.
  ['ldap', '0\x1d\x02\x01\x01w\x18\x80\x161.3.6.1.4.1.1466.20037'],
  ['postgres', '\0\0\0\x08\x04\xd2\x16\x2f'],
  // Packet 1 of 32 octets: capabilities, 16 MiB at most, utf8, and 23 zeros.
  ['mysql', `\x20\0\0\x01\0\x8a\x08\0\0\0\0\x01\x21${'\0'.repeat(23)}`],
] as const)('%s: what is said before TLS, to the octet', (name, said) => {
  expect(held(name, yes[name]).said.join('')).toBe(said)
})

test('a client without a name says its address, and a name of an XML stream is nothing but a name', () => {
  const first = (name: StartTlsName, more: Partial<typeof setting>): string => {
    const said: string[] = []
    const dialogue = new StartTlsDialogue(startTlsProtocols[name].script({ ...setting, ...more }), bytes =>
      said.push(latin1Text(bytes)),
    )
    dialogue.begin()
    dialogue.receive(answered('220 x\r\n', ''))
    return said[0]!
  }
  expect(first('smtp', {})).toBe('EHLO [192.0.2.1]\r\n')
  expect(first('smtp', { local: '::1' })).toBe('EHLO [IPv6:::1]\r\n')
  expect(first('xmpp', { host: `a'/><b` })).toContain(`to='ab'`)
})

const started = async (
  port: number,
  protocol: StartTlsName,
  more: { patience?: number; signal?: AbortSignal } = {},
) => {
  const { transport, clock } = nodeWorld()
  const to = { host: '127.0.0.1', port, timeouts: { name: 5_000, connect: 5_000 } }
  const where = `127.0.0.1:${port}`
  const stream = await dial(to, transport, clock)
  return await startTls(stream, { protocol, host: 'localhost', clock, asked: 0, patience: 20_000, where, ...more })
}

test('each end that is none has a code', async () => {
  expect(await codeOf(started(await startTlsPeer(none.smtp), 'smtp'))).toBe('net/starttls-missing')
  expect(await codeOf(started(await startTlsPeer({ greets: '554 no\r\n', answers: [] }), 'smtp'))).toBe(
    'net/starttls-refused',
  )
  const [ehlo = '', go = ''] = yes.smtp.answers as string[]
  const injected = { greets: yes.smtp.greets!, answers: [ehlo, `${go}250 SIZE\r\n`] }
  const error = await started(await startTlsPeer(injected), 'smtp').then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(FailureError)
  expect((error as FailureError).failure).toMatchObject({ code: 'net/starttls-ahead', number: 10, expected: 'SMTP' })
  const endless = Number(new URL(await peer(socket => void socket.write('220-x\r\n'.repeat(20_000)))).port)
  expect(await codeOf(started(endless, 'smtp'))).toBe('net/starttls-refused')
  const silent = Number(new URL(await peer(() => {})).port)
  expect(await codeOf(started(silent, 'smtp', { patience: 50 }))).toBe('net/handshake-timeout')
  const leaves = Number(new URL(await peer(socket => void socket.end('220-x\r\n'))).port)
  expect(await codeOf(started(leaves, 'smtp'))).toBe('net/starttls-refused')
  const reset = Number(new URL(await peer(socket => void socket.resetAndDestroy())).port)
  expect(await codeOf(started(reset, 'postgres'))).toMatch(/^tcp\/reset|^net\/starttls-refused/)
  const gone = new AbortController()
  gone.abort(new Error('enough'))
  expect(await codeOf(started(silent, 'smtp', { signal: gone.signal }))).toBe('Error: enough')
})
