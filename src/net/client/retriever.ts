/**
 * Fetches lists of revoked certificates and OCSP answers for whoever judges a chain. Over http: alone, as everybody does: they
 * are signed, and a question of trust on the way to one would not end. Where to is said by certificates that are believed
 * but for what is asked here, and no redirect leads elsewhere: a stranger's certificate makes nobody ask anything.
 */
import type { Clock } from '../../clock.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { joined, sameOctets } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { parseRevocationList, RevocationList } from '../../x509/revocation/crl.ts'
import type { Need } from '../../x509/revocation/evidence.ts'
import { BasicOcspResponse, certificateId, MAX_OCSP_SIZE, parseOcspResponse } from '../../x509/revocation/ocsp.ts'
import { writeOcspRequest } from '../../x509/revocation/ocsp-request.ts'
import type { Retrieve } from '../stream/judged.ts'

/** Lists of public authorities that are cut in pieces have less; whoever has larger ones says so. */
const MAX_LIST_SIZE: number = 16 * 1024 * 1024
/** The handshake waits for it: well below the time that it may take. */
export const PATIENCE: Millis = 3_000
/** Lists and answers kept: one or two for each site that is visited again. */
const MAX_KEPT = 64
/** Octets of those: the largest list that is taken, twice. */
const MAX_KEPT_SIZE: number = 32 * 1024 * 1024
/** RFC 9654 2.1: at least 32 octets where the client has no reason for fewer. */
const NONCE_SIZE = 32

export interface RetrieverOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly crypto: CryptoProvider
  readonly clock: Clock
  /** Octets of a list, 16 MiB where undefined; an answer has 64 KiB at most. */
  readonly maxSize?: number | undefined
  /** Milliseconds for one list or answer, to its end; 3000 where undefined. */
  readonly patience?: Millis | undefined
  /**
   * `required`: an answer counts only if it was made for this very question (RFC 9654), and none is kept. Few public
   * responders do that: they sign ahead. No nonce is sent where undefined.
   */
  readonly nonce?: 'required' | undefined
}

interface Kept {
  readonly bytes: Bytes
  readonly until: Millis
}

/** What was fetched is kept until it says that there is something newer. Who asks while it is on its way waits for it. */
export const retriever = (options: RetrieverOptions): Retrieve => {
  const { clock, crypto, nonce } = options
  const kept = new Map<string, Kept>()
  const underWay = new Map<string, Promise<Bytes | undefined>>()
  let size = 0
  const forget = (key: string): void => {
    size -= kept.get(key)?.bytes.length ?? 0
    kept.delete(key)
  }
  const keep = (key: string, need: Need, bytes: Bytes): void => {
    const until = nextUpdate(need, bytes)
    if (until === undefined || bytes.length > MAX_KEPT_SIZE) return
    forget(key)
    // The oldest first.
    while (kept.size >= MAX_KEPT || size + bytes.length > MAX_KEPT_SIZE) forget(kept.keys().next().value!)
    kept.set(key, { bytes, until })
    size += bytes.length
  }
  const retrieve = async (need: Need): Promise<Bytes | undefined> => {
    if (!need.url.toLowerCase().startsWith('http://')) return undefined
    if (need.kind === 'ocsp' && nonce === 'required') return freshAnswer(need, options)
    const body = need.kind === 'ocsp' ? requestFor(need, crypto) : undefined
    const key = keyOf(need, body)
    const known = kept.get(key)
    if (known !== undefined && clock.date() < known.until) return known.bytes
    forget(key)
    let coming = underWay.get(key)
    if (coming === undefined) {
      coming = answerTo(need, body, options)
        .then(bytes => {
          if (bytes !== undefined) keep(key, need, bytes)
          return bytes
        })
        .finally(() => underWay.delete(key))
      underWay.set(key, coming)
    }
    return coming
  }
  return Object.assign(retrieve, {
    forget: (need: Need) => forget(keyOf(need, need.kind === 'ocsp' ? requestFor(need, crypto) : undefined)),
  })
}

const keyOf = ({ url }: Need, body: Uint8Array | undefined): string => `${url} ${body ?? ''}`

const freshAnswer = async (need: Need, options: RetrieverOptions): Promise<Bytes | undefined> => {
  const nonce = options.crypto.random.bytes(NONCE_SIZE).slice()
  const bytes = await answerTo(need, requestFor(need, options.crypto, nonce), options)
  const answer = bytes === undefined ? undefined : parseOcspResponse(bytes)
  const echoed = answer instanceof BasicOcspResponse ? answer.extensions.value('ocspNonce') : undefined
  return echoed !== undefined && sameOctets(echoed, nonce) ? bytes : undefined
}

const requestFor = ({ issuer, certificate }: Need, crypto: CryptoProvider, nonce?: Uint8Array): Uint8Array => {
  const { serialNumber } = new Certificate(certificate)
  return writeOcspRequest([certificateId(serialNumber, new Certificate(issuer), 'sha1', crypto)], nonce)
}

const answerTo = async (
  { url, kind }: Need,
  body: Uint8Array | undefined,
  { fetch, clock, maxSize = MAX_LIST_SIZE, patience = PATIENCE }: RetrieverOptions,
): Promise<Bytes | undefined> => {
  const waiting = new AbortController()
  const cancel = clock.later(clock.now() + patience, () => waiting.abort())
  const common = { redirect: 'error', credentials: 'omit', signal: waiting.signal } as const
  const headers = { 'content-type': 'application/ocsp-request' }
  try {
    const response = await fetch(
      url,
      body === undefined ? common : { ...common, method: 'POST', headers, body: new Uint8Array(body) },
    )
    if (response.ok) return await within(kind === 'ocsp' ? MAX_OCSP_SIZE : maxSize, response)
    await response.body?.cancel()
    return undefined
  } catch {
    return undefined
  } finally {
    cancel()
  }
}

/** The body, unless it is longer. */
const within = async (size: number, { body }: Response): Promise<Bytes | undefined> => {
  if (body === null) return undefined
  const reader = body.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(pieces)
    length += value.length
    if (length > size) {
      await reader.cancel()
      return undefined
    }
    pieces.push(value)
  }
}

const nextUpdate = ({ kind }: Need, bytes: Bytes): Millis | undefined => {
  if (kind === 'crl') {
    const list = parseRevocationList(bytes)
    return list instanceof RevocationList ? list.nextUpdate : undefined
  }
  const answer = parseOcspResponse(bytes)
  return answer instanceof BasicOcspResponse ? answer.answers[0]?.nextUpdate : undefined
}
