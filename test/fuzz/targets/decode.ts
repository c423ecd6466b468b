/**
 * What people paste: whatever it is, it is told without a throw, ranges stay in the input, nothing commands a terminal, and
 * JSON of it is written as the same bytes. The same bytes in hexadecimal are taken for the same.
 */

import { allBroken, type Decoded, starred } from '../../../src/inspect/decode/decode.ts'
import { type Guessed, guess } from '../../../src/inspect/decode/guess.ts'
import { emitted, jsonOfDecoded } from '../../../src/inspect/decode/json.ts'
import { brokenLines, headLines, treeLines } from '../../../src/inspect/decode/text.ts'
import { plain } from '../../../src/inspect/style.ts'
import { latin1Bytes } from '../../../src/wire/bytes.ts'
import { fields } from '../../../src/wire/field.ts'
import { ascii, concat, hex, toHex } from '../../support/bytes.ts'
import type { Look, Target } from '../target.ts'

const HELLO =
  '160301004301 00003f0303abababababababababababababababababababababababababababababababab 000002130101000014 0000000600040000 0161 000a00060004 001d0017'
const SEEDS: readonly Uint8Array[] = [
  hex(HELLO.replaceAll(' ', '')),
  hex('ffffffffffff02000000000108060001080006040001020000000001 0a000001 000000000000 0a000002'.replaceAll(' ', '')),
  hex('45000014000040004001000 00a0000010a000002'.replaceAll(' ', '')),
  hex('0035c0000025000012348180000100010000000001610000010001c00c00010001000000780004 0a000001'.replaceAll(' ', '')),
  hex('3013301106092a864886f70d01010b05000304000102 03'.replaceAll(' ', '')),
  ascii('15 03 03 00 02 02 28'),
  ascii('00000000: 1503 0300 0202 28                        ......('),
  ascii('0000 - 15 03 03 00 02 02 28-00\n*\n0020 - 01'),
  ascii('FQMDAAICKA=='),
  ascii('-----BEGIN CERTIFICATE-----\nMAIwAA==\n-----END CERTIFICATE-----'),
  ascii('"\\x15\\x03\\3\\0" "\\x02"'),
  ascii("b'\\x15\\x03'"),
  ascii('[]byte{0x15, 3, 3, 0, 2, -1}'),
  ascii('%15%03%03%00%02%02%28'),
  ascii('=> Send data, 2 bytes (0x2)\n0000: 61 61                     aa\n'),
  ascii('GET / HTTP/1.1\r\nCookie: a=b; c\r\n\r\n'),
  ascii('HTTP/1.1 200 OK\nSet-Cookie: a=b; Path=/'),
  ascii('Set-Cookie: a=b; Path=/'),
  ascii(`CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}\n# x`),
  hex('0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c'),
]

export const pasted: Target = {
  name: 'decode',
  longest: 700,
  seeds: () => SEEDS,
  words: () =>
    ['0x', '\\x', '0000: ', '00000010  ', '-----BEGIN ', '-----END ', '<= Recv header, 1 bytes (0x1)\n', '\n*\n', ', ']
      .map(ascii)
      .concat([hex('160303'), hex('3082'), hex('0800450000'), hex('1b5b324a')]),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1')), toHex(input)],
  run(input, look) {
    const guessed = guess(input)
    const { best } = guessed
    if (best === undefined) return look.reached('nothing')
    look.reached(`${best.reading.notation} ${best.decoded.format.id} ${allBroken(best.decoded)[0]?.rule ?? ''}`)
    if (!(best.confidence > 0 && best.confidence <= 1)) throw new Error(`a confidence of ${best.confidence}`)
    for (const { decoded } of guessed.parts) if (decoded !== undefined) check(decoded, look)
    told(guessed)
    if (best.reading.notation === 'raw bytes') inHex(best.decoded, input)
  },
}

const check = (decoded: Decoded, look: Look): void => {
  const { start, bytes, field, inside } = decoded
  for (const { field: each, path } of fields(field))
    if (each.start < start || each.end > start + bytes.length || each.end < each.start)
      throw new Error(`${decoded.format.id} ${path}: ${each.start}..${each.end} of ${start}..${start + bytes.length}`)
  for (const { rule, start: from, end } of allBroken(decoded))
    if (from > end) throw new Error(`${rule} at ${from}..${end}`)
  if (start === 0 && toHex(emitted(JSON.parse(JSON.stringify(jsonOfDecoded(decoded))))) !== toHex(bytes))
    throw new Error(`${decoded.format.id} is written in another way than it came`)
  for (const { decoded: inner } of inside) {
    look.reached(`${decoded.format.id} has ${inner.format.id}`)
    check(inner, look)
  }
}

/** Everything that is printed. */
const told = ({ best, others, parts }: Guessed): void => {
  const style = plain(80)
  for (const { decoded: given } of parts) {
    if (given === undefined) continue
    const { decoded } = starred(given)
    const text = [
      ...headLines({ ...best!, decoded }, others, style, false),
      ...treeLines(decoded, { style, bytes: 'beside' }),
      ...brokenLines(allBroken(decoded), style),
    ].join('\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may stand in what is written
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(text)) throw new Error('a terminal is commanded')
    if (text.split('\n').some(line => line.length > 80)) throw new Error('a line is too long')
  }
}

const inHex = (decoded: Decoded, input: Uint8Array): void => {
  const again = guess(concat(latin1Bytes(toHex(input)), ascii('\n'))).best
  if (again?.reading.notation !== 'hex') return
  if (JSON.stringify(jsonOfDecoded(again.decoded)) !== JSON.stringify(jsonOfDecoded(decoded)))
    throw new Error('in hexadecimal it is taken for something else')
}
