import { expect, test } from 'vitest'
import { ascii } from '../../../../test/support/bytes.ts'
import { trustWithoutChecking } from '../../../x509/path/trusted.ts'
import { Fresh, SecretEncrypted } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import { sessionFrom } from './remembering.ts'
import type { Keyed } from './state.ts'

const asked = { chain: [ascii('leaf')], name: 'shop.test', purpose: 'server', keyUsage: 'digitalSignature' } as const
const trusted = trustWithoutChecking(asked, ascii('a key'), 'a test')

const believed = (until: number | undefined): Fresh =>
  Object.create(Fresh.prototype, { trusted: { value: until === undefined ? trusted : { ...trusted, until } } })

/** A connection that was just established, as far as it leaves something behind. */
const keyed = (extendedMasterSecret: boolean, ticket?: Keyed['ticket']): Keyed =>
  ({
    negotiated: {
      offer: { config: { serverName: 'shop.test', session: 'new' } },
      suite: { id: 0xc02b },
      sessionId: ascii('an id'),
      alpn: undefined,
      extendedMasterSecret,
      types: { server: 'X509', client: 'X509' },
    },
    server: believed(undefined),
    peerChain: asked.chain,
    master: new Secret(new Uint8Array(48)),
    ticket,
  }) as unknown as Keyed

test('triple handshake, RFC 7627 5.3: a client keeps no session whose secret is not bound to its handshake', () => {
  const ticket = { bytes: ascii('a ticket'), lifetime: 100 }
  for (const given of [undefined, ticket]) {
    expect(sessionFrom(keyed(true, given), 5_000)?.serverName).toBe('shop.test')
    expect(sessionFrom(keyed(false, given), 5_000)).toBeUndefined()
  }
})

test('a server that was sent a secret, and has not shown yet that it can read it, leaves nothing behind', () => {
  const server = Object.create(SecretEncrypted.prototype)
  const ticket = { bytes: ascii('a ticket'), lifetime: 100 }
  expect(sessionFrom({ ...keyed(true, ticket), server } as Keyed, 5_000)).toBeUndefined()
})

test('RFC 5077 3.3, RFC 5246 F.1.4: it lives as long as the server says, and a day at most', () => {
  const until = (lifetime: number): number | undefined =>
    sessionFrom(keyed(true, { bytes: ascii('a ticket'), lifetime }), 5_000)?.expires
  expect([100, 86_400, 86_401, 0].map(until)).toEqual([105_000, 86_405_000, 86_405_000, 86_405_000])
  expect(sessionFrom(keyed(true), 5_000)?.expires).toBe(86_405_000)
})

test('it does not outlive the certificate that was believed, and is nothing when that is over', () => {
  const until = (date: number): number | undefined =>
    sessionFrom({ ...keyed(true), server: believed(65_999) } as Keyed, date)?.expires
  expect([5_000, 5_999, 66_500].map(until)).toEqual([65_000, 65_999, 66_500])
})
