/** `-w`: a line about each transfer, in the words of curl's `--write-out`. */
import { elsewhere } from '../../explain/elsewhere.table.ts'
import type { Words } from '../../explain/index.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { hrefOf } from '../../net/client/request.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { fileContents } from '../demands.ts'
import { exitCodeOf } from '../errors.ts'
import type { Io } from '../io.ts'
import { MEASURED, type Scene, TIMES } from './write-out.table.ts'

/** A piece of the format: text, a variable, a field of the answer, or where what follows goes. */
type Word =
  | { readonly text: string }
  | { readonly variable: string }
  | { readonly header: string }
  | { readonly to: 'stdout' | 'stderr' }
  | { readonly onlyIf: 'error' }

export type Format = readonly Word[]

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

const WORD = /%header\{([^{}]*)\}|%\{([^{}]*)\}|%%|\\[nrt]|[^%\\]+|[%\\]/gs

/** `@FILE` is read, `@-` is standard input. Throws `cli/usage` for a variable that there is not. */
export const formatOf = async (given: string, io: Io): Promise<Format> => {
  const text = given.startsWith('@') ? await textOf(given.slice(1), io) : given
  return Array.from(text.matchAll(WORD), ([word, header, variable]): Word => {
    if (header !== undefined) return { header }
    if (variable === undefined) return { text: ESCAPES[word] ?? word }
    if (variable === 'stdout' || variable === 'stderr') return { to: variable }
    if (variable === 'onerror') return { onlyIf: 'error' }
    if (variable in MEASURED || variable in TIMES || variable === 'json' || variable === 'header_json')
      return { variable }
    throw usage(`-w knows no %{${variable}}; it knows ${NAMES.join(', ')}, json, header_json, and %header{name}.`)
  })
}

const textOf = async (path: string, io: Io): Promise<string> => {
  if (path !== '-') return new TextDecoder().decode(fileContents(path))
  const pieces: Uint8Array[] = []
  for await (const piece of io.input) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

const ESCAPES: Readonly<Record<string, string>> = { '%%': '%', '\\n': '\n', '\\r': '\r', '\\t': '\t' }

const NAMES = [...Object.keys(MEASURED), ...Object.keys(TIMES)].sort()

export interface WrittenOut {
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

/** What a server says is written as its bytes. */
export const writtenOut = (format: Format, of: Pick<Scene, 'meter' | 'file'>, words: Words): WrittenOut => {
  const { failure } = of.meter
  const scene: Scene = {
    ...of,
    url: of.meter.outline === undefined ? of.meter.url.href : hrefOf(of.meter.outline.url),
    message: failure && words.sentence(failure),
    exit: failure === undefined ? 0 : exitCodeOf(failure),
    verified: verifyResult(of.meter),
  }
  const written = { stdout: '', stderr: '' }
  let to: 'stdout' | 'stderr' = 'stdout'
  for (const word of format) {
    if ('onlyIf' in word) {
      if (failure === undefined) break
    } else if ('to' in word) ({ to } = word)
    else written[to] += textOfWord(word, scene)
  }
  return { stdout: bytesOf(written.stdout), stderr: bytesOf(written.stderr) }
}

/** Fields of a head are octets, one for each character; our own words may have others. */
const bytesOf = (text: string): Uint8Array =>
  /[^\0-\xff]/.test(text) ? new TextEncoder().encode(text) : latin1Bytes(text)

const textOfWord = (word: Exclude<Word, { to: unknown } | { onlyIf: unknown }>, scene: Scene): string => {
  if ('text' in word) return word.text
  if ('header' in word) return scene.meter.head?.headers.all(word.header.toLowerCase())[0] ?? ''
  const { variable } = word
  if (variable === 'json') return everything(scene)
  if (variable === 'header_json') return fieldsOf(scene)
  const time = TIMES[variable]
  if (time !== undefined) return seconds(time(scene))
  const value = MEASURED[variable]!(scene)
  // curl has it so: three digits, also where there is none.
  return variable === 'http_code' || variable === 'response_code' ? `${value}`.padStart(3, '0') : `${value ?? ''}`
}

const seconds = (ms: number): string => (Math.max(0, ms) / 1000).toFixed(6)

const everything = (scene: Scene): string => {
  const pairs = NAMES.map(name => {
    const time = TIMES[name]
    const value = time === undefined ? JSON.stringify(MEASURED[name]!(scene) ?? null) : seconds(time(scene))
    return `${JSON.stringify(name)}:${value}`
  })
  return `{${pairs.join(',')}}`
}

const fieldsOf = ({ meter: { head } }: Scene): string => {
  const fields = new Map<string, string[]>()
  for (const [name, value] of head?.headers.list() ?? []) {
    const key = name.toLowerCase()
    fields.set(key, [...(fields.get(key) ?? []), value])
  }
  return `{${Array.from(fields, ([name, values]) => `${JSON.stringify(name)}:${JSON.stringify(values)}`).join(',\n')}\n}`
}

/** The number of OpenSSL for what is wrong with the certificate, also where it was accepted; 0 where nothing is. */
const verifyResult = ({ connection, failure }: Scene['meter']): number => {
  const found = failure === undefined ? connection?.tls?.trusted?.accepted?.[0] : failure
  const number = found && elsewhere(found).openssl
  return typeof number === 'number' ? number : 0
}
