/** What needs no network: `data:` and `blob:` URLs (fetch standard, 4.3 "scheme fetch" and 6 "data: URLs"). */
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import type { World } from '../stream/types.ts'
import { contextOf, type Outline } from './request.ts'
import { type Answer, madeAnswer, madeHead } from './seam.ts'

export const isLocal = ({ protocol }: URL): boolean => protocol === 'data:' || protocol === 'blob:'

/** Throws `net/bad-url` for data that cannot be read and for a blob that nobody has, `net/bad-request`. */
export const localAnswer = async (outline: Outline, world: World): Promise<Answer> => {
  const { url, method } = outline
  try {
    if (url.protocol === 'data:') return answerOf(dataOf(url), world)
    if (method !== 'GET') throw new FailureError(fail('net/bad-request', { where: 'blob:', got: `method ${method}` }))
    const blob = await world.blobOf?.(url.href.replace(/#.*$/, ''))
    if (blob === undefined) throw unreadable('blob: without a blob')
    // The platform reads it in its own time; virtual time waits for it.
    const bytes = new Uint8Array(await blob.arrayBuffer().finally(world.clock.hold()))
    return answerOf({ type: blob.type, bytes, announced: true }, world)
  } catch (error) {
    throw error instanceof FailureError ? new FailureError(error.failure.within(contextOf(outline))) : error
  }
}

interface Local {
  readonly type: string
  readonly bytes: Bytes
  /** Whether its length is a field of the answer; of data the standard says nothing. */
  readonly announced: boolean
}

const answerOf = ({ type, bytes, announced }: Local, { clock }: World): Answer => {
  const length = announced ? [['Content-Length', `${bytes.length}`] as const] : []
  const fields = [...length, ...(type === '' && !announced ? [] : [['Content-Type', type] as const])]
  return madeAnswer(madeHead(200, 'OK', fields), bytes, clock)
}

const unreadable = (got: string): FailureError => new FailureError(fail('net/bad-url', { got }))

/** Fetch standard, 6: "data: URL processor". */
const dataOf = (url: URL): Local => {
  const text = url.href.slice('data:'.length).replace(/#.*$/, '')
  const comma = text.indexOf(',')
  if (comma < 0) throw unreadable('data: without a comma')
  const said = text.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '')
  const bytes = unescaped(text.slice(comma + 1))
  const coded = /; *base64$/i.test(said)
  const media = said.replace(/; *base64$/i, '')
  return { type: mediaType(media), bytes: coded ? fromBase64(bytes) : bytes, announced: false }
}

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/

/** MIME sniffing standard, 4.4 and 4.5, written back; without a type, or with one that is none, it is US-ASCII text. */
const mediaType = (said: string): string => {
  const [essence = '', ...rest] = (said.startsWith(';') ? `text/plain${said}` : said).split(';')
  const [type = '', subtype = '', ...more] = essence.trimEnd().split('/')
  if (!TOKEN.test(type) || !TOKEN.test(subtype) || more.length > 0) return 'text/plain;charset=US-ASCII'
  const parameters = new Map<string, string>()
  // A quoted value may have a semicolon in it; those of a data: URL are percent-encoded where that matters.
  for (const each of rest) {
    const equals = each.indexOf('=')
    const name = each.slice(0, Math.max(equals, 0)).trimStart().toLowerCase()
    const text = each.slice(equals + 1).trimEnd()
    const value = /^"/.test(text) ? (/^"((?:[^"\\]|\\.)*)/.exec(text)?.[1] ?? '').replace(/\\(.)/g, '$1') : text
    if (TOKEN.test(name) && value !== '' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && !parameters.has(name)) {
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
