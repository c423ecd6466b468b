/** `-C -`: what is asked for to go on with a file, and what the answer means for it (RFC 9110 14). */
import { FailureError, fail } from '../../failures/index.ts'
import { strongValidator } from '../../http/semantics/conditional.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import type { Partial } from './partial.ts'

/** The rest, if the server still has the same; no coding, because offsets count what is stored. */
export const rangeHeaders = (from: Partial | undefined): [string, string][] => [
  ['Accept-Encoding', 'identity'],
  ...(from === undefined ? [] : ([['Range', `bytes=${from.bytes}-`]] as [string, string][])),
  ...(from?.validator === undefined ? [] : ([['If-Range', from.validator]] as [string, string][])),
]

/** What to do with an answer, and what is worth a remark. */
export interface Continuation {
  /** `append`: the rest comes; `anew`: the whole comes; `whole`: nothing is missing. */
  readonly does: 'append' | 'anew' | 'whole'
  readonly remark: string | undefined
}

/** Throws `FailureError` cli/not-continued for an answer that is neither the rest nor the whole. */
export const continuationOf = (response: FetchResponse, from: Partial): Continuation => {
  const { status, statusText, headers, url } = response
  const range = headers.get('content-range') ?? ''
  if (status === 206) {
    if (!range.startsWith(`bytes ${from.bytes}-`) || headers.has('content-encoding')) throw notContinued(url, range)
    const remark = `${from.path} goes on from ${from.bytes} bytes`
    return {
      does: 'append',
      remark: from.by === 'ours' ? remark : `${remark}; nothing says whether its beginning is still the same`,
    }
  }
  if (status === 200) return { does: 'anew', remark: `${whyAnew(headers, from)}: from the beginning` }
  if (status === 416 && range === `bytes */${from.bytes}`)
    return { does: 'whole', remark: `${from.path} is whole already` }
  throw notContinued(url, `${status} ${statusText}`.trim())
}

const whyAnew = (headers: Headers, { validator }: Partial): string =>
  validator !== undefined && strongValidator(headers) !== validator
    ? 'the server has another version now'
    : 'the server does not send parts'

const notContinued = (where: string, got: string): FailureError =>
  new FailureError(fail('cli/not-continued', { where, got: got === '' ? '206 without Content-Range' : got }))
