/** What stands before the conversation that is meant: SOCKS, the PROXY protocol, and protocols that ask for TLS. */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../../test/support/bytes.ts'
import { answered, yes } from '../../../test/support/starttls.ts'
import { bytewise, heard, secretsOf, type Tapped, talkBetween, told } from '../../../test/support/streams.ts'
import { identity } from '../../../test/support/tls.ts'
import { StartTlsDialogue } from '../../net/stream/starttls/dialogue.ts'
import { START_TLS, type StartTlsName, startTlsProtocols } from '../../net/stream/starttls/protocols.table.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { isSocks } from './preamble.ts'

const crypto = nodeCrypto()
const { tap, ends } = talkBetween({ crypto, who: identity(crypto, 'p-256') })
const secrets = secretsOf(ends.records)

/** The exchange behind what was said before it, read whole and byte by byte. */
const behind = (before: Tapped) => {
  const whole = heard(crypto, [...before, ...tap], { secrets })
  const torn = heard(crypto, bytewise([...before, ...tap]), { secrets })
  expect(torn.findings).toEqual(whole.findings)
  const protocols = whole.findings.flatMap(found =>
    found.about === 'protocol' ? [`${found.inside} ${found.protocol}`] : [],
  )
  const paths = whole.findings.flatMap(found =>
    found.about === 'exchange' ? [`${found.request?.start[1]} ${found.response?.start[1]}`] : [],
  )
  const failures = whole.trace.records.flatMap(({ type, record }) =>
    type === 'verdict' && record.failure ? [record.failure.code] : [],
  )
  const hello = told(whole.trace.records, ['record'])[0] as { stream: { start: number } }
  return { protocols, paths, failures, at: hello.stream.start }
}

/** What both sides say until TLS may begin. */
const dialogue = (name: StartTlsName): Tapped => {
  const { greets, answers } = yes[name]
  const tapped: [from: 'client' | 'server', bytes: Uint8Array][] = []
  const setting = { host: 'mail.test', local: '192.0.2.1' }
  const client = new StartTlsDialogue(startTlsProtocols[name].script(setting), bytes => tapped.push(['client', bytes]))
  const say = (said: string | Uint8Array): void => {
    const last = tapped.findLast(([from]) => from === 'client')?.[1]
    const bytes = answered(said, last === undefined ? '' : Buffer.from(last).toString('latin1'))
    tapped.push(['server', bytes])
    client.receive(bytes)
  }
  client.begin()
  if (greets !== undefined) say(greets)
  for (const each of answers) say(each)
  return tapped
}

test.each(START_TLS)('%s: behind STARTTLS the exchange is read at its place in the stream', name => {
  const before = dialogue(name)
  const { protocols, paths, failures, at } = behind(before)
  expect(protocols.slice(1)).toEqual(['stream TLS', 'TLS HTTP/1.1'])
  expect({ paths, failures }).toEqual({ paths: ['/cart 200'], failures: [] })
  const said = before.flatMap(([from, bytes]) => (from === 'client' && typeof bytes !== 'number' ? [bytes.length] : []))
  expect(at).toBe(said.reduce((sum, length) => sum + length, 0))
})

