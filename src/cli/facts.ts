/** What a connection knows of itself, for the timeline. */
import { type TimelineFacts, whoIs } from '../inspect/index.ts'
import type { ConnectionInfo } from '../net/stream/types.ts'
import { endpointText } from '../wire/address.ts'

export const connectionFacts = ({ local, remote, tls }: ConnectionInfo): TimelineFacts => {
  const who = tls === undefined ? undefined : whoIs(tls.peerChain)
  return {
    tcp: { local: endpointText(local.address, local.port), remote: endpointText(remote.address, remote.port) },
    tls: tls && { ...tls, externalKey: tls.externalKey && new TextDecoder().decode(tls.externalKey.identity) },
    who,
    trustedThrough: tls?.trusted?.anchor,
  }
}
