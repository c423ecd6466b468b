/** Questions of `check`, answered by a function instead of a server. */
import type { Answered } from '../../src/net/check/asker.ts'
import type { Asking } from '../../src/net/check/asking.ts'
import type { Flight, Until } from '../../src/net/check/first-flight.ts'
import type { HelloSpec } from '../../src/net/check/hello.ts'
import { type Unasked, unasked, type VersionName } from '../../src/net/check/types.ts'
import { nodeWorld } from '../../src/node/world.ts'

export const ALERT = { kind: 'alert', alert: 40 } as const
export const NONSENSE = { kind: 'nonsense', got: 'x' } as const
export const CUT = unasked('cut')

/** A first flight that says no more than this. */
export const flightOf = ({ hello, ...more }: Partial<Omit<Flight, 'hello'>> & { hello?: object } = {}): Flight => ({
  kind: 'flight',
  version: 0x0303,
  isRetry: false,
  group: undefined,
  dhBits: undefined,
  scheme: undefined,
  extensions: new Map(),
  chain: undefined,
  ocsp: undefined,
  wantsCertificate: false,
  ...more,
  hello: {
    legacyVersion: 0x0303,
    random: new Uint8Array(32),
    sessionId: new Uint8Array(0),
    cipherSuite: 0xc02b,
    compressionMethod: 0,
    extensions: undefined,
    ...hello,
  },
})

export interface Asked extends Asking {
  /** What was asked, in turn. */
  readonly specs: readonly (HelloSpec & { readonly until: Until })[]
}

/** Of a server that speaks these versions and answers so; whole handshakes come to nothing. */
export const askingOf = (
  spoken: readonly VersionName[],
  answer: (spec: HelloSpec, until: Until) => Answered | Unasked,
  raw: () => Answered | Unasked = () => ALERT,
): Asked => {
  const world = nodeWorld()
  const specs: (HelloSpec & { readonly until: Until })[] = []
  const asker = {
    options: { world },
    patience: 1_000,
    async hello(spec: HelloSpec, until: Until = 'hello') {
      specs.push({ ...spec, until })
      return answer(spec, until)
    },
    bytes: async () => raw(),
    turn: async () => unasked('cut', 'tcp/reset'),
    connection: async () => unasked('cut', 'tls/no-common-version'),
  } as unknown as Asking['asker']
  return { asker, world, name: 'shop.test', port: 443, serverName: 'shop.test', spoken, specs }
}
