/** Names and numbers of cipher suites, against those that the `openssl` command lists. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { CipherSuite } from './registries.table.ts'

const listed = spawnSync('openssl', ['ciphers', '-stdname', '-V', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], {
  encoding: 'utf8',
}).stdout
const suites = [...(listed ?? '').matchAll(/0x(..),0x(..) - (TLS_\S+)/g)]

test.skipIf(suites.length === 0)(
  `a suite has the number that OpenSSL knows it by${suites.length === 0 ? ' (skipped: openssl is not installed)' : ''}`,
  () => {
    expect(suites.length).toBeGreaterThan(50)
    for (const [, high, low, name] of suites) expect(CipherSuite.names[name!], name).toBe(Number(`0x${high}${low}`))
  },
)
