/** A failure's card: what is offered to be typed can be copied from the screen as it stands, however narrow that is. */

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { english, stepsFor } from '../explain/index.ts'
import type { Words } from '../explain/words.ts'
import { chinese } from '../explain/zh/index.ts'
import { type Failure, fail } from '../failures/index.ts'
import { renderFailure } from './failure.ts'
import { jsonOfFailure } from './json.ts'
import { columnsOf } from './shown.ts'
import { plain } from './style.ts'

const url = "https://shop.test:8443/a?b=it's&c=d e"
const failure = fail('tls/certificate-self-signed').within({ url, host: 'shop.test', port: 8443 })

test('a command that is longer than the card goes on as a shell wants it, and its note is a comment', () => {
  for (const words of [english, chinese])
    for (const width of [40, 60, 80, 100]) {
      const lines: readonly string[] = renderFailure(failure, { style: plain(width), words })
      for (const line of lines.filter(each => !each.includes("'")))
        expect(columnsOf(line), line).toBeLessThanOrEqual(width)
      const first = lines.findIndex(line => line.startsWith(`  ${words.card.tryThis}`))
      const last = lines.findIndex((line, i) => i > first && /^ {2}\S/.test(line))
      const copied = lines.slice(first, last).map(line => line.slice(16))
      // A shell that says what it would run: the same words as in the commands themselves.
      const seen = shellWords(copied.join('\n'))
      expect(seen).toContain(`cert.pem\n${url}\n`)
      expect(seen, `${words.language} ${width}`).toBe(
        shellWords(
          stepsFor(failure)
            .map(({ command }) => command)
            .join('\n'),
        ),
      )
    }
})

/** What a shell makes of a script: every command with its words, one word a line. */
const shellWords = (script: string): string =>
  execFileSync(
    'sh',
    [
      '-c',
      `openssl() { printf '%s\\n' openssl "$@"; }; barewire() { printf '%s\\n' barewire "$@"; }; cd /; PATH=/nowhere; ${script.replace('> cert.pem', '')}`,
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )

test('a place in a certificate that was not traced is told: which of the chain, or the root, and its bytes', () => {
  const at = (certificate: number | 'anchor') => ({ message: 0, start: 12, end: 40, certificate })
  const expired = (certificate: number | 'anchor') =>
    fail('tls/certificate-expired', { where: '“X”', expected: 'a', got: 'b', at: at(certificate) })
  const card = (failure: Failure, words: Words = english) =>
    renderFailure(failure, { style: plain(100), words })
      .map(String)
      .join('\n')
  expect(card(expired(2))).toContain('where         certificate 3 of the chain, bytes 12..40')
  expect(card(expired('anchor'))).toContain('where         the root’s certificate, bytes 12..40')
  expect(card(expired(2), chinese)).toContain('证书链的第 3 张证书，字节 12..40')
  expect(card(expired('anchor'), chinese)).toContain('根证书，字节 12..40')
  expect(jsonOfFailure(expired(2))).toMatchObject({ at: { certificate: 2, range: [12, 40] } })
  expect(jsonOfFailure(expired('anchor'))).toMatchObject({ at: { certificate: 'anchor', range: [12, 40] } })
})
