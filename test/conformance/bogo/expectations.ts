/** What the runner expects of a connection that is established. */

import type { Established } from '../../../src/tls/index.ts'
import { CipherSuite, NamedGroup } from '../../../src/tls/messages/registries.table.ts'
import { ServerKeyExchange } from '../../../src/tls/messages/tls12.ts'
import { decode } from '../../../src/wire/codec.ts'
import type { Flags } from './flags.ts'
import type { Observer } from './observer.ts'

interface Situation {
  readonly flags: Flags
  readonly resumption: boolean
}

/** What is not as expected, or undefined. */
export const checked = (got: Established, { flags, resumption }: Situation, seen: Observer): string | undefined => {
  const wanted: [string, unknown, unknown][] = [
    ['expect-version', flags.number('expect-version'), VERSIONS[got.version]],
    ['expect-cipher', flags.number('expect-cipher'), CipherSuite.names[got.suite]],
    ['expect-cipher-aes', flags.number('expect-cipher-aes'), CipherSuite.names[got.suite]],
    [
      'expect-curve-id',
      flags.number('expect-curve-id'),
      got.group === undefined ? undefined : NamedGroup.names[got.group],
    ],
    ['expect-server-name', flags.text('expect-server-name'), got.serverName],
    ['expect-alpn', flags.text(flags.has('server') ? 'select-alpn' : 'expect-alpn') ?? '', got.alpn ?? ''],
    ['resumption', resumption && !flags.has('expect-session-miss'), got.resumed],
    [
      'expect-peer-signature-algorithm',
      flags.number('expect-peer-signature-algorithm'),
      flags.has('expect-peer-signature-algorithm') ? peerScheme(seen) : undefined,
    ],
  ]
  const wrong = wanted.find(([, expected, value]) => expected !== undefined && expected !== value)
  return wrong === undefined ? undefined : `${wrong[0]}: wanted ${wrong[1]}, got ${wrong[2]}`
}

const VERSIONS: Readonly<Record<Established['version'], number>> = { 'TLS 1.2': 0x0303, 'TLS 1.3': 0x0304 }

/** Of the peer's signature: in 1.2 it lies behind the parameters of the key exchange. */
const peerScheme = (seen: Observer): number | undefined => {
  const message = seen.find('in', 'ServerKeyExchange')
  return message === undefined ? undefined : decode(ServerKeyExchange, message.bytes.subarray(4)).scheme
}
