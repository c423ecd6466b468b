/**
 * Verbosity by layer, not by volume: `-v` messages of TLS and HTTP, `-v tcp,tls` messages of these layers, `-vv` their
 * fields, `-vvv` their bytes.
 */
import { FailureError, fail } from '../failures/index.ts'
import { LAYERS, type Layer } from '../trace/types.ts'

export interface Verbosity {
  /** 0 nothing but the summary, 1 messages, 2 fields, 3 bytes. */
  readonly level: 0 | 1 | 2 | 3
  readonly layers: readonly Layer[]
}

export const QUIET: Verbosity = { level: 0, layers: [] }
const DEFAULT_LAYERS: readonly Layer[] = ['dns', 'tls', 'http']

/**
 * Turns `-v`, `-vv tcp`, `--verbose=tls,http` into one `--verbose=LEVEL:LAYERS` that a parser of options understands: a
 * word after `-v` belongs to it only when it names layers, so that `-v https://…` works too.
 */
export const joinVerbosity = (argv: readonly string[]): string[] => {
  const rest: string[] = []
  const layers: string[] = []
  let level = 0
  let index = 0
  for (; index < argv.length && argv[index] !== '--'; index++) {
    const word = argv[index]!
    const [, letters, attached] = /^(?:-(v{1,3})|--verbose)(?:=(.*))?$/.exec(word) ?? []
    if (letters === undefined && attached === undefined && word !== '--verbose') {
      rest.push(word)
      continue
    }
    level = Math.min(3, Math.max(letters?.length ?? 1, letters === 'v' ? level + 1 : level))
    const next = argv[index + 1]
    if (attached !== undefined) layers.push(attached)
    else if (next !== undefined && namesLayers(next)) layers.push(argv[++index]!)
  }
  const verbose = level === 0 ? [] : [`--verbose=${level}:${layers.join(',')}`]
  const dashes = argv.slice(index)
  return [...rest, ...verbose, ...dashes]
}

/** The value of `--verbose` as `joinVerbosity` writes it. Throws `cli/usage` for a layer that does not exist. */
export const parseVerbosity = (value: string): Verbosity => {
  const [level = '1', names = ''] = value.split(':')
  const layers = names
    .toLowerCase()
    .split(',')
    .filter(name => name !== '')
  const unknown = layers.find(name => !isLayer(name))
  if (unknown !== undefined) throw new FailureError(fail('cli/usage', { got: noLayer(unknown) }))
  return {
    level: Number(level) as Verbosity['level'],
    layers: layers.length === 0 ? DEFAULT_LAYERS : layers.filter(isLayer),
  }
}

/** For a word that may have been meant as a layer. */
export const noLayer = (name: string): string => `-v knows no layer "${name}"; there are ${LAYERS.join(', ')}.`

/** For a command line with a word too many: what to say when that word stands behind `-v` and looks like a layer. */
export const strayLayer = (argv: readonly string[]): string | undefined => {
  const at = argv.findIndex(word => /^(?:-v{1,3}|--verbose)$/.test(word))
  const word = at < 0 ? undefined : argv[at + 1]
  return word === undefined || !/^[a-z,]+$/i.test(word) || namesLayers(word) ? undefined : noLayer(word)
}

const isLayer = (name: string): name is Layer => (LAYERS as readonly string[]).includes(name)

/** One layer that exists is enough: the others are then mistakes to be told, not a URL. */
const namesLayers = (word: string): boolean => /^[a-z,]+$/i.test(word) && word.toLowerCase().split(',').some(isLayer)
