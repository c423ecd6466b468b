/**
 * `BAREWIRE_SEED=n BAREWIRE_CAPTURES=FOLDER npx vitest run …`: a run over a simulated network that fails leaves its frames
 * there, with the keys inside.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFailed } from 'vitest'
import { captureSink } from '../../src/capture/sink.ts'
import type { Network } from '../../src/lab/network-types.ts'
import type { TraceSink } from '../../src/trace/types.ts'

export interface Kept {
  /** For `network({ trace })`. */
  readonly trace: TraceSink
  /** From now on every frame that passes is kept. */
  watch(network: Network): void
}

/** Undefined where nobody asked for captures, or not for one run alone: then nothing is kept. */
export const keptForFailure = (name: string, date: number): Kept | undefined => {
  const folder = process.env.BAREWIRE_CAPTURES
  if (folder === undefined || folder === '' || process.env.BAREWIRE_SEED === undefined) return undefined
  const pieces: Uint8Array[] = []
  const capture = captureSink(piece => void pieces.push(piece), { now: () => 0, date: () => date })
  onTestFailed(() => {
    capture.finish()
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${name}.pcapng`)
    writeFileSync(file, Buffer.concat(pieces), { mode: 0o600 })
    console.error(`its frames are in ${file}`)
  })
  return {
    trace: capture,
    watch: network =>
      void network.tap(({ what, bytes, date }) => {
        if (what === 'passed') capture.frame(bytes, { date })
      }),
  }
}
