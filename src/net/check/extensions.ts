/** What server and client agree on beside keys, and what they should not. */
import { CipherSuite, ExtensionType } from '../../tls/messages/registries.table.ts'
import { type Asking, flightIn, helloFor, oldOf, refusalIn, suitesOf, whyNot } from './asking.ts'
import { engage } from './engage.ts'
import type { Flight } from './first-flight.ts'
import { rawExtension } from './hello.ts'
import { type Extensions, isUnasked, type Known, type Unasked, unasked } from './types.ts'

/** Names of ALPN that servers of HTTPS may know, newest first. */
const PROTOCOLS = ['h3', 'h2', 'http/1.1', 'http/1.0', 'spdy/3.1', 'h2c'] as const
const DEFLATE = 1

export const askExtensions = async (asking: Asking): Promise<Extensions> => {
  const old = oldOf(asking)
  const [alpn, plain, deflate, heart, cbc] = await Promise.all([
    askAlpn(asking),
    old && firstFlight(old, asking),
    old && firstFlight(old, asking, { compressions: [DEFLATE, 0] }),
    firstFlight(old ?? 'TLS 1.3', asking, { more: [rawExtension(ExtensionType.names.heartbeat!, Uint8Array.of(1))] }),
    old && firstFlight(old, asking, {}, /_CBC_/),
  ])
  const has = (reply: Flight | Unasked | undefined, name: string): Known<boolean> =>
    reply === undefined ? unasked('pointless') : isUnasked(reply) ? reply : reply.extensions.has(number(name))
  const hidden = old === undefined ? unasked('pointless') : undefined
  return {
    alpn,
    extendedMasterSecret: hidden ?? has(plain, 'extended_master_secret'),
    encryptThenMac:
      hidden ?? (cbc !== undefined && isUnasked(cbc) ? unasked('pointless') : has(cbc, 'encrypt_then_mac')),
    secureRenegotiation: hidden ?? has(plain, 'renegotiation_info'),
    clientRenegotiation: unasked('not-asked'),
    compression:
      deflate === undefined
        ? unasked('pointless')
        : isUnasked(deflate)
          ? deflate
          : deflate.hello.compressionMethod !== 0,
    // TLS 1.3 would say it under encryption, and has no such attack surface before Finished.
    heartbeat: hidden ?? has(heart, 'heartbeat'),
  }
}

const number = (name: string): number => ExtensionType.names[name]!

/** The first list of suites that is taken. */
const firstFlight = async (
  version: Parameters<typeof helloFor>[0],
  asking: Asking,
  more: Partial<ReturnType<typeof helloFor>> = {},
  only?: RegExp,
): Promise<Flight | Unasked> => {
  let last: Unasked = unasked('cut')
  for (const list of suitesOf(version)) {
    const suites = only === undefined ? list : list.filter(id => only.test(CipherSuite.nameOf(id)))
    if (suites.length === 0) continue
    const reply = await asking.asker.hello({ ...helloFor(version, asking, suites), ...more })
    const flight = flightIn(reply)
    if (flight !== undefined) return flight
    if (refusalIn(reply) === undefined) last = whyNot(reply)
  }
  return last
}

const askAlpn = async (asking: Asking): Promise<Known<readonly string[]>> => {
  const found = await Promise.all(PROTOCOLS.map(name => takes(name, asking)))
  const lost = found.find(isUnasked)
  return lost ?? PROTOCOLS.filter((_, i) => found[i] === true)
}

/** One at a time: a server names one only. In TLS 1.3 its choice is encrypted. */
const takes = async (protocol: string, asking: Asking): Promise<boolean | Unasked> => {
  const old = oldOf(asking)
  if (old !== undefined) {
    const flight = await firstFlight(old, asking, { alpn: [protocol] })
    if (isUnasked(flight)) return flight.unasked === 'cut' ? false : flight
    return flight.extensions.has(number('application_layer_protocol_negotiation'))
  }
  const refused = await asking.asker.hello({ ...helloFor('TLS 1.3', asking), alpn: [protocol] })
  if (flightIn(refused) === undefined) return refusalIn(refused) === undefined ? whyNot(refused) : false
  return await engage(asking, { versions: ['TLS 1.3'], alpn: [protocol] }, ({ tls }) => tls.alpn === protocol)
}
