/** Timestamps that logs of others gave: what is signed is what they signed. */
import { expect, test } from 'vitest'
import { crypto } from '../../../test/support/chains.ts'
import { handshake, logged } from '../../../test/support/real-timestamps.table.ts'
import { Failure } from '../../failures/index.ts'
import { decode } from '../../wire/codec.ts'
import { Certificate } from '../certificate/certificate.ts'
import { signedCertificateTimestamp } from '../certificate/sct.ts'
import { trustStore } from '../path/store.ts'
import { isTrusted } from '../path/trusted.ts'
import { verifyChain } from '../path/verify.ts'
import { readLogList } from './log-list.ts'
import { precertificateTbs, signedEntry } from './signed-entry.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const list = (logs: readonly { readonly name: string; readonly key: string }[]) => {
  const operators = logs.map(({ name, key }) => ({
    name: name.split(' ')[0],
    logs: [
      {
        description: name,
        log_id: base64(crypto.digest('sha256', new Uint8Array(Buffer.from(key, 'base64')))),
        key,
        url: 'https://log.test/',
        mmd: 86_400,
        state: { usable: { timestamp: '2024-01-01T00:00:00Z' } },
      },
    ],
  }))
  const read = readLogList(JSON.stringify({ log_list_timestamp: '2026-03-01T00:00:00Z', operators }), crypto)
  if (read instanceof Failure) throw new Error(`${read.where} ${read.got}`)
  return read
}
const judged = (leaf: Uint8Array, policy: 'off' | 'chromium' = 'off') =>
  verifyChain({
    chain: [leaf],
    name: 'cloudflare.com',
    at: logged.at,
    trust: trustStore([logged.issuer]),
    crypto,
    transparency: { logs: list(logged.logs), policy },
  })

test('both timestamps in a certificate of a public authority are those of their logs, and enough for Chrome', () => {
  const trusted = judged(logged.leaf, 'chromium')
  if (!isTrusted(trusted)) throw new Error(`${trusted.code} ${trusted.got} ${trusted.expected}`)
  expect(trusted.transparency).toMatchObject({
    complies: true,
    timestamps: [
      { source: 'certificate', log: 'DigiCert Sphinx2026h1', fault: undefined },
      { source: 'certificate', log: 'Google Xenon2026h1', fault: undefined },
    ],
  })
})

test('neither is for a certificate that differs in one bit', () => {
  const certificate = new Certificate(logged.leaf)
  const [first] = certificate.extension('sctList')!
  const other = new Certificate(
    logged.leaf.map((octet, i) => (i === certificate.spans.serialNumber.to - 1 ? octet ^ 1 : octet)),
  )
  const key = new Uint8Array(Buffer.from(logged.logs[0].key, 'base64'))
  const issuerKey = new Certificate(logged.issuer).spki
  const isBy = (signed: Certificate): boolean =>
    crypto.verify(
      { key: 'ecdsa', hash: 'sha256' },
      key,
      signedEntry(first!, { type: 'precert_entry', tbs: precertificateTbs(signed), issuerKey }, crypto),
      first!.signature,
    )
  expect([isBy(certificate), isBy(other)]).toEqual([true, false])
})

test('a timestamp of a handshake is over the certificate as it stands', () => {
  const sct = decode(signedCertificateTimestamp, handshake.timestamp)
  const key = new Uint8Array(Buffer.from(handshake.key, 'base64'))
  const isOver = (certificate: Uint8Array): boolean =>
    crypto.verify(
      { key: 'ecdsa', hash: 'sha256' },
      key,
      signedEntry(sct, { type: 'x509_entry', certificate }, crypto),
      sct.signature,
    )
  expect(new Date(sct.timestamp).toISOString()).toBe('2013-04-05T17:04:16.089Z')
  expect([...sct.logId]).toEqual([...crypto.digest('sha256', key)])
  expect(isOver(handshake.certificate)).toBe(true)
  expect(isOver(handshake.certificate.subarray(1))).toBe(false)
})
