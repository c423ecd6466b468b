/** Corpora and crashes are text: an input in hex on each line, `#` before what people should know about it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hex, toHex } from '../support/bytes.ts'
import { fileName, type Target } from './target.ts'

const folder = fileURLToPath(new URL('corpus', import.meta.url))
const fileOf = (target: string): string => `${folder}/${fileName(target)}.txt`

export interface Entry {
  readonly input: Uint8Array
  /** The comment above it. */
  readonly note: string | undefined
}

export const parseCorpus = (text: string): Entry[] => {
  const entries: Entry[] = []
  let note: string | undefined
  for (const line of text.split('\n').map(each => each.trim())) {
    if (line === '') note = undefined
    else if (line.startsWith('#')) note = line.slice(1).trim()
    else {
      // A dash stands for no bytes at all.
      entries.push({ input: line === '-' ? new Uint8Array(0) : hex(line), note })
      note = undefined
    }
  }
  return entries
}

export const corpusText = (entries: readonly Entry[]): string =>
  entries
    .map(({ input, note }) => `${note === undefined ? '' : `# ${note}\n`}${input.length === 0 ? '-' : toHex(input)}\n`)
    .join('')

export const corpusOf = (target: string): Entry[] =>
  existsSync(fileOf(target)) ? parseCorpus(readFileSync(fileOf(target), 'utf8')) : []

/** What has a note stays, whatever it reaches: somebody put it there. */
export const storeCorpus = (target: string, inputs: readonly Uint8Array[]): number => {
  const noted = corpusOf(target).filter(({ note }) => note !== undefined)
  const others = inputs.map(toHex).filter(input => !noted.some(entry => toHex(entry.input) === input))
  others.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const entries = [...noted, ...others.map(input => ({ input: hex(input), note: undefined }))]
  writeFileSync(fileOf(target), corpusText(entries))
  return entries.length
}

/** The name says which target it is for. */
export const storeCrash = (into: string, target: string, input: Uint8Array, note: string): string => {
  const file = `${into}/${fileName(target)}.${checksum(input)}.txt`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, corpusText([{ input, note: note.replace(/\s+/g, ' ').slice(0, 200) }]))
  return file
}

export const readCrash = (
  file: string,
  targets: readonly Target[],
): { readonly target: Target; readonly entries: readonly Entry[] } => {
  const [name] = basename(file).split('.')
  const target = targets.find(each => fileName(each.name) === name)
  if (target === undefined) throw new Error(`${file} is not named after a target`)
  return { target, entries: parseCorpus(readFileSync(file, 'utf8')) }
}

/** Fletcher's sum as eight digits: two crashes of a target in two files. */
const checksum = (input: Uint8Array): string => {
  let [low, high] = [input.length, 0]
  for (const byte of input) {
    low = (low + byte) % 65_535
    high = (high + low) % 65_535
  }
  return (high * 65_536 + low).toString(16).padStart(8, '0')
}
