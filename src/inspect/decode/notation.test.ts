import { expect, test } from 'vitest'
import { hexText } from '../../wire/bytes.ts'
import { readings } from './notation.ts'

/** How a text is read, with what comes out of it; the text itself is left out. */
const read = (text: string): string[] =>
  readings(new TextEncoder().encode(text))
    .filter(({ notation }) => notation !== 'text')
    .map(({ notation, parts }) => `${notation}: ${parts.map(({ bytes }) => hexText(bytes)).join(' | ')}`)

const OCTETS = '1503030002022816030300040e0000006162636465666768'

test.each([
  [
    'xxd',
    '00000000: 1503 0300 0202 2816 0303 0004 0e00 0000  ......(.........\n00000010: 6162 6364 6566 6768                      abcdefgh',
  ],
  [
    'hexdump -C',
    '00000000  15 03 03 00 02 02 28 16  03 03 00 04 0e 00 00 00  |......(.........|\n00000010  61 62 63 64 65 66 67 68                           |abcdefgh|\n00000018',
  ],
  [
    'hexdump',
    '0000000 0315 0003 0202 1628 0303 0400 000e 0000\n0000010 6261 6463 6665 6867                    \n0000018',
  ],
  ['hex dump', '000000 15 03 03 00 02 02 28 16 03 03 00 04 0e 00 00 00\n000010 61 62 63 64 65 66 67 68\n000018'],
  [
    'hex dump',
    '000000 15 03 03 00 02 02 28 16 03 03 00 04 0e 00 00 00  >......(.........<\n000010 61 62 63 64 65 66 67 68                          >abcdefgh<\n000018',
  ],
  [
    'hex dump',
    '0000   15 03 03 00 02 02 28 16 03 03 00 04 0e 00 00 00   ......(.........\n0010   61 62 63 64 65 66 67 68                           abcdefgh',
  ],
  [
    'tcpdump -X',
    '\t0x0000:  1503 0300 0202 2816 0303 0004 0e00 0000  ......(.........\n\t0x0010:  6162 6364 6566 6768                      abcdefgh',
  ],
  [
    'openssl -debug',
    '0000 - 15 03 03 00 02 02 28 16-03 03 00 04 0e 00 00 00   ......(.........\n0010 - 61 62 63 64 65 66 67 68                           abcdefgh',
  ],
  [
    'xxd',
    '00000000: 15 03 03 00 02 02 28 16  ......(.\n00000008: 03 03 00 04 0e 00 00 00  ........\n00000010: 61 62 63 64 65 66 67 68  abcdefgh',
  ],
])('%s', (notation, text) => {
  expect(read(text)[0]).toBe(`${notation}: ${OCTETS}`)
})

test.each([
  '1503 0300 0202',
  '15:03:03:00:02:02',
  '15-03-03-00-02-02',
  '0x15 0x03 0x03 0x00 0x02 0x02',
  '0x150303000202',
  '15,03,03,00,02,02',
  '150303\n000202\n',
  '<Buffer 15 03 03 00 02 02>',
])('hex: %s', text => {
  expect(read(text)).toContain('hex: 150303000202')
})

test('a digit that is missing is not filled in from its neighbour', () => {
  expect(read('15 3 03 00 02 02').filter(each => each.startsWith('hex: '))).toEqual([])
  expect(read('15030')).toEqual([])
})

test.each([
  ['escaped string', String.raw`\x15\x03\x03\0\x02a\n`, '15030300026 10a'],
  [
    'escaped string',
    String.raw`"\x15\x03\x03\x00" \
"\x02\x61\x0a"`,
    '1503030002610a',
  ],
  ['Python bytes', String.raw`b'\x15\x03\x03\x00\x02a\n'`, '1503030002610a'],
  ['Python bytes', `b"GET / HTTP/1.1"`, '474554202f20485454502f312e31'],
  [
    'C array',
    'static const unsigned char hello[] = {\n  0x15, 0x03, /* version */ 0x03,\n 0, 2, 97, 10,\n};',
    '1503030002610a',
  ],
  ['Go slice', '[]byte{0x15, 0x3, 0x3, 0x0, 0x2, 0x61, 0xa}', '1503030002610a'],
  ['Go slice', '[21 3 3 0 2 97 10]', '1503030002610a'],
  ['array', '[21, 3, 3, 0, 2, 97, 10]', '1503030002610a'],
  ['array', 'new Uint8Array([21, 3, 3, 0, 2, 97, 10])', '1503030002610a'],
  ['array', '{"type":"Buffer","data":[21,3,3,0,2,97,10]}', '1503030002610a'],
  ['array', 'new byte[] { (byte) 0x15, 3, 3, 0, 2, 97, -1 }', '15030300 0261ff'],
  ['percent-encoded', '%15%03%03%00%02a%0a', '1503030002610a'],
  ['base64', 'FQMDAAJhCg==', '1503030002610a'],
  ['base64', 'data:application/octet-stream;base64,FQMDAAJhCg==', '1503030002610a'],
  ['base64url', '-_8VAwMAAmEK', 'fbff1503030002610a'],
])('%s: %s', (notation, text, octets) => {
  expect(read(text)).toContain(`${notation}: ${octets.replaceAll(' ', '')}`)
})

