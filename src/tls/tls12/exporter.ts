/** Secrets for other protocols, out of a handshake of TLS 1.2 (RFC 5705). */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { joined } from '../../wire/bytes.ts'
import { Secret } from '../secret.ts'
import type { Context } from '../states.ts'
import type { Suite } from '../suites.table.ts'
import { prf } from './key-schedule.ts'

/** RFC 5705 4, RFC 7627 4: labels of TLS itself, whose results are no secrets or are keys. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  'client finished',
  'server finished',
  'master secret',
  'extended master secret',
  'key expansion',
])

/** The longest context that its length field can say. */
const MAX_CONTEXT = 0xffff

export interface Exporting {
  readonly suite: Suite
  readonly master: Secret
  readonly clientRandom: Bytes
  readonly serverRandom: Bytes
}

export type Exporter = (label: string, context: Bytes | undefined, length: number) => Bytes | undefined

/** Keeps the master secret for as long as the connection lives. */
export const exporterOf = (context: Context, { suite, master, clientRandom, serverRandom }: Exporting): Exporter => {
  const kept = new Secret(master.reveal().slice())
  context.wipesLater(kept, 'kept')
  const { crypto } = context
  return (label, about, length) => exported(crypto, suite, kept, { label, about, length }, [clientRandom, serverRandom])
}

interface Wanted {
  readonly label: string
  readonly about: Bytes | undefined
  readonly length: number
}

const exported = (
  crypto: CryptoProvider,
  { hash }: Suite,
  master: Secret,
  { label, about, length }: Wanted,
  randoms: readonly Bytes[],
): Bytes | undefined => {
  if (OWN_LABELS.has(label) || (about?.length ?? 0) > MAX_CONTEXT) return undefined
  // RFC 5705 4: no context and an empty one are not the same.
  const behind = about === undefined ? [] : [Uint8Array.of(about.length >> 8, about.length & 0xff), about]
  return prf(crypto, hash, master, label, [joined([...randoms, ...behind])], length)
}
