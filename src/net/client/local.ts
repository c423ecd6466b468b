/** What needs no network: `data:` and `blob:` URLs (fetch standard, 4.3 "scheme fetch" and 6 "data: URLs"). */
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import type { HeaderList } from '../../http/types.ts'
import type { World } from '../stream/types.ts'
import { contextOf, type Outline } from './request.ts'
import { type Answer, madeAnswer, madeHead } from './seam.ts'

export const isLocal = ({ protocol }: URL): boolean => protocol === 'data:' || protocol === 'blob:'

/** Throws `net/bad-url` for data that cannot be read and for a blob that nobody has, `net/bad-request`. */
export const localAnswer = async (outline: Outline, world: World): Promise<Answer> => {
  const { url, method } = outline
  try {
    if (url.protocol === 'data:') {
      const { type, bytes } = dataOf(url)
      return answerOf(200, 'OK', [['Content-Type', type]], bytes, world)
    }
    if (method !== 'GET') throw new FailureError(fail('net/bad-request', { where: 'blob:', got: `method ${method}` }))
    const blob = await world.blobOf?.(url.href.replace(/#.*$/, ''))
    if (blob === undefined) throw unreadable('blob: without a blob')
    // The platform reads it in its own time; virtual time waits for it.
    const read = async (part: Blob): Promise<Bytes> =>
      new Uint8Array(await part.arrayBuffer().finally(world.clock.hold()))
    const range = outline.headers.get('range')
    if (range === null) return answerOf(200, 'OK', aboutBlob(blob), await read(blob), world)
    const [start, end] = rangeIn(range, blob.size)
    const part = blob.slice(start, end + 1, blob.type)
    const fields = [...aboutBlob(part), ['Content-Range', `bytes ${start}-${end}/${blob.size}`] as const]
    return answerOf(206, 'Partial Content', fields, await read(part), world)
  } catch (error) {
    throw error instanceof FailureError ? new FailureError(error.failure.within(contextOf(outline))) : error
  }
}

const aboutBlob = ({ size, type }: Blob): HeaderList => [
  ['Content-Length', `${size}`],
  ['Content-Type', type],
]

const answerOf = (status: number, reason: string, fields: HeaderList, bytes: Bytes, { clock }: World): Answer =>
  madeAnswer(madeHead(status, reason, fields), bytes, clock)

/** First and last byte of one range (fetch standard, 2.2.2 and 4.3). Throws `net/bad-request` where there are none such. */
const rangeIn = (value: string, size: number): readonly [start: number, end: number] => {
  const [, first = '', last = ''] = /^bytes[\t ]*=[\t ]*(\d*)[\t ]*-[\t ]*(\d*)$/.exec(value) ?? []
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  const backwards = first !== '' && last !== '' && Number(last) < start
  if ((first === '' && last === '') || backwards || start >= size)
    throw new FailureError(fail('net/bad-request', { where: 'Range', got: value }))
  return [start, end]
}

const unreadable = (got: string): FailureError => new FailureError(fail('net/bad-url', { got }))

/** Fetch standard, 6: "data: URL processor". */
const dataOf = (url: URL): { readonly type: string; readonly bytes: Bytes } => {
  const text = url.href.slice('data:'.length).replace(/#.*$/, '')
  const comma = text.indexOf(',')
  if (comma < 0) throw unreadable('data: without a comma')
  const said = text.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '')
  const bytes = unescaped(text.slice(comma + 1))
  const coded = /; *base64$/i.test(said)
  const media = said.replace(/; *base64$/i, '')
  return { type: mediaType(media), bytes: coded ? fromBase64(bytes) : bytes }
}

/** Name and value, which may be quoted; what follows a quoted one is nobody's. */
const PARAMETER = /;([^;=]*)(?:=(?:"((?:[^"\\]|\\.)*\\?)"?[^;]*|([^;]*)))?/g

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/

/** MIME sniffing standard, 4.4 and 4.5, written back; without a type, or with one that is none, it is US-ASCII text. */
const mediaType = (said: string): string => {
  const [, essence = '', rest = ''] = /^([^;]*)(.*)$/s.exec(said.startsWith(';') ? `text/plain${said}` : said) ?? []
  const [type = '', subtype = '', ...more] = essence.trimEnd().split('/')
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || more.length > 0) return 'text/plain;charset=US-ASCII'
  const parameters = new Map<string, string>()
  for (const [, given = '', quoted, plain = ''] of rest.matchAll(PARAMETER)) {
    const name = given.trimStart().toLowerCase()
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain.trimEnd()
    const none = quoted === undefined && value === ''
    if (TOKEN.test(name) && !none && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && !parameters.has(name)) {
      parameters.set(name, value)
    }
  }
  const written = [...parameters].map(([name, value]) =>
    TOKEN.test(value) ? `;${name}=${value}` : `;${name}="${value.replace(/["\\]/g, '\\$&')}"`,
  )
  return `${type}/${subtype}`.toLowerCase() + written.join('')
}

/** URL standard: percent-decoded; `text` is ASCII, as `href` is. */
const unescaped = (text: string): Bytes => {
  const out = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const hex = text[at] === '%' ? /^[\da-f]{2}/i.exec(text.slice(at + 1, at + 3))?.[0] : undefined
    out[length++] = hex === undefined ? text.charCodeAt(at) : Number.parseInt(hex, 16)
    if (hex !== undefined) at += 2
  }
  return out.subarray(0, length)
}

/** Infra standard: forgiving base64, which is what `atob` does. */
const fromBase64 = (bytes: Bytes): Bytes => {
  try {
    const octets = atob(new TextDecoder('latin1').decode(bytes))
    return Uint8Array.from(octets, octet => octet.charCodeAt(0))
  } catch {
    throw unreadable('data: with base64 that is none')
  }
}
