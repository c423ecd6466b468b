/**
 * What an authority says about its certificates, as a handler that `serve` mounts: its lists (RFC 5280 4.2.1.13), answers of
 * OCSP by POST and GET (RFC 6960 A.1), and the certificates of the authorities themselves. Undefined for other paths.
 */

import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { joined } from '../wire/bytes.ts'
import { MAX_OCSP_REQUEST_SIZE } from '../x509/revocation/ocsp-request.ts'
import { ocspAnswer, type Responder, revocationList } from './revocation.ts'
import type { CertificateAuthority } from './types.ts'

export interface RevocationService {
  /** By the names that their paths have: `{ root, intermediate }`. Asked for each time, as authorities are renewed. */
  readonly authorities: () => Readonly<Record<string, CertificateAuthority>>
  readonly crypto: CryptoProvider
  readonly now: () => Millis
  /** As in `RevocationOptions`; asked for each time, as they end soon. */
  readonly responders?: (() => readonly Responder[]) | undefined
  /** As in `RevocationOptions`: whoever asks now may keep the answer so long, whatever is revoked meanwhile. */
  readonly days?: number | undefined
}

/** A list spends a number and a line of the log: whoever asks a thousand times gets the same one. */
const LIST_KEPT: Millis = 60_000
const HOUR = 3600

/** `/root.crl`, `/root.cer` and `/ocsp` below `base`, which ends with no slash. */
export const revocationHandler = (
  { authorities, crypto, now, responders, days }: RevocationService,
  base = '',
): ((request: Request) => Promise<Response> | undefined) => {
  const kept = new Map<string, { readonly list: Bytes; readonly at: Millis }>()
  const listOf = (authority: CertificateAuthority): Bytes => {
    const before = kept.get(authority.id)
    const at = now()
    if (before !== undefined && at - before.at < LIST_KEPT && at >= before.at) return before.list
    const list = revocationList(authority, { crypto, now: at, days })
    kept.set(authority.id, { list, at })
    return list
  }
  const answer = (request: Bytes): Response =>
    answered(
      ocspAnswer(Object.values(authorities()), request, { crypto, now: now(), responders: responders?.(), days }),
      'application/ocsp-response',
    )
  const file = (path: string): Response | undefined => {
    const [, name = '', ending] = /^\/([\w-]+)\.(crl|cer)$/.exec(path) ?? []
    const all = authorities()
    const authority = Object.hasOwn(all, name) ? all[name] : undefined
    if (authority === undefined) return undefined
    return ending === 'crl'
      ? answered(listOf(authority), 'application/pkix-crl', LIST_KEPT / 1000)
      : answered(authority.certificate, 'application/pkix-cert', HOUR)
  }
  return request => {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(`${base}/`)) return undefined
    const path = pathname.slice(base.length)
    const reading = request.method === 'GET' || request.method === 'HEAD'
    if (path === '/ocsp' && request.method === 'POST') return posted(request, answer)
    if (path === '/ocsp') return refused(405, { allow: 'POST' })
    const [, asked] = /^\/ocsp\/(.+)$/.exec(path) ?? []
    if (asked !== undefined && reading) return Promise.resolve(inPath(asked, answer))
    const found = reading ? file(path) : undefined
    return found && Promise.resolve(found)
  }
}

const answered = (body: Bytes, type: string, seconds?: number): Response =>
  new Response(body.slice(), {
    headers: {
      'content-type': type,
      'cache-control': seconds === undefined ? 'no-store' : `max-age=${seconds}, public`,
    },
  })

const refused = (status: number, headers: Record<string, string> = {}): Promise<Response> =>
  Promise.resolve(new Response(null, { status, headers }))

const posted = async (request: Request, answer: (request: Bytes) => Response): Promise<Response> => {
  if (request.headers.get('content-type') !== 'application/ocsp-request') return refused(415)
  const body = await bodyOf(request)
  return body === undefined ? refused(413) : answer(body)
}

/** Undefined when there is more than any request has. */
const bodyOf = async ({ body }: Request): Promise<Bytes | undefined> => {
  const pieces: Bytes[] = []
  let length = 0
  const reader = (body as ReadableStream<Bytes> | null)?.getReader()
  for (;;) {
    const next = await reader?.read()
    if (next?.value === undefined) return joined(pieces)
    length += next.value.length
    if (length > MAX_OCSP_REQUEST_SIZE) {
      void reader!.cancel().catch(() => {})
      return undefined
    }
    pieces.push(next.value)
  }
}

/** Base64 in a path, with its own escapes. */
const inPath = (text: string, answer: (request: Bytes) => Response): Response => {
  try {
    const octets = atob(decodeURIComponent(text))
    return answer(Uint8Array.from(octets, c => c.charCodeAt(0)))
  } catch {
    return new Response(null, { status: 400 })
  }
}
