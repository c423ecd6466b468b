/** Fields with parameters: a media type and a disposition that can be read are the same when they are written and read again. */
import {
  contentDisposition,
  parseContentDisposition,
  safeFileName,
} from '../../../src/http/semantics/content-disposition.ts'
import { chooseType } from '../../../src/http/semantics/negotiation.ts'
import { decodeExtended, encodeExtended, parseMediaType, quoted } from '../../../src/http/semantics/parameters.ts'
import { ascii } from '../../support/bytes.ts'
import type { Target } from '../target.ts'

const same = (a: unknown, b: unknown, what: string): void => {
  if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error(`${what}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`)
}

export const httpMediaType: Target = {
  name: 'http/media-type',
  longest: 400,
  seeds: () =>
    [
      'text/html; charset="utf-8"',
      'multipart/form-data;boundary="a\\"b" ; x=y;;',
      'attachment; filename="a b.txt"; filename*=UTF-8\'\'%e2%82%ac%20rates',
      'text/html;q=0.5, */*;q=0, application/json',
      "form-data; name=x; filename*=iso-8859-1'en'%A3",
    ].map(ascii),
  words: () => [';', '="', '\\"', "UTF-8''", 'filename*=', 'charset=', ';q=0.', '/'].map(ascii),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1'))],
  run(input, look) {
    const text = Buffer.from(input).toString('latin1')
    const media = parseMediaType(text)
    if (media !== undefined) {
      look.reached('media type')
      const pairs = media.parameters.map(({ name, value }) => [name, value] as const)
      const written = `${media.type}${pairs.map(([name, value]) => `; ${name}=${quoted(value)}`).join('')}`
      const again = parseMediaType(written)
      same(
        [again?.type, again?.parameters.map(({ name, value }) => [name, value])],
        [media.type, pairs],
        'written and read',
      )
    }
    const disposition = parseContentDisposition(text)
    if (disposition !== undefined) {
      look.reached(disposition.filename === undefined ? 'disposition' : 'file name')
      const { type, filename } = disposition
      // A name with control characters or halves of characters is read, and never written.
      if (filename === undefined || !/\p{Cc}|\p{Cs}/u.test(filename)) {
        same(parseContentDisposition(contentDisposition(type, filename)), disposition, 'written and read again')
      }
      const safe = filename === undefined ? undefined : safeFileName(filename)
      if (safe !== undefined && (/[/\\\p{Cc}]/u.test(safe) || /^\.+$/.test(safe)))
        throw new Error(`no safe name: ${safe}`)
    }
    const extended = decodeExtended(text)
    if (extended !== undefined && !/\p{Cs}/u.test(extended)) {
      look.reached('extended')
      same(decodeExtended(encodeExtended(extended)), extended, 'extended')
    }
    const offered = ['text/html', 'application/json', 'text/plain;charset=utf-8'] as const
    const chosen = chooseType(text, offered)
    if (chosen !== undefined && !offered.includes(chosen)) throw new Error('what nobody offered was chosen')
    look.reached(`type ${chosen}`)
  },
}
