/** Captures for the page: of runs of its own engines, with their keys and without, and of what somebody made by hand. */
import { captureOf } from '../../inspector/model/captured.ts'
import type { Run } from '../../inspector/model/run.ts'
import type { Change } from '../../inspector/runs/plan.ts'
import { play } from '../../inspector/runs/play.ts'
import { keyLog } from '../../src/trace/index.ts'
import { ethernet, pcapFile } from '../support/made-captures.ts'
import { node } from '../support/worlds.ts'

export interface GivenFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

export const given = (name: string, bytes: Uint8Array | string): GivenFile => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(bytes),
})

export const played = (change?: Change): Promise<Run> => play(node.lab(7), { scenario: 'tls13', seed: 7, change })

export const captureFile = (run: Run, keys: 'with' | 'without', name = 'shop.pcapng'): GivenFile =>
  given(name, captureOf(run, keys))

/** What programs write where `SSLKEYLOGFILE` says. */
export const keyLogFile = (run: Run): GivenFile => given('keys.log', keyLog(run.records))

/** A millisecond between two of them. */
export const packetFile = (packets: readonly Uint8Array[], name = 'made.pcap'): GivenFile =>
  given(
    name,
    pcapFile(
      'little',
      1,
      packets.map((bytes, i) => ({ time: BigInt(i) * 1000n, bytes: ethernet(bytes) })),
    ),
  )
