/** What a client is told of TLS: read once for all connections, to servers and to proxies. */
import { SessionCache } from '../../tls/session/cache.ts'
import type { TransparencyDemands } from '../../x509/transparency/types.ts'
import { type ReadClientOptions, readClientOptions } from '../stream/client-answers.ts'
import type { Credentials } from '../stream/credentials.ts'
import type { RevocationOptions } from '../stream/judged.ts'
import type { Relieved } from '../stream/record-workers.ts'
import type { SharedKey } from '../stream/shared-keys.ts'
import { checkPlaces, checkTlsOptions, type TlsChoices, wrong } from '../stream/tls-options.ts'
import type { TrustOptions, World } from '../stream/types.ts'
import type { Warned } from '../stream/warnings.ts'
import { PROTOCOLS } from './protocols.ts'
import { type ProxyChoice, readProxy } from './proxies.ts'

/** Whom a client believes, and how it speaks with them. */
export interface ClientTlsOptions extends TrustOptions, Credentials, Warned {
  /** What may be agreed on with servers over HTTPS. */
  readonly tls?: ClientTls | undefined
  /**
   * As `TlsClientOptions.revocation`. With the mode `soft` or `hard` and no `retrieve` what is missing is fetched, by a client
   * like this one that asks for nothing else: see `retriever`.
   */
  readonly revocation?: RevocationOptions | undefined
  /** As `TlsClientOptions.transparency`. */
  readonly transparency?: TransparencyDemands | undefined
  /** As `TlsClientOptions.psk`: servers are known by keys that they have too. */
  readonly psk?: SharedKey | readonly SharedKey[] | undefined
}

export interface ClientTls extends Omit<TlsChoices, 'alpn'>, Relieved {
  /** Sessions from before, and for later: see `connect`. One of the client's own where undefined. */
  readonly sessions?: SessionCache | undefined
  /**
   * Safe requests (GET, HEAD, …) without a body leave with the first flight to servers that the client comes back to and that
   * allow it (RFC 9846 2.3, RFC 8470). Whoever has the wire can have them arrive twice. What the server does not take, or
   * answers with 425, is asked again once the handshake is over. Never where undefined.
   */
  readonly earlyData?: true | undefined
  /** As `TlsClientOptions.postHandshakeAuth`, with `cert` and `key`. */
  readonly postHandshakeAuth?: 'allowed' | undefined
}

type InWorld = ClientTlsOptions & { readonly world: World }

const CHOICES: Record<keyof ClientTls, true> = {
  sessions: true,
  earlyData: true,
  postHandshakeAuth: true,
  versions: true,
  suites: true,
  groups: true,
  workers: true,
}

/** What `serve` and `connect` take in `tls`, and a client beside it. */
const BESIDE: readonly (keyof ClientTlsOptions)[] = [
  'ca',
  'trust',
  'publicKeys',
  'accept',
  'cert',
  'key',
  'password',
  'psk',
]

/** Once for all connections: keys are tried. */
export const tlsOf = ({
  trust,
  ca,
  publicKeys,
  accept,
  cert,
  key,
  password,
  psk,
  warned,
  revocation,
  transparency,
  tls = {},
  world,
  ...rest
}: InWorld): ReadClientOptions => {
  checkPlaces(rest, CHOICES)
  for (const name of BESIDE) if (name in tls) throw wrong(`tls.${name}`, 'it stands in tls', `${name} beside tls`)
  checkTlsOptions(tls, CHOICES)
  const { sessions = new SessionCache(), earlyData, ...choices } = tls
  if (earlyData !== undefined && earlyData !== true) throw wrong('tls.earlyData', `${earlyData}`, 'true')
  const trusting = { accept, trust, ca, publicKeys, revocation, transparency }
  return readClientOptions(
    { ...choices, alpn: PROTOCOLS, sessions, ...trusting, cert, key, password, psk, warned },
    world,
  )
}

/** RFC 6797 8.4: for hosts that want TLS and nothing else no failure is accepted, by nobody; nor what was accepted before. */
export const strictOf = (options: InWorld & { readonly hsts?: unknown }, tls: ReadClientOptions): ReadClientOptions => {
  if (options.hsts === undefined || options.accept === undefined) return tls
  return tlsOf({ ...options, accept: undefined, tls: { ...options.tls, sessions: new SessionCache() } })
}

/** A proxy is believed as servers are; what is said and shown to servers is not for it. */
export const proxyTlsOf = ({
  proxy,
  trust,
  ca,
  revocation,
  transparency,
  world,
}: InWorld & { readonly proxy?: ProxyChoice | undefined }): ReadClientOptions | undefined => {
  if (proxy === undefined) return undefined
  if (typeof proxy !== 'function' && proxy !== '') readProxy(proxy)
  const trusting = { trust, ca, revocation, transparency }
  return readClientOptions({ alpn: PROTOCOLS, sessions: new SessionCache(), ...trusting }, world)
}
