/** Forms that were changed at random, beside the parser of the platform's `FormData`: every difference has its reason. */
import { expect, test } from 'vitest'
import { Failure } from '../../failures/index.ts'
import { seeded } from '../../random.ts'
import { formPart } from './form-part.ts'
import { MultipartReader } from './reader.ts'

type Entry = readonly [name: string, filename: string | undefined, content: string]

const ours = (body: Uint8Array): readonly Entry[] | string => {
  const reader = new MultipartReader('b')
  reader.receive(body)
  reader.receive('end')
  const all: [string, string | undefined, string][] = []
  for (let event = reader.pollEvent(); event !== undefined; event = reader.pollEvent()) {
    if (event.type === 'failure') return event.failure.code
    if (event.type === 'body') all.at(-1)![2] += Buffer.from(event.bytes).toString('latin1')
    if (event.type !== 'part') continue
    const part = formPart(event.headers)
    if (part instanceof Failure) return part.code
    all.push([part.name, part.filename, ''])
  }
  return all
}
const theirs = async (body: Uint8Array<ArrayBuffer>): Promise<readonly Entry[] | string> => {
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  try {
    const form = await new Response(body, { headers }).formData()
    const all = [...form].map(async ([name, value]): Promise<Entry> => {
      if (typeof value === 'string') return [name, undefined, Buffer.from(value).toString('latin1')]
      return [name, value.name, Buffer.from(await value.arrayBuffer()).toString('latin1')]
    })
    return await Promise.all(all)
  } catch {
    return 'refused'
  }
}

const FORM = [
  '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n',
  '--b\r\nContent-Disposition: form-data; name="file"; filename="x%22.txt"\r\nContent-Type: text/plain\r\n\r\n\r\n--\r\n-\r\n',
  '--b--\r\n',
]
const PIECES = [
  '\r\n',
  '--',
  '--b',
  '"',
  ';',
  ' ',
  ':',
  '\\',
  'name="',
  'filename="',
  '%22',
  'x',
  '\n',
  '\r\n\r\n',
  'A: b\r\n',
  '=',
  '*',
]

/**
 * A head whose lines do not end in CRLF; and by Node 24, which takes for a boundary what has something behind it, and for an
 * empty form what has only the last one.
 */
const REFUSED_ALONE = ['http/bad-part', 'http/bad-boundary', 'http/multipart-cut-short']

/** Node 24 takes `--b` for the first boundary wherever it is; a boundary begins a line (RFC 2046 5.1.1). */
const isInMidLine = (text: string): boolean => /^[^\n]+--b/.test(text)

/**
 * They refuse more than the standard does: a preamble, what stands behind the last boundary, parameters that they do not
 * know. We refuse a head whose lines end in anything but CRLF, which they read in one way and others in another.
 */
test('what both take they take for the same, and most of it both take or refuse', async () => {
  const random = seeded(77)
  const others: unknown[] = []
  let agreed = 0
  for (let round = 0; round < 1000; round++) {
    let text = random.below(3) === 0 ? FORM[0]! + FORM[2]! : FORM.join('')
    for (let changes = 1 + random.below(2); changes > 0; changes--) {
      const at = random.below(text.length + 1)
      const piece = random.below(3) === 0 ? '' : PIECES[random.below(PIECES.length)]!
      text = text.slice(0, at) + piece + text.slice(at + random.below(3))
    }
    const body = new Uint8Array(Buffer.from(text, 'latin1'))
    const [we, they] = [ours(body), await theirs(body)]
    const bothTake = typeof we !== 'string' && typeof they !== 'string'
    if (bothTake && JSON.stringify(we) !== JSON.stringify(they) && !isInMidLine(text)) others.push([text, we, they])
    if ((typeof we === 'string') === (typeof they === 'string')) agreed++
    else if (typeof we === 'string') expect(REFUSED_ALONE, text).toContain(we)
  }
  expect(others).toEqual([])
  expect(agreed).toBeGreaterThan(700)
})
