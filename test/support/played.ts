/** Exchanges of the lab for tests of what the page shows: the same engines, a choice of what goes on. */
import type { CertificateAuthority } from '../../src/ca/types.ts'
import { captureTap } from '../../src/capture/index.ts'
import { bytesSource } from '../../src/capture/read/index.ts'
import { captureSink } from '../../src/capture/sink.ts'
import { openCapture } from '../../src/dissect/capture.ts'
import { streamReader } from '../../src/dissect/stream/index.ts'
import type { Finding } from '../../src/dissect/stream/types.ts'
import type { Bytes } from '../../src/engine.ts'
import { SHOP, shop, signIn } from '../../src/lab/shop.ts'
import { type LabLeaf, type LabWorldOptions, labWorld } from '../../src/lab/world.ts'
import { client } from '../../src/net/client/client.ts'
import { type Handler, serve } from '../../src/net/server/serve.ts'
import type { TlsChoices } from '../../src/net/stream/tls-options.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { nodePlatform } from '../../src/node/lab.ts'
import { SessionCache } from '../../src/tls/index.ts'
import { recorder, type TraceRecord, tee } from '../../src/trace/recorder.ts'

export interface PlayOptions {
  readonly seed?: number
  readonly tls?: Omit<TlsChoices, 'alpn'>
  /** Of the server, where it is not as the client's. */
  readonly serverTls?: Omit<TlsChoices, 'alpn'>
  /** How often the laptop comes, each time over a connection of its own. */
  readonly visits?: number
  readonly plain?: true
  readonly leaf?: LabLeaf
  /** Who signs the server's certificate: made from the authority that all trust. */
  readonly by?: (root: CertificateAuthority) => CertificateAuthority
  readonly names?: readonly string[]
  readonly world?: Partial<LabWorldOptions>
  readonly handler?: Handler
  readonly paths?: readonly string[]
}

export interface Played {
  readonly records: readonly TraceRecord[]
  readonly authority: CertificateAuthority
  /** Of the whole wire, without secrets. */
  readonly pcapng: Bytes
  /** Milliseconds since 1970 at the beginning. */
  readonly date: number
  readonly failed: unknown
}

export const LAPTOP = 'laptop'

/** The laptop signs in and asks for its account; what fails is no failure of the test. */
export const play = async ({ seed = 7, ...options }: PlayOptions = {}): Promise<Played> => {
  const platform = nodePlatform({ seed })
  const pieces: Bytes[] = []
  const kept = recorder()
  const world = labWorld(platform, { seed, delay: 1, trace: kept, ...options.world })
  const capture = captureSink(piece => void pieces.push(piece.slice()), world.network.clock)
  let failed: unknown
  try {
    const laptop = world.machine(LAPTOP)
    const server = world.machine(SHOP)
    world.network.tap(captureTap({ ...capture, secret: () => undefined }, LAPTOP))
    const transport = options.plain === undefined ? 'tls' : 'plain'
    await serve(options.handler ?? shop(server.world, { trace: kept, transport }), {
      world: server.world,
      host: server.host.address.text,
      port: transport === 'tls' ? 443 : 80,
      ...(transport === 'plain'
        ? {}
        : {
            tls: {
              ...world.certified(options.names ?? [SHOP], {
                ...options.leaf,
                ...(options.by && { by: options.by(world.authority) }),
              }),
              ...(options.serverTls ?? options.tls),
            },
          }),
      trace: tee(kept),
    })
    const origin = `${transport === 'tls' ? 'https' : 'http'}://${SHOP}`
    const tls = { ...options.tls, sessions: new SessionCache() }
    for (let visit = 0; visit < (options.visits ?? 1); visit++) {
      const browser = client({ world: laptop.world, jar: true, ...(transport === 'tls' ? { tls } : {}), trace: kept })
      for (const path of options.paths ?? ['/login', '/account']) {
        const answer = await browser.fetch(origin + path, path === '/login' ? signIn() : {})
        await answer.text()
      }
      browser.close()
    }
    await world.network.clock.idle()
  } catch (error) {
    failed = error
  } finally {
    world.close()
    capture.finish()
  }
  const pcapng = Buffer.concat(pieces)
  return { records: [...kept.records], authority: world.authority, pcapng, date: platform.date, failed }
}

/** What somebody sees who has the frames and no secret, of the first conversation over TCP. */
export const overheard = ({ pcapng }: Played): { records: readonly TraceRecord[]; findings: readonly Finding[] } => {
  const capture = openCapture(bytesSource(pcapng))
  const findings: Finding[] = []
  const kept = recorder()
  const conversation = capture.conversations.find(({ kind }) => kind === 'TCP')!
  capture.dissect(conversation.id, kept, context =>
    streamReader({ ...context, crypto: nodeCrypto(), start: capture.start, tell: found => void findings.push(found) }),
  )
  return { records: kept.records, findings }
}
