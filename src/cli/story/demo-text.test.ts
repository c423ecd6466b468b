/** What the demo says, line by line, on a terminal of 60 columns. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { fail } from '../../failures/index.ts'
import { ours, plain, type Style } from '../../inspect/index.ts'
import type { Outcome } from '../../lab/attacks/index.ts'
import type { Exchange } from '../../lab/exchange.ts'
import { demoLines, outcomeLines, partingLines } from './demo-text.ts'

/** Tints in words: `<bad:…>`. */
const tinted: Style = {
  ...plain(60),
  colour: {
    you: text => `<you:${text}>`,
    server: text => `<server:${text}>`,
    bad: text => `<bad:${text}>`,
    good: text => `<good:${text}>`,
    secret: text => `<secret:${text}>`,
    quiet: text => `<quiet:${text}>`,
  },
}

const exchange = {
  machines: [
    { name: 'laptop', address: '10.0.0.1' },
    { name: 'shop', address: '10.0.0.2' },
  ],
  answers: [
    { request: 'GET /', status: 200, body: '<p>hello you</p>' },
    { request: 'POST /login', status: 303, body: ' plain ' },
  ],
  cookie: {
    text: 'Cookie ⊂ GET / ⊂ record 1 ⊂ segment 2 ⊂ packet 3 ⊂ frame 4, bytes 5..9',
    plaintext: ascii('sid=0123456789abcdefghijklmnop'),
    ciphertext: new Uint8Array(30).fill(0xab),
  },
} as unknown as Exchange

test('who is on the wire, the story, the answers, and a cookie in clear and as it is on the wire', () => {
  expect(demoLines(exchange, [ours('the story')], tinted)).toEqual([
    '',
    'Two machines on a wire in memory: laptop (10.0.0.1) signs in',
    'at https://shop (10.0.0.2) and is known at its second',
    'request. Every layer on both sides is Barewire; the time is',
    'virtual.',
    '',
    'the story',
    '',
    ' GET /         200  <server:hello you>',
    ' POST /login   303  <server:plain>',
    '',
    ' Cookie ⊂ GET / ⊂ record 1 ⊂ segment 2 ⊂ packet 3 ⊂ frame',
    '   4, bytes 5..9',
    '   you say    73 69 64 3d 30 31 32 33 34 35   <you:sid=012345>',
    '   the wire   <secret:ab ab ab ab ab ab ab ab ab ab>',
  ])
})

test('as many octets of the cookie as fit, at most 20; in ASCII where there is nothing else', () => {
  const shown = (width: number) => demoLines(exchange, [], plain(width)).at(-2)!.trim().split('   ')[1]
  expect([60, 99, 200].map(width => shown(width)?.trim().split(' ').length)).toEqual([10, 20, 20])
  expect(demoLines(exchange, [], plain(60, false)).join('\n')).toContain(' Cookie < GET / < record 1')
  const { cookie: _, ...without } = exchange
  expect(demoLines(without as Exchange, [], plain(60)).at(-1)).toBe(' POST /login   303  plain')
})

const outcome = (facts: object): Outcome =>
  ({
    id: 'x',
    over: 'https',
    does: 'listens to all that is said between the two of them and tells nobody',
    expected: 'succeeds',
    asExpected: true,
    learned: ['the password', 'the cookie'],
    client: {},
    server: [],
    ...facts,
  }) as unknown as Outcome
const DOES = ['it listens to all that is said between the two of them', '   and tells nobody']

test('an attack that succeeds is bad over http, and as good as nothing over https', () => {
  expect(outcomeLines(outcome({ over: 'http' }), true, tinted)).toEqual([
    '',
    'The same wire with a third machine on it, mallory. It told',
    'the laptop by ARP that it is the shop; this is why HTTPS',
    'exists.',
    '',
    ' <quiet:over http://>',
    ` <bad:✗> ${DOES[0]}`,
    DOES[1],
    '     <bad:and has: the password; the cookie>',
  ])
  expect(outcomeLines(outcome({}), true, tinted)).toEqual([
    '',
    ' <quiet:over https://>',
    ` <good:✓> ${DOES[0]}`,
    DOES[1],
    '     <quiet:and has no more than: the password; the cookie>',
  ])
})

test('an attack that is noticed says who noticed and what, one that is not says so', () => {
  const cut = fail('tls/cut-short')
  const refused = (...told: string[]) => [` <good:✓> ${DOES[0]}`, DOES[1], ...told]
  const by = (side: string, facts: object) => outcome({ expected: { by: side, code: 'tls/cut-short' }, ...facts })
  expect(outcomeLines(by('client', { client: { failure: cut } }), false, tinted)).toEqual(
    refused(
      '     the laptop refuses: Closed without goodbye: the answer',
      '     may be incomplete. The connection ended without',
      '     close_notify.                             <quiet:tls/cut-short>',
    ),
  )
  const server = [fail('tls/record-damaged'), cut]
  expect(outcomeLines(by('server', { server }), false, tinted)).toEqual(
    refused(
      '     the shop refuses: Closed without goodbye: the answer',
      '     may be incomplete. The connection ended without',
      '     close_notify.                             <quiet:tls/cut-short>',
    ),
  )
  expect(outcomeLines(by('server', { asExpected: false, client: { failure: cut } }), false, tinted)).toEqual([
    ` <bad:?> ${DOES[0]}`,
    DOES[1],
    '     <bad:nobody noticed>',
  ])
})

test('the parting says where the packets are, and what to try as the program was called', () => {
  expect(partingLines('demo.pcapng', 12, 'npx barewire', plain(50))).toEqual([
    '',
    ' 12 frames of the first part are in demo.pcapng,',
    ' with the secrets to decrypt them.',
    '',
    ' try',
    '   wireshark demo.pcapng',
    '   npx barewire demo -v tcp,tls,http',
    '   npx barewire get https://example.com/',
    '   npx barewire serve .',
  ])
})
