/** What a client of ACME shows to whoever looks: a text over HTTP, a certificate over TLS. */

import type { ChallengeToShow } from '../../acme/client/types.ts'
import { serverNameOf } from '../../acme/identifiers.ts'
import { OID } from '../../asn1/oids.table.ts'
import { octetString } from '../../asn1/write.ts'
import { selfSigned } from '../../ca/authority.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import type { Chooser, NamePolicy } from '../stream/name-policies.ts'
import type { World } from '../stream/types.ts'
import { ACME_TLS } from './look-tls.ts'

/** Puts a challenge in place; what it gives takes it away again. */
export type Show = (challenge: ChallengeToShow) => Taken | Promise<Taken>
type Taken = () => void | Promise<void>

export interface HttpChallenges {
  readonly show: Show
  /** The answer to a request for what is shown; undefined for every other request. */
  handler(request: Request): Response | undefined
}

const WELL_KNOWN = '/.well-known/acme-challenge/'

/** http-01 (RFC 8555 8.3), for a server at port 80. */
export const httpChallenges = (): HttpChallenges => {
  const shown = new Map<string, string>()
  return {
    show({ token, keyAuthorization }) {
      shown.set(token, keyAuthorization)
      return () => void shown.delete(token)
    },
    handler(request) {
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith(WELL_KNOWN)) return undefined
      const text = shown.get(pathname.slice(WELL_KNOWN.length))
      return text === undefined
        ? undefined
        : new Response(text, { headers: { 'content-type': 'application/octet-stream' } })
    },
  }
}

export interface TlsChallenges {
  readonly show: Show
  /** For `certificateFor`: who asks for `acme-tls/1` alone gets what is shown, all others what `usual` says. */
  certificateFor(usual: Chooser): Chooser
}

/** tls-alpn-01 (RFC 8737), for a server at port 443. */
export const tlsChallenges = ({ crypto, clock }: Pick<World, 'crypto' | 'clock'>): TlsChallenges => {
  const shown = new Map<string, NamePolicy>()
  return {
    show({ identifier, digest }) {
      const made = selfSigned(crypto, () => clock.date(), {
        names: [identifier.value],
        extensions: [{ oid: OID.acmeIdentifier, critical: true, value: octetString(digest) }],
      })
      const name = serverNameOf(identifier)
      shown.set(name, { certificate: certifiedKey(made), alpn: [ACME_TLS] })
      return () => void shown.delete(name)
    },
    certificateFor: usual => (name, hello) =>
      // RFC 8737 3: the protocol alone, or it is another client.
      hello.alpn.length === 1 && hello.alpn[0] === ACME_TLS
        ? shown.get((name ?? '').toLowerCase())
        : usual(name, hello),
  }
}