const proxies: readonly (readonly [name: string, before: Tapped, at: number])[] = [
  [
    'SOCKS 5 to a name',
    [
      ['client', hex('050100')],
      ['server', hex('0500')],
      ['client', concat(hex('0501000309'), ascii('shop.test'), hex('01bb'))],
      ['server', hex('05000001 0a000001 1f90')],
    ],
    19,
  ],
  [
    'SOCKS 5 with a password, to IPv6',
    [
      ['client', hex('05020002')],
      ['server', hex('0502')],
      ['client', concat(hex('0103'), ascii('ada'), hex('02'), ascii('pw'))],
      ['server', hex('0100')],
      ['client', hex('05010004 00000000000000000000000000000001 01bb')],
      ['server', hex('05000003 01 61 1f90')],
    ],
    34,
  ],
  [
    'SOCKS 4',
    [
      ['client', concat(hex('0401 01bb 0a000001'), ascii('ada\0'))],
      ['server', hex('005a 000000000000')],
    ],
    12,
  ],
  [
    'SOCKS 4a',
    [
      ['client', concat(hex('0401 01bb 00000001'), ascii('\0shop.test\0'))],
      ['server', hex('005a 000000000000')],
    ],
    19,
  ],
  ['PROXY version 1', [['client', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 4711 443\r\n')]], 41],
  [
    'PROXY version 2',
    [['client', concat(ascii('\r\n\r\n\0\r\nQUIT\n'), hex('2111000c c0000201 c0000202 1267 01bb'))]],
    28,
  ],
]

describe.each(proxies)('%s', (name, before, at) => {
  test('TLS behind it is read at its place', () => {
    const found = behind(before)
    const spoken = name.startsWith('SOCKS') ? 'SOCKS' : 'PROXY protocol'
    expect(found).toEqual({
      protocols: [`stream ${spoken}`, 'tunnel TLS', 'TLS HTTP/1.1'],
      paths: ['/cart 200'],
      failures: [],
      at,
    })
  })
  test('HTTP behind it too, in the same piece', () => {
    const request = ascii('GET /plain HTTP/1.1\r\nHost: a\r\n\r\n')
    const last = before.findLastIndex(([from]) => from === 'client')
    const said = before.map(([from, bytes], i) => [
      from,
      i === last ? concat(bytes as Uint8Array, request) : bytes,
    ]) as Tapped
    const { findings } = heard(crypto, [...said, ['server', ascii('HTTP/1.1 204 No Content\r\n\r\n')]])
    expect(findings).toMatchObject([
      { about: 'protocol' },
      { about: 'protocol', protocol: 'HTTP/1.1', inside: 'tunnel' },
      {
        about: 'exchange',
        request: { start: ['GET', '/plain', 'HTTP/1.1'] },
        response: { start: ['HTTP/1.1', '204', 'No Content'] },
      },
    ])
  })
})

test('what never ends is left at a bound, in whatever pieces', () => {
  const endless: readonly Uint8Array[] = [
    ascii(`PROXY TCP4 ${'1'.repeat(96)}\r\nGET / HTTP/1.1\r\n\r\n`),
    concat(hex('0401 01bb 00000001'), ascii(`ada\0${'n'.repeat(600)}\0GET / HTTP/1.1\r\n\r\n`)),
  ]
  for (const bytes of endless)
    for (const tapped of [[['client', bytes]], bytewise([['client', bytes]])] as Tapped[])
      expect(heard(crypto, tapped).findings).toHaveLength(1)
})

test('what only begins like SOCKS is none, and one that says no leads nowhere', () => {
  const texts = ['04', '0401', '05', '0502', '050200', '050400', '050103', '0500', '0403', '040101bb0a0000018000', '06']
  expect(texts.map(text => isSocks(hex(text)))).toEqual([
    'more',
    'more',
    'more',
    'more',
    'more',
    false,
    false,
    false,
    false,
    false,
    false,
  ])
  const { findings } = heard(crypto, [
    ['client', hex('050100')],
    ['server', hex('05ff')],
    ['client', hex('17')],
    ['server', hex('00')],
  ])
  expect(findings).toEqual([{ about: 'protocol', flow: 'one', protocol: 'SOCKS', inside: 'stream' }])
})

test('behind a hole in it nothing is guessed, and what is no ClientHello begins no TLS', () => {
  const [first, ...rest] = dialogue('smtp')
  const lost = heard(crypto, [first!, ['client', 5], ...rest, ...tap], { secrets })
  expect(lost.findings).toContainEqual(expect.objectContaining({ about: 'exchange' }))
  const [, hello] = tap[0]!
  const changed = [9, 5, 6].map(at => (hello as Uint8Array).map((octet, i) => (i === at ? octet ^ 0xff : octet)))
  for (const bytes of changed) {
    const { findings } = heard(crypto, [...dialogue('smtp'), ['client', bytes]])
    expect(findings).toEqual([{ about: 'protocol', flow: 'one', protocol: 'SMTP', inside: 'stream' }])
  }
  // Whatever its pieces, as far as 65,536 bytes.
  const behindText = (length: number, cut: number) => {
    const text = new Uint8Array(length).fill(0x41)
    const pieces: Tapped = [
      ['client', text.subarray(0, cut)],
      ['client', concat(text.subarray(cut), tap[0]![1] as Uint8Array)],
    ]
    return heard(crypto, [['server', ascii('220 mail.test ESMTP\r\n')], ...pieces, ...tap.slice(1)], { secrets })
      .findings.length
  }
  for (const cut of [1, 65_530]) {
    expect(behindText(65_535, cut)).toBeGreaterThan(2)
    expect(behindText(65_536, cut)).toBe(1)
  }
  const late = heard(crypto, [...dialogue('smtp'), ['client', new Uint8Array(65_536)], ...tap], { secrets })
  expect(late.findings).toHaveLength(1)
})
