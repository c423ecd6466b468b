/** What laptop and shop offer each other in TLS: enough to choose from, and what a change makes of it. */
import type { ClientTls } from '../../src/net/client/client-tls.ts'
import type { TlsChoices } from '../../src/net/stream/tls-options.ts'
import type { TlsVersion } from '../../src/tls/version-name.ts'
import type { Change, Scenario } from './plan.ts'

type Suites = NonNullable<TlsChoices['suites']>
type Groups = NonNullable<TlsChoices['groups']>

/** AES alone, so that there is something that the shop does not speak. */
export const SHOP_SUITES: Suites = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
]
export const SHOP_GROUPS: Groups = ['x25519', 'secp256r1']
/** The client encrypts the secret to the certificate's key (RFC 5246 7.4.7.1). */
export const RSA_SUITE = 'TLS_RSA_WITH_AES_128_GCM_SHA256' as const satisfies Suites[number]

const NOT_OF_THE_SHOP: Suites = ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256']

const VERSIONS: Readonly<Record<Scenario, readonly TlsVersion[]>> = {
  tls13: ['TLS 1.3', 'TLS 1.2'],
  tls12: ['TLS 1.2'],
}
const OTHER: Readonly<Record<Scenario, TlsVersion>> = { tls13: 'TLS 1.2', tls12: 'TLS 1.3' }

/** What the laptop offers. */
export const offerOf = (scenario: Scenario, change: Change | undefined): ClientTls => {
  const offer: ClientTls = { versions: VERSIONS[scenario], groups: ['x25519', 'secp256r1', 'secp384r1'] }
  if (change?.kind !== 'offer') return offer
  const { is } = change
  switch (is) {
    case 'version':
      return { ...offer, versions: [OTHER[scenario]] }
    case 'suites':
      return { ...offer, suites: NOT_OF_THE_SHOP }
    case 'groups':
      return { ...offer, groups: ['secp384r1'] }
    case 'rsa':
      return { ...offer, versions: ['TLS 1.2'], suites: [RSA_SUITE] }
    default:
      return is satisfies never
  }
}
