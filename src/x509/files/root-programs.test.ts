import { expect, test } from 'vitest'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { hexText } from '../../wire/bytes.ts'
import { trustStore } from '../path/store.ts'
import { isTrusted } from '../path/trusted.ts'
import { verifyChain } from '../path/verify.ts'
import { pem } from './pem.ts'
import { anchorsOfProgram } from './root-programs.ts'

const crypto = nodeCrypto()
const now = Date.UTC(2026, 10, 20, 12)
const root = (name: string) => certificateAuthority({ crypto, now: () => now, name })
const [first, second] = [root('First'), root('Second')]
const certificate = (of: typeof first) => pem('CERTIFICATE', of.certificate)

const object = (attributes: string, pems: string): string => `[p11-kit-object-v1]\n${attributes}\n${pems}`
const trusted = (date: string) =>
  `label: "Root"\ntrusted: true\nnss-server-distrust-after: "${date}"\nmodifiable: false`

/** Extension { extKeyUsage, [these purposes] }, every octet with a percent sign. */
const percent = (hex: string): string => hex.replace(/../g, '%$&')
const purposes = (list: string): string => {
  const size = (hex: string, more = 0): string => (hex.length / 2 + more).toString(16).padStart(2, '0')
  const value = `30${size(list)}${list}`
  const extension = `0603551d2504${size(value)}${value}`
  return percent(`30${size(extension)}${extension}`)
}
const SERVER = '06082b06010505070301'
const EMAIL = '06082b06010505070304'
const stapled = (of: typeof first, value: string): string =>
  object(`class: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: "${value}"`, pem('PUBLIC KEY', of.keyPair.spki))

test('a date of p11-kit is until when leaves may begin, and one zero is none', () => {
  const [limited, free] = [
    object(trusted('241130235959Z'), certificate(first)),
    object(trusted('%00'), certificate(second)),
  ]
  expect(anchorsOfProgram(`# made by hand\n${limited}\n${free}`)).toEqual([
    { certificate: first.certificate, purposes: undefined, distrustAfter: Date.UTC(2024, 10, 30, 23, 59, 59) },
    { certificate: second.certificate, purposes: undefined, distrustAfter: undefined },
  ])
})

test('a chain below such a root is judged by the date', () => {
  const { chain } = first.issue({ names: ['a.test'] })
  const judged = (date: string) => {
    const trust = trustStore(anchorsOfProgram(object(trusted(date), certificate(first)))!)
    const result = verifyChain({ chain, name: 'a.test', at: now, trust, crypto })
    return isTrusted(result) ? 'trusted' : result.code
  }
  expect([judged('%00'), judged('270101000000Z'), judged('241130235959Z')]).toEqual([
    'trusted',
    'trusted',
    'tls/certificate-distrusted',
  ])
})

test('p11-kit: what is distrusted, not trusted, or has a limit that cannot be read is left out', () => {
  for (const attributes of [
    'trusted: false',
    'label: "x"',
    'trusted: true\nx-distrusted: true',
    trusted('soon'),
    trusted(''),
  ])
    expect(anchorsOfProgram(object(attributes, certificate(first))), attributes).toEqual([])
  expect(anchorsOfProgram(object('trusted: true', pem('CERTIFICATE', Uint8Array.of(0x30, 0))))).toEqual([])
})

test('p11-kit: purposes that are put on a key are those of its root', () => {
  const root = object('trusted: true', certificate(first))
  const purposesWith = (more: string) => anchorsOfProgram(root + more)!.map(one => one.purposes)
  expect(purposesWith(stapled(first, purposes(SERVER + EMAIL)))).toEqual([['server']])
  expect(purposesWith(stapled(first, purposes('0604551d2500')))).toEqual([['server', 'client']])
  expect(purposesWith(stapled(second, purposes(EMAIL)))).toEqual([undefined])
  // For mail alone, or for what cannot be read.
  expect(purposesWith(stapled(first, purposes(EMAIL)))).toEqual([])
  expect(purposesWith(stapled(first, '%30%03abc'))).toEqual([])
})

const HEADER = '"Owner","Trust Bits","Distrust for TLS After Date","PEM Info"'
const quoted = (of: typeof first): string => `'${certificate(of).trim()}'`
const row = (...cells: readonly string[]): string => cells.map(cell => `"${cell}"`).join()

test('CCADB: the last day, for servers, and of roots for web sites alone', () => {
  const rows = [
    HEADER,
    row('A ""good"" one, with a comma', 'Websites;Email', '', quoted(first)),
    row('B', 'Websites', '2024.11.30', quoted(second)),
    row('C', 'Email', '', quoted(second)),
    row('D', 'Websites', 'some day', quoted(second)),
    row('E', 'Websites', '', 'nothing'),
  ]
  for (const lines of ['\n', '\r\n'])
    expect(anchorsOfProgram(`${rows.join(lines)}${lines}`)).toEqual([
      { certificate: first.certificate, purposes: ['server'], distrustAfter: undefined },
      { certificate: second.certificate, purposes: ['server'], distrustAfter: Date.UTC(2024, 10, 30, 23, 59, 59) },
    ])
})

test('other files are none of a program', () => {
  for (const file of ['', certificate(first), 'a,b\nc,d\n', hexText(first.certificate)])
    expect(anchorsOfProgram(file)).toBeUndefined()
})
