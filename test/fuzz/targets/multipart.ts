/** A multipart body with small limits: whatever comes, whole or in pieces, it is told apart into the same parts. */
import { Failure } from '../../../src/failures/index.ts'
import { type FormPartHead, formPart } from '../../../src/http/multipart/form-part.ts'
import { MultipartReader } from '../../../src/http/multipart/reader.ts'
import { seeded } from '../../../src/random.ts'
import { toHex } from '../../support/bytes.ts'
import { sameTorn } from '../../support/checked.ts'
import type { Target } from '../target.ts'

const limits = { parts: 4, head: 200, fields: 4, preamble: 20 }

const told = (chunks: readonly Uint8Array[]): string[] => {
  const reader = new MultipartReader('b', limits)
  const story: string[] = []
  let content = ''
  let ended = false
  for (const chunk of [...chunks, 'end' as const]) {
    reader.receive(chunk)
    for (let event = reader.pollEvent(); event !== undefined; event = reader.pollEvent()) {
      if (ended) throw new Error(`${event.type} behind the end`)
      if (event.type === 'body') {
        if (event.bytes.length === 0) throw new Error('a piece of nothing')
        content += toHex(event.bytes)
        continue
      }
      if (content !== '') story.push(content)
      content = ''
      ended = event.type === 'end' || event.type === 'failure'
      if (event.type === 'failure') story.push(`✗ ${event.failure.code}`)
      else if (event.type === 'part') story.push(`part ${JSON.stringify(nameOf(formPart(event.headers)))}`)
      else story.push(event.type)
    }
  }
  if (!ended) throw new Error('a body that does not end')
  return story
}

const nameOf = (part: FormPartHead | Failure): unknown =>
  part instanceof Failure ? part.code : [part.name, part.filename, part.type]

const DISPOSITION = 'Content-Disposition: form-data; name="a"'

export const multipartBodies: Target = {
  name: 'http/multipart',
  longest: 700,
  seeds: () =>
    [
      `--b\r\n${DISPOSITION}\r\n\r\nx\r\n--b--\r\n`,
      `hello\r\n--b \r\n${DISPOSITION}; filename="C:\\a\\"\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\n\r\n--b--`,
      `--b\r\n${DISPOSITION}; filename*=UTF-8''%e2%82%ac\r\n\r\n\r\n-\r\n--\r\n--c\r\n--b--\t\r\nbye`,
      `--b\r\nContent-Disposition: form-data; name="a\\"b%22"\r\n\r\n\r\r\n--b--`,
    ].map(text => Buffer.from(text, 'latin1')),
  words: () =>
    ['\r\n--b', '\r\n', '\r\n\r\n', '--', '; filename="', '\\"', `${DISPOSITION}\r\n\r\n`].map(text =>
      Buffer.from(text),
    ),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1'))],
  run(input, look) {
    for (const line of sameTorn(input, seeded(input.length).number, told))
      look.reached(/^(✗ .*|part|end)/.exec(line)?.[0] ?? 'content')
  },
}
