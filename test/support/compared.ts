/** Exchanges of the lab as captures, and what is found where two of them are laid side by side. */
import { DECRYPTION_SECRETS } from '../../src/capture/format.ts'
import { bytesSource } from '../../src/capture/read/index.ts'
import { openCapture } from '../../src/dissect/capture.ts'
import type { Conversation } from '../../src/dissect/conversation.ts'
import { streamReader } from '../../src/dissect/stream/index.ts'
import { FailureError } from '../../src/failures/index.ts'
import { type Compared, compare } from '../../src/inspect/compare/compare.ts'
import { likely } from '../../src/inspect/compare/likely.ts'
import { bestPair, candidatesIn } from '../../src/inspect/compare/pair.ts'
import type { Cell, Comparison } from '../../src/inspect/compare/types.ts'
import { opened } from '../../src/inspect/conversations/opened.ts'
import { type LabLeaf, labWorld } from '../../src/lab/world.ts'
import type { ClientTls } from '../../src/net/client/client-tls.ts'
import { client, connect, serve } from '../../src/net/index.ts'
import type { TlsChoices } from '../../src/net/stream/tls-options.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { nodePlatform } from '../../src/node/lab.ts'
import { joined } from '../../src/wire/bytes.ts'
import { trustStore } from '../../src/x509/path/store.ts'

export interface Setting {
  readonly seed?: number
  readonly url?: string
  readonly client?: Partial<ClientTls>
  readonly server?: TlsChoices
  /** The client offers these and asks for nothing. */
  readonly alpn?: readonly string[]
  /** `notAfter` counts from the moment of the exchange. */
  readonly leaf?: LabLeaf
  readonly headers?: Readonly<Record<string, string>>
  /** The client knows no root. */
  readonly believes?: 'nobody'
  /** `none`: they are not in the file. */
  readonly keys?: 'none'
}

/** The file that somebody would have captured. */
export const captured = async (setting: Setting): Promise<Uint8Array> => {
  const { seed = 1, url = 'https://shop.test/', leaf, headers = {}, alpn } = setting
  const platform = nodePlatform({ seed })
  const pieces: Uint8Array[] = []
  const world = labWorld(platform, { seed, delay: 1, capture: piece => void pieces.push(piece) })
  const [near, far] = [world.machine('laptop'), world.machine('shop.test')]
  const { notAfter } = leaf ?? {}
  const { certificateFor } = world.certified(
    ['shop.test'],
    notAfter === undefined
      ? leaf
      : { ...leaf, notBefore: platform.date + 2 * notAfter, notAfter: platform.date + notAfter },
  )
  await serve(request => new Response('hello', { status: isAllowed(request, setting) ? 200 : 401 }), {
    world: far.world,
    host: far.host.address.text,
    port: 443,
    tls: {
      ...setting.server,
      certificateFor: (name, ...about) => (name === undefined ? undefined : certificateFor?.(name, ...about)),
    },
  })
  try {
    if (alpn === undefined) {
      const browser = client({ world: near.world, tls: setting.client, trust: setting.believes && trustStore([]) })
      await (await browser.fetch(url, { headers })).text()
      browser.close()
    } else await connect({ host: 'shop.test', port: 443, world: near.world, tls: { alpn } })
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
  }
  const { clock } = world.network
  await new Promise<void>(resolve => clock.later(clock.now() + 100, resolve))
  world.close()
  return setting.keys === 'none' ? withoutKeys(joined(pieces)) : joined(pieces)
}

const withoutKeys = (file: Uint8Array): Uint8Array => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const left: Uint8Array[] = []
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4)
    if (view.getUint32(at) !== DECRYPTION_SECRETS) left.push(file.subarray(at, at + length))
    at += length
  }
  return joined(left)
}

/** Whoever sends cookies sends credentials with them. */
const isAllowed = ({ headers }: Request, setting: Setting): boolean =>
  setting.headers === undefined || headers.has('authorization')

export const comparedRuns = async (a: Uint8Array, b: Uint8Array, privacy: 'starred' | 'shown' = 'starred') => {
  const looks = { A: look(a), B: look(b) }
  const pair = bestPair({ A: looks.A.candidates, B: looks.B.candidates })!
  const side = (letter: 'A' | 'B'): Compared => ({
    opened: looks[letter].open(pair[letter].conversation),
    lookups: ['A shop.test'],
  })
  const comparison = compare({ A: side('A'), B: side('B') }, privacy)
  return { comparison, pair, likely: likely(comparison, pair) }
}

const look = (file: Uint8Array) => {
  const capture = openCapture(bytesSource(file))
  const open = (conversation: Conversation) =>
    opened(
      capture,
      conversation,
      tell => context => streamReader({ ...context, crypto: nodeCrypto(), start: capture.start, tell }),
    )
  return { candidates: candidatesIn(capture, open), open }
}

/** `path: A | B`, with how many more both have. */
export const shown = ({ differences }: Comparison): readonly string[] =>
  differences.map(({ part, field, cells }) => `${part}.${field}: ${cellText(cells.A)} | ${cellText(cells.B)}`)

const cellText = (cell: Cell): string =>
  cell === undefined
    ? '(absent)'
    : [...(cell.texts.length > 0 ? [cell.texts.join(', ')] : []), ...(cell.shared > 0 ? [`+${cell.shared}`] : [])].join(
        ' ',
      )