test('the parts of a trace of curl, with what is said of each', () => {
  const trace = `== Info:   Trying 127.0.0.1:8080...
=> Send header, 18 bytes (0x12)
0000: 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a GET / HTTP/1.1..
0010: 0d 0a                                           ..
== Info: Request completely sent off
<= Recv data, 2 bytes (0x2)
0000: 6f 6b                                           ok`
  const [first] = readings(new TextEncoder().encode(trace))
  expect(first?.notation).toBe('curl --trace')
  expect(first?.parts.map(({ label, bytes }) => [label, hexText(bytes)])).toEqual([
    ['=> Send header, 18 bytes (0x12)', '474554202f20485454502f312e310d0a0d0a'],
    ['<= Recv data, 2 bytes (0x2)', '6f6b'],
  ])
})

test('curl --trace-ascii: line ends are told from the offsets', () => {
  const trace = `=> Send header, 46 bytes (0x2e)
0000: GET / HTTP/1.1
0010: Host: shop.test
0021: Accept: a
002c: `
  const [first] = readings(new TextEncoder().encode(trace))
  expect(first?.notation).toBe('curl --trace-ascii')
  expect(new TextDecoder().decode(first!.parts[0]!.bytes)).toBe(
    'GET / HTTP/1.1\r\nHost: shop.test\r\nAccept: a\r\n\r\n',
  )
})

test('lines that a dump leaves out as equal are filled in, and several packets are several parts', () => {
  expect(
    read(
      '00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  |aaaaaaaaaaaaaaaa|\n*\n00000030  62  |b|\n00000031',
    )[0],
  ).toBe(`hexdump -C: ${'61'.repeat(48)}62`)
  const packets = `12:00:00.1 IP a > b: Flags [S]
\t0x0000:  4500 0001                                E...
12:00:00.2 IP b > a: Flags [R]
\t0x0000:  4500 0002                                E...`
  const [first] = readings(new TextEncoder().encode(packets))
  expect(first?.parts.map(({ label, bytes }) => [label, hexText(bytes)])).toEqual([
    ['12:00:00.1 IP a > b: Flags [S]', '45000001'],
    ['12:00:00.2 IP b > a: Flags [R]', '45000002'],
  ])
})

test('what openssl s_client -msg prints between its sentences', () => {
  const text = '<<< TLS 1.2, Alert [length 0002], fatal handshake_failure\n    02 28\n>>> TLS 1.2, ok\n    01 00\n'
  expect(read(text)).toContain('hex among other lines: 0228 | 0100')
})

test('octets that no text has are taken as they are', () => {
  expect(read('\x16\x03\x01')).toEqual(['raw bytes: 160301'])
  expect(readings(Uint8Array.of(0xff, 0xfe)).map(({ notation }) => notation)).toEqual(['raw bytes'])
})

/** Texts that make readers begin anew at every character. */
test.each([
  ['quotes', '\\"'.repeat(500_000)],
  ['open quotes', `"${"'a".repeat(500_000)}`],
  ['line feeds', '\n'.repeat(1_000_000)],
  ['blanks', `a${' '.repeat(1_000_000)}b`],
  ['commas and blanks', `[1${' '.repeat(500_000)},${' '.repeat(500_000)}x`],
  ['brackets', '['.repeat(1_000_000)],
  ['begins of PEM', '-----BEGIN '.repeat(90_000)],
  ['stars', `00000000  61\n${'*\n'.repeat(400_000)}`],
  ['dumps', '00000000: 6161\n'.repeat(60_000)],
  ['offsets', Array.from({ length: 60_000 }, (_, i) => `${(i * 2).toString(16).padStart(8, '0')}: 6161`).join('\n')],
  ['digits', 'a'.repeat(1_000_000)],
  ['curl', `=> Send data, ${'1'.repeat(1_000_000)}`],
  ['comments', '/*'.repeat(400_000)],
  ['percents', '%41'.repeat(300_000)],
])('a megabyte of %s is read in one go', (_, text) => {
  for (const { parts } of readings(new TextEncoder().encode(text)))
    for (const { bytes } of parts) expect(bytes.length).toBeLessThan(3 * 1024 * 1024)
})

test('what a dump leaves out is not filled in without end', () => {
  for (const { parts } of readings(new TextEncoder().encode('00000000  61 62 |ab|\n*\nffffffff0  61 |a|')))
    for (const { bytes } of parts) expect(bytes.length).toBeLessThan(3 * 1024 * 1024)
})
