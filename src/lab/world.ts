/**
 * A small world: machines on a simulated network, each with `fetch` and `serve` over its own TCP/IP, one virtual clock,
 * and an authority that all of them trust. What Node or a browser brings comes in as `LabPlatform`.
 */
import { certificateAuthority } from '../ca/authority.ts'
import type { CertificateAuthority, LeafOptions } from '../ca/types.ts'
import { captureSink } from '../capture/sink.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { RunningHost } from '../host/types.ts'
import { hostTransport } from '../net/stream/host.ts'
import type { TlsServerOptions } from '../net/stream/server-answers.ts'
import type { World } from '../net/stream/types.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { tee } from '../trace/recorder.ts'
import { trustStore } from '../x509/path/store.ts'
import { virtualClock } from './clock.ts'
import { network } from './network.ts'
import type { HostChoices, Network, NetworkOptions } from './network-types.ts'

/** The parts of a world that no simulation can make. */
export interface LabPlatform extends Pick<World, 'random' | 'crypto' | 'coders' | 'isPublicSuffix' | 'words'> {
  /** Lets one turn of macrotasks pass. */
  readonly turn: () => Promise<void>
  /** Milliseconds since 1970 when the world begins. */
  readonly date: Millis
}

export interface Machine {
  readonly host: RunningHost
  /** For `fetch`, `serve`, `connect` and `listen` of `barewire/net`. */
  readonly world: World
}

/** What to put into a certificate, also deliberately wrong, and who signs it. */
export interface LabLeaf extends Omit<LeafOptions, 'names' | 'by'> {
  readonly by?: CertificateAuthority | undefined
}

export interface LabWorld {
  readonly network: Network
  /** Trusted by every machine. */
  readonly authority: CertificateAuthority
  machine(name: string, choices?: HostChoices): Machine
  /** Options for `serve({ tls })`: a certificate for `names`, of this world's authority if not `by` another. */
  certified(names: readonly string[], leaf?: LabLeaf): Pick<TlsServerOptions, 'certificateFor'>
  close(): void
}

export interface LabWorldOptions extends Omit<NetworkOptions, 'turn' | 'date' | 'clock'> {
  /**
   * Gets a pcapng file piece by piece: every frame that passes the wire, once, and the keys before what they open. Whole
   * after `close`; what came until then can be read as well.
   */
  readonly capture?: ((piece: Bytes) => void) | undefined
}

export const labWorld = (platform: LabPlatform, options: LabWorldOptions = {}): LabWorld => {
  const { turn, date, ...shared } = platform
  const { capture: write, trace, ...choices } = options
  const clock = virtualClock({ turn, date })
  const capture = write && captureSink(write, clock)
  const wire = network({
    ...choices,
    clock,
    trace: capture === undefined ? trace : trace === undefined ? capture : tee(trace, capture),
  })
  // A tap costs a copy of every frame.
  if (capture !== undefined) {
    wire.tap(seen => {
      if (seen.what === 'passed') capture.frame(seen.bytes, { date: seen.date })
    })
  }
  const authority = certificateAuthority({ crypto: shared.crypto, now: () => clock.date(), name: 'barewire demo CA' })
  const roots = trustStore([authority.certificate])
  return {
    network: wire,
    authority,
    machine(name, choices) {
      const host = wire.host(name, choices)
      capture?.name(host.address, name)
      return {
        host,
        world: { ...shared, clock, transport: hostTransport(host, { keepAlive: 'off' }), trust: () => roots },
      }
    },
    certified(names, { by = authority, ...leaf } = {}) {
      const issued = by.issue({ ...leaf, names })
      // A stranger sends its root along, so that it is plain who vouches for it.
      const chain = by.root === authority.root ? issued.chain : [...issued.chain, issued.root]
      const key = certifiedKey({ chain, privateKey: issued.privateKey })
      return { certificateFor: () => key }
    },
    close() {
      wire.close()
      capture?.finish()
    },
  }
}
