/**
 * What an alert means that comes in the place of a ServerHello: the server does not take our offer. The alert says little
 * (40 is sent for whatever is not in common), so the offer is told with it.
 */
import { extensionNumbers } from '../messages/extensions.ts'
import { type Refusal, refusal } from '../refusal.ts'
import { acceptable } from '../schemes.table.ts'
import type { TlsVersion } from '../types.ts'
import type { Offer } from './offer.ts'

const HANDSHAKE_FAILURE = 40
const PROTOCOL_VERSION = 70
const INSUFFICIENT_SECURITY = 71
const UNRECOGNIZED_NAME = 112
const NO_APPLICATION_PROTOCOL = 120

/** Undefined: the alert says all that there is to say. */
export const offerRefused = (
  { config, versions, suites, suites13, groups, extensions }: Offer,
  number: number,
): Refusal | undefined => {
  const suiteNames = [...suites13, ...suites].map(suite => suite.name).join(', ')
  switch (number) {
    case PROTOCOL_VERSION:
      return refusal('tls/no-common-version', { expected: versions.join(', '), got: instead(versions), number })
    case INSUFFICIENT_SECURITY:
      return refusal('tls/no-common-suite', { expected: suiteNames, got: 'only stronger ones', number })
    case HANDSHAKE_FAILURE: {
      const signatures = acceptable(config.schemes)
        .map(scheme => scheme.name)
        .join(', ')
      const expected = `${versions.join(', ')}; ${suiteNames}; ${groups.join(', ')}; ${signatures}`
      return refusal('tls/nothing-in-common', { expected, number })
    }
    case NO_APPLICATION_PROTOCOL:
      return config.alpn === undefined || config.alpn.length === 0
        ? undefined
        : refusal('tls/alpn-none', { expected: config.alpn.join(', '), number })
    case UNRECOGNIZED_NAME:
      return extensions.some(({ type }) => type === extensionNumbers.serverName)
        ? refusal('tls/name-unknown', { got: config.serverName, number })
        : undefined
    default:
      return undefined
  }
}

/** RFC 5246 E.1: a server that knows less than TLS 1.2 answers with its own version; it refuses where it knows only more. */
const instead = (versions: readonly TlsVersion[]): string => {
  if (!versions.includes('TLS 1.3')) return 'only TLS 1.3 or later'
  return versions.includes('TLS 1.2') ? 'none of them' : 'only TLS 1.2 or earlier'
}
