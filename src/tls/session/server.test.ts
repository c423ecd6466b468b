import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import type { TypesOffered } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import { Secret } from '../secret.ts'
import { sessionIn } from './server.ts'
import { type SessionFacts, sessionOf } from './session.ts'

const SECRET = new Uint8Array(48).fill(7)
const facts = (more: Partial<SessionFacts>): SessionFacts => ({
  version: 'TLS 1.3',
  suite: 0x1301,
  secret: new Secret(SECRET.slice()),
  id: new Uint8Array(0),
  ticket: new Uint8Array(0),
  lifetime: 100,
  obtained: 5_000,
  serverName: 'shop.test',
  alpn: undefined,
  extendedMasterSecret: true,
  ageAdd: 0,
  maxEarlyData: 0,
  serverCertificateType: 'X509',
  clientCertificateType: 'X509',
  peerChain: [],
  trusted: undefined,
  ...more,
})
/** Whether this session is resumed by a server with this configuration; its secret is wiped later, or there was none. */
const resumes = (more: Partial<SessionFacts>, config: Partial<TlsServerConfig> = {}, date = 5_000): boolean => {
  const wiped: { wipe(): void }[] = []
  const found = sessionIn(sessionOf(facts(more)).toBytes(), {
    version: 'TLS 1.3',
    serverName: 'shop.test',
    types: { server: ['X509'] } as unknown as TypesOffered,
    config: config as TlsServerConfig,
    context: { date, wipesLater: material => void wiped.push(material) },
  })
  const [secret, ...others] = wiped as Secret[]
  expect([secret?.reveal(), others]).toEqual([SECRET, []])
  if (found !== undefined) expect(found.secret).toBe(secret)
  return found !== undefined
}
const shown = { peerChain: [ascii('a leaf')] }
const asked = { clientCertificate: 'asked' } as const
const required = { clientCertificate: 'required' } as const
const raw = { ...shown, clientCertificateType: 'RawPublicKey' } as const

test('a session is resumed under its version, its name and its type of certificate, while it is young', () => {
  expect(resumes({})).toBe(true)
  expect(resumes({ version: 'TLS 1.2' })).toBe(false)
  expect(resumes({ serverName: 'other.test' })).toBe(false)
  expect(resumes({ serverName: undefined })).toBe(false)
  expect(resumes({ serverCertificateType: 'RawPublicKey' })).toBe(false)
  expect([resumes({}, {}, 104_999), resumes({}, {}, 105_000)]).toEqual([true, false])
})

test('who has said who it is is known again where clients are asked, and nobody else where one must say it', () => {
  expect([resumes({}, {}), resumes({}, asked), resumes({}, required)]).toEqual([true, true, false])
  expect([resumes(shown, {}), resumes(shown, asked), resumes(shown, required)]).toEqual([false, true, true])
  expect(resumes(shown, { clientCertificate: 'none' })).toBe(false)
  expect(resumes(raw, required)).toBe(false)
  expect(resumes(raw, { ...required, peerCertificateTypes: ['RawPublicKey'] })).toBe(true)
  expect(resumes(shown, { ...required, peerCertificateTypes: ['RawPublicKey'] })).toBe(false)
})

test('what is no session leaves nothing to wipe', () => {
  const wiped: unknown[] = []
  const context = { date: 0, wipesLater: (material: unknown) => void wiped.push(material) }
  const wanted = { version: 'TLS 1.3', serverName: undefined, types: {} as TypesOffered, config: {} as TlsServerConfig }
  expect(sessionIn(ascii('no session'), { ...wanted, version: 'TLS 1.3', context })).toBeUndefined()
  expect(wiped).toEqual([])
})
