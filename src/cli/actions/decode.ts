/** `barewire decode`: what pasted bytes are, and JSON back to bytes. The work is done in `inspect/decode`. */
import { open } from 'node:fs/promises'
import { isFileProblem } from '../../explain/file-problems.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { allBroken, type Decoded, starred } from '../../inspect/decode/decode.ts'
import type { Format } from '../../inspect/decode/format.ts'
import { formatNamed, formatRows } from '../../inspect/decode/formats.table.ts'
import { type DecodedPart, type Guessed, guess, MOST_BYTES } from '../../inspect/decode/guess.ts'
import { EmitError, emitted, lineOfDecoded } from '../../inspect/decode/json.ts'
import { type Reading, readings } from '../../inspect/decode/notation.ts'
import { brokenLines, dumpLines, headLines, percent, titleOf, treeLines } from '../../inspect/decode/text.ts'
import { line, lines, type Shown, type Style } from '../../inspect/index.ts'
import { say } from '../../inspect/style.ts'
import { hexText, joined, latin1Bytes } from '../../wire/bytes.ts'
import { toBase64 } from '../../x509/files/pem.ts'
import { type CommonOptions, privacyOf } from '../command.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import type { EmitForm } from '../options.ts'
import { styleFor } from '../story/style.ts'

export interface DecodeOptions extends CommonOptions {
  readonly as?: string | undefined
  readonly emit?: EmitForm | undefined
}

/** Text of this length is a megabyte in any dump. */
const MOST_INPUT = 8 * 1024 * 1024
/** Lines of sixteen bytes that -vvv shows. */
const MOST_DUMPED = 4096
/** A capture is known by its first bytes. */
const CAPTURE_HEAD = 64

export const decode = async (what: string | undefined, options: DecodeOptions, io: Io): Promise<number> => {
  if (options.as === 'list') return await listed(options, io)
  const format = options.as === undefined ? undefined : named(options.as)
  const input = await inputOf(what, io)
  if (options.emit !== undefined) return await emit(input, options.emit, io)
  const guessed = guess(input, format)
  const { best, parts, tooLong: isLonger } = guessed
  if (best === undefined && isLonger) throw tooLong('what was given', MOST_BYTES)
  if (best === undefined || best.decoded.bytes.length === 0)
    throw new FailureError(fail('decode/unknown', { got: readAs(input) }))
  const told = { options, style: styleFor(io.out, io.env, options), env: io.env, format }
  for (const [i, part] of parts.entries()) await io.out.write(partTold(part, i, guessed, told))
  return parts.some(({ decoded }) => decoded === undefined || allBroken(decoded).length > 0) ? EXIT_BROKEN : 0
}

const EXIT_BROKEN = 9

const readAs = (input: Uint8Array): string => {
  const [{ notation, parts }] = readings(input) as [Reading, ...Reading[]]
  return `${parts[0]?.bytes.length ?? 0} bytes, read as ${notation}`
}

const named = (name: string): Format => {
  const format = formatNamed(name)
  if (format !== undefined) return format
  throw new FailureError(fail('cli/usage', { got: `There is no format "${name}"; --as list prints all of them.` }))
}

const listed = async (options: DecodeOptions, io: Io): Promise<number> => {
  const style = styleFor(io.out, io.env, options)
  const wide = Math.max(...formatRows.map(({ id }) => id.length)) + 2
  const text = formatRows.map(({ id, title }) =>
    options.json
      ? jsonLine({ type: 'format', id, title })
      : lines([line(style, { text: id }, { text: title, column: wide })]),
  )
  await io.out.write(text.join('') as Shown)
  return 0
}

/** A file of that name, or the text itself. Throws `decode/too-long`, `cli/file`. */
const inputOf = async (what: string | undefined, io: Io): Promise<Uint8Array> => {
  if (what === undefined || what === '-') return await all(io.input, 'standard input')
  const file = await head(what)
  if (file !== undefined) return file
  if (what.length > MOST_INPUT) throw tooLong('what was pasted', MOST_INPUT)
  return new TextEncoder().encode(what)
}

const all = async (input: AsyncIterable<Uint8Array>, where: string): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of input) {
    pieces.push(piece)
    length += piece.length
    // Whoever writes without end is not read to it.
    if (length > MOST_INPUT) {
      if (isCapture(pieces[0]!)) return pieces[0]!.slice(0, CAPTURE_HEAD)
      throw tooLong(where, MOST_INPUT)
    }
  }
  return joined(pieces)
}

/** The contents, of a capture its beginning; undefined where there is no file of that name. */
const head = async (path: string): Promise<Uint8Array | undefined> => {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // A text that cannot be a name is none.
    if (['ENOENT', 'ENAMETOOLONG', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE'].includes(error.code ?? '')) return undefined
    throw fileFailure(path, error)
  })
  if (handle === undefined) return undefined
  try {
    const { size } = await handle.stat()
    const room = new Uint8Array(Math.min(size > 0 ? size : MOST_INPUT, MOST_INPUT) + 1)
    let read = 0
    for (;;) {
      const { bytesRead } = await handle.read(room, read, room.length - read)
      read += bytesRead
      if (bytesRead === 0 || read === room.length) break
    }
    const bytes = room.subarray(0, read)
    if (isCapture(bytes)) return bytes.slice(0, CAPTURE_HEAD)
    if (read > MOST_INPUT) throw tooLong(path, MOST_INPUT)
    return bytes
  } catch (error) {
    throw error instanceof FailureError ? error : fileFailure(path, error as NodeJS.ErrnoException)
  } finally {
    await handle.close()
  }
}

