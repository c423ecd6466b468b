/** Makes one module of the worker, the targets and the instrumented sources. */
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, transform } from 'esbuild'
import { COUNTERS, instrument } from './instrument.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const sources = fileURLToPath(new URL('../../src/', import.meta.url))

/** More than there are; `counters` says how many are used. */
const ROOM = 1 << 18
/** Longer words are prose. */
const LONGEST_WORD = 40

export interface Bundle {
  readonly file: string
  readonly counters: number
  readonly words: readonly Uint8Array[]
  remove(): void
}

export const bundle = async (): Promise<Bundle> => {
  let counters = 0
  const literals = new Set<number | string>()
  const instrumenting: Plugin = {
    name: 'instrument',
    setup(steps) {
      steps.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(sources) || path.endsWith('.test.ts')) return undefined
        const options = { loader: 'ts', sourcefile: path, sourcemap: 'inline', target: 'node20' } as const
        const { code } = await transform(readFileSync(path, 'utf8'), options)
        const result = instrument(code, counters)
        counters = result.next
        for (const literal of result.literals) literals.add(literal)
        return { contents: result.code, loader: 'js' }
      })
    },
  }
  const file = `${tmpdir()}/barewire-fuzz-${process.pid}.mjs`
  await build({
    entryPoints: [`${here}worker.ts`],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
    banner: { js: `globalThis.${COUNTERS}=new Uint32Array(${ROOM});` },
    plugins: [instrumenting],
  })
  if (counters > ROOM) throw new RangeError(`${counters} counters, and room for ${ROOM}`)
  return { file, counters, words: words(literals), remove: () => rmSync(file, { force: true }) }
}

/** A number in as many bytes as it needs and in two; a text as Latin-1. */
const words = (literals: Iterable<number | string>): Uint8Array[] => {
  const found = new Map<string, Uint8Array>()
  const add = (bytes: readonly number[]): void => void found.set(bytes.join(), Uint8Array.from(bytes))
  for (const literal of literals)
    if (typeof literal === 'string') {
      if (literal.length > 1 && literal.length <= LONGEST_WORD && /^[\0-\xff]+$/.test(literal))
        add([...literal].map(letter => letter.charCodeAt(0)))
    } else if (Number.isInteger(literal) && literal >= 0 && literal < 2 ** 32)
      for (const size of [1, 2, 3, 4])
        if (literal < 256 ** size) {
          add(Array.from({ length: size }, (_, i) => Math.floor(literal / 256 ** (size - 1 - i)) % 256))
          if (size > 1) break
        }
  // Modules are read in no order; without this one the same seed would give another campaign each time.
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, word]) => word)
}
