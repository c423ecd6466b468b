/** Names and numbers of cipher suites, against those that the `openssl` command and tshark list. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { cipherSuiteNames } from './cipher-suites.table.ts'
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

const dissected = spawnSync('tshark', ['-G', 'values'], { encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout ?? ''
const named = new Map(
  [...dissected.matchAll(/^V\ttls\.handshake\.ciphersuite\t(\d+)\t(\S+)$/gm)].map(([, number, name]) => [
    +number!,
    name!,
  ]),
)

test.skipIf(named.size === 0)(
  `a suite has the name that tshark shows for its number${named.size === 0 ? ' (skipped: tshark is not installed)' : ''}`,
  () => {
    const theirs = Object.values(cipherSuiteNames).map(number => [named.get(number), number])
    expect(cipherSuiteNames).toEqual(Object.fromEntries(theirs))
  },
)