const fileFailure = (where: string, { code = '' }: NodeJS.ErrnoException): FailureError =>
  new FailureError(fail('cli/file', { where, got: isFileProblem(code) ? code : 'it cannot be read' }))

const isCapture = (bytes: Uint8Array): boolean =>
  ['pcap.file', 'pcapng.file'].some(id => bytes.length >= CAPTURE_HEAD && formatNamed(id)!.begins!(bytes))

const tooLong = (where: string, number: number): FailureError =>
  new FailureError(fail('decode/too-long', { where, number }))

interface Telling {
  readonly env: Io['env']
  readonly options: DecodeOptions
  readonly style: Style
  readonly format: Format | undefined
}

const partTold = (
  { part, decoded: given, confidence }: DecodedPart,
  index: number,
  guessed: Guessed,
  telling: Telling,
): Shown => {
  const { options, style, format } = telling
  const { best, others } = guessed
  const { notation } = best!.reading
  const { label } = part
  if (given === undefined) return unknownTold(part.bytes, label, notation, telling)
  const { decoded, isStarred } = privacyOf(options) === 'shown' ? { decoded: given, isStarred: false } : starred(given)
  if (options.json) return jsonLine(lineOfDecoded(decoded, { notation, confidence, label, starred: isStarred }))
  const level = options.verbose?.level ?? 0
  const title =
    index === 0
      ? headLines({ ...best!, decoded }, others, style, format !== undefined)
      : [
          line(style, {
            text: ` ${titleOf(decoded)}${format === undefined ? ` (${percent(confidence)})` : ''}`,
            tint: 'you',
          }),
        ]
  return lines([
    ...(index === 0 ? [] : [line(style)]),
    ...(label === undefined ? [] : [line(style, { text: ` ${label}`, tint: 'quiet' })]),
    ...title,
    ...treeLines(decoded, { style, bytes: level >= 2 ? 'beside' : undefined }),
    ...brokenLines(allBroken(decoded), style),
    ...seeLines(decoded, isStarred, telling),
    ...(level >= 3 ? dumpLines(decoded.bytes, style, MOST_DUMPED) : []),
  ])
}

const seeLines = ({ format: { see } }: Decoded, isStarred: boolean, { style, env }: Telling): Shown[] => [
  ...(see === undefined ? [] : [line(style, { text: ` ${say(style, 'more: ')}${typed(see, env)}`, tint: 'quiet' })]),
  ...(isStarred
    ? [line(style, { text: ` * ${say(style, 'what is private is starred: --show-secrets shows it')}`, tint: 'secret' })]
    : []),
]

const unknownTold = (
  bytes: Uint8Array,
  label: string | undefined,
  notation: string,
  { options, style }: Telling,
): Shown => {
  if (options.json)
    return jsonLine({
      type: 'decoded',
      notation,
      confidence: 0,
      label: label ?? null,
      format: null,
      bytes: hexText(bytes),
    })
  return lines([
    line(style),
    ...(label === undefined ? [] : [line(style, { text: ` ${label}`, tint: 'quiet' })]),
    line(style, { text: ` ${say(style, `${bytes.length} bytes of no format that is known here`)}` }),
    ...dumpLines(bytes, style, 16),
  ])
}

/** One line of JSON, or several: what each says, one behind the other. */
const emit = async (input: Uint8Array, form: EmitForm, io: Io): Promise<number> => {
  const pieces = jsonIn(new TextDecoder().decode(input)).map(({ value, where }) => {
    try {
      return emitted(value, where)
    } catch (error) {
      if (error instanceof EmitError)
        throw new FailureError(
          fail('decode/not-written', { where: error.where.replace(/\.$/, '') || 'the JSON', got: error.message }),
        )
      throw error
    }
  })
  const bytes = joined(pieces)
  if (form === 'raw') await io.out.write(bytes)
  else await io.out.write(latin1Bytes(`${form === 'hex' ? hexText(bytes) : toBase64(bytes)}\n`))
  return 0
}

interface JsonIn {
  readonly value: unknown
  readonly where: string
}

/** One value, or one a line. Throws `decode/not-written`. */
const jsonIn = (text: string): readonly JsonIn[] => {
  try {
    return [{ value: JSON.parse(text) as unknown, where: '' }]
  } catch {
    return text.split('\n').flatMap((row, i) => {
      if (row.trim() === '') return []
      try {
        return [{ value: JSON.parse(row) as unknown, where: `line ${i + 1}.` }]
      } catch {
        throw new FailureError(fail('decode/not-written', { where: `line ${i + 1}`, got: 'it is no JSON' }))
      }
    })
  }
}
