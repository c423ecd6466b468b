/** What is said above TLS: by https, by http at its own port, and at the end. */
import type { Bytes } from '../../engine.ts'
import { parseHsts } from '../../http/semantics/hsts.ts'
import { endpointText } from '../../wire/address.ts'
import { type FetchInit, fetch } from '../client/fetch.ts'
import type { FetchResponse } from '../client/response.ts'
import { SUITES } from '../stream/tls-options.ts'
import type { Asking } from './asking.ts'
import { keyOf } from './certificates.ts'
import { engage, untilEnd } from './engage.ts'
import { type CookieSeen, type Http, type HttpSeen, isUnasked, type Known, unasked } from './types.ts'

const [HTTPS, HTTP] = [443, 80] as const
/** How long a server may think before it leaves: it has been asked to. */
const PATIENCE = 1_500

export interface HttpOptions {
  /** Of the certificates that were shown, DER: whoever has one of their keys is the server that is meant. */
  readonly chains: readonly (readonly Bytes[])[]
  /** Where plain HTTP is; 80 beside 443 where undefined, and else not asked. */
  readonly plainPort?: number | undefined
}

export const askHttp = async (asking: Asking, options: HttpOptions): Promise<HttpSeen> => {
  const [https, plain, closeNotify] = await Promise.all([
    askHttps(asking, options),
    askPlain(asking, options.plainPort ?? (asking.port === HTTPS ? HTTP : undefined)),
    askGoodbye(asking),
  ])
  return { https, plain, closeNotify }
}

const initOf = ({ asker, world }: Asking): FetchInit => {
  const { address, signal, trace } = asker.options
  const { patience } = asker
  return {
    world,
    trace,
    redirect: 'manual',
    ports: 'any',
    headers: { connection: 'close' },
    resolve: () => address,
    timeouts: { name: patience, connect: patience, handshake: patience, firstByte: patience, idle: patience },
    ...(signal === undefined ? {} : { signal }),
  }
}

/** RFC 3986 3.2.2: addresses of IPv6 stand in brackets. */
const urlOf = (scheme: 'http' | 'https', name: string, port: number): string =>
  `${scheme}://${endpointText(name, port)}/`

const askHttps = async (asking: Asking, { chains }: HttpOptions): Promise<Known<Http>> => {
  const publicKeys = chains.map(keyOf).filter(key => key !== undefined)
  if (publicKeys.length === 0) return unasked('unable')
  const { name, port } = asking
  const found = await asking.asker.turn(async () => {
    const init: FetchInit = { ...initOf(asking), publicKeys, tls: { suites: SUITES } }
    return httpIn(await fetched(urlOf('https', name, port), init))
  })
  return isUnasked(found) && found.code?.startsWith('tls/') ? unasked('unable', found.code) : found
}

/** The body is nobody's business. */
const fetched = async (url: string, init: FetchInit): Promise<FetchResponse> => {
  try {
    const response = await fetch(url, init)
    await response.body?.cancel()
    return response
  } catch (error) {
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error
  }
}

const httpIn = ({ status, headers }: FetchResponse): Http => {
  const field = headers.get('strict-transport-security')
  const policy = field === null ? undefined : parseHsts(field)
  return {
    status,
    hsts: policy && { maxAge: policy.maxAge, includeSubDomains: policy.includeSubDomains },
    csp: headers.has('content-security-policy'),
    cookies: headers.getSetCookie().map(cookieIn),
    server: headers.get('server') ?? undefined,
    encoding: headers.get('content-encoding') ?? undefined,
  }
}

/** RFC 6265 5.2. */
const cookieIn = (field: string): CookieSeen => {
  const [pair = '', ...attributes] = field.split(';').map(part => part.trim())
  const lower = attributes.map(part => part.toLowerCase())
  return {
    name: pair.split('=')[0]!.trim(),
    secure: lower.includes('secure'),
    httpOnly: lower.includes('httponly'),
    sameSite: attributes.find((_, i) => lower[i]!.startsWith('samesite='))?.slice('samesite='.length),
  }
}

const askPlain = async (asking: Asking, port: number | undefined): Promise<HttpSeen['plain']> => {
  if (port === undefined) return unasked('pointless')
  const { name } = asking
  const found = await asking.asker.turn(async () => {
    const { status, headers } = await fetched(urlOf('http', name, port), initOf(asking))
    const to = headers.get('location')
    if (status < 300 || status > 399 || to === null) return 'page'
    const where = URL.canParse(to, urlOf('http', name, port)) ? new URL(to, urlOf('http', name, port)) : undefined
    return where?.protocol === 'https:' ? 'https' : 'elsewhere'
  })
  return isUnasked(found) && found.code === 'tcp/refused' ? 'nobody' : found
}

const askGoodbye = async (asking: Asking): Promise<Known<boolean>> => {
  const ending = await engage(asking, {}, one => untilEnd(one, asking, PATIENCE))
  if (isUnasked(ending)) return ending.code?.startsWith('tls/') ? unasked('unable', ending.code) : ending
  return ending === 'silence' ? unasked('silent') : ending === 'goodbye'
}
