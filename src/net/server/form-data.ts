/** `formData()` of a request, within bounds: the platform's own reads all of a body before it looks at it. */
import { Failure, FailureError, fail } from '../../failures/index.ts'
import { type MultipartLimits, multipartLimits } from '../../http/multipart/reader.ts'
import { parseUrlencoded } from '../../http/multipart/urlencoded.ts'
import { parseMediaType } from '../../http/semantics/parameters.ts'
import { Source } from '../stream/source.ts'
import type { World } from '../stream/types.ts'
import { toldByFetch } from '../told.ts'
import { gathered, partsOf, utf8 } from './parts.ts'

/** What `formData()` of a request holds at once. */
export interface FormLimits extends MultipartLimits {
  /** Bytes of the whole body. */
  readonly bytes: number
}

/** All of such a form is in memory: as much as Go's `ParseMultipartForm` keeps there, twice. What is larger is for `parts`. */
export const formLimits: FormLimits = { ...multipartLimits, bytes: 64 * 1024 * 1024 }

/**
 * `formData()` as the fetch standard has it, within bounds: rejects with a `TypeError` whose cause is the failure, as
 * `parts`, and http/body-too-big.
 */
export const formDataOf = async (
  request: Request,
  { clock, words }: Pick<World, 'clock' | 'words'>,
  limits: FormLimits,
): Promise<FormData> => {
  const { body, bodyUsed } = request
  // Nothing to read: the platform knows what to say.
  if (body === null || bodyUsed || body.locked) return Request.prototype.formData.call(request)
  const source = new Source(body, clock)
  try {
    const type = request.headers.get('content-type') ?? ''
    return parseMediaType(type)?.type === URLENCODED
      ? await urlencodedForm(source, limits)
      : await multipartForm(source, type, { limits, words })
  } catch (error) {
    throw toldByFetch(error, words)
  } finally {
    source.cancel(undefined)
  }
}

const URLENCODED = 'application/x-www-form-urlencoded'

const tooBig = (bytes: number): Failure => fail('http/body-too-big', { number: bytes })

const urlencodedForm = async (source: Source, { bytes, parts }: FormLimits): Promise<FormData> => {
  const text = new TextDecoder().decode(await gathered(() => source.next(), bytes, tooBig(bytes)))
  const fields = parseUrlencoded(text, parts)
  if (fields instanceof Failure) throw new FailureError(fields)
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

const multipartForm = async (
  source: Source,
  type: string,
  { limits, words }: { readonly limits: FormLimits; readonly words: World['words'] },
): Promise<FormData> => {
  const form = new FormData()
  let came = 0
  const next = async () => {
    const piece = await source.next()
    came += piece?.length ?? 0
    if (came > limits.bytes) throw new FailureError(tooBig(limits.bytes))
    return piece
  }
  for await (const part of partsOf(next, type, { limits, words })) {
    const content = await part.bytes(limits.bytes)
    if (part.filename === undefined) form.append(part.name, utf8.decode(content))
    else {
      const bytes = content as Uint8Array<ArrayBuffer>
      form.append(part.name, new File([bytes], part.filename, { type: part.type ?? 'text/plain' }))
    }
  }
  return form
}
