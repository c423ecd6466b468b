/** Every example runs as it stands. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const says: Readonly<Record<string, RegExp>> = {
  'expired-certificate.ts': /^tls\/certificate-expired: /,
  'lossy-network.ts': /^200 hello after \d+ virtual ms, [1-9]\d* frames lost\n$/,
  'tls-without-sockets.ts': /server reads: hello over TLS\n$/,
}

test('each example has a line here that it must print', () => {
  expect(readdirSync(`${root}/examples`).filter(f => f.endsWith('.ts'))).toEqual(Object.keys(says))
})

for (const [file, expected] of Object.entries(says)) {
  test(`examples/${file} runs`, () => {
    const out = execFileSync(process.execPath, ['--import', 'tsx', `examples/${file}`], { cwd: root, encoding: 'utf8' })
    expect(out).toMatch(expected)
  })
}
