/**
 * Who may ask the server of the page: the browser of whoever read its address, at that address. Others on this machine do
 * not know the token; pages of elsewhere that guess the port are told by Host, Origin and what browsers say of a request.
 */

export interface Door {
  /** `127.0.0.1:40123`, and no other name: a name that somebody else made lead here says so (DNS rebinding). */
  readonly host: string
  /** In the path; 256 bits of chance. */
  readonly token: string
  /** In a time that does not tell how much of it was right. */
  readonly equal: (one: Uint8Array, other: Uint8Array) => boolean
}

export interface Refused {
  readonly status: 403 | 405 | 421
  readonly why: string
}

/** What is behind the token in the path of a request, or why it gets nothing. */
export const admitted = (request: Request, door: Door): Refused | { readonly path: string } => {
  const { headers, method, url } = request
  const { host, pathname } = new URL(url)
  if (headers.get('host') !== door.host || host !== door.host)
    return { status: 421, why: 'It is not this address that the page has.' }
  if (method !== 'GET') return { status: 405, why: 'Here things are only looked at.' }
  const [, token = '', path] = /^\/([^/]*)(?:\/(.*))?$/.exec(pathname) ?? []
  if (path === undefined || !door.equal(encoder.encode(token), encoder.encode(door.token)))
    return { status: 403, why: 'The address has to be the whole one that was printed.' }
  if (isFromElsewhere(headers, door) && !(path === '' && isNavigation(headers)))
    return { status: 403, why: 'Another page asked for it.' }
  return { path }
}

const encoder = new TextEncoder()

/** Browsers say where a script that asks is from (Fetch, `Origin`; Fetch Metadata, `Sec-Fetch-Site`); nobody types it. */
const isFromElsewhere = (headers: Headers, { host }: Door): boolean => {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site') ?? 'none'
  return (origin !== null && origin !== `http://${host}`) || (site !== 'same-origin' && site !== 'none')
}

/** A click on the address, wherever it is shown: what comes of it only its own window sees. */
const isNavigation = (headers: Headers): boolean =>
  headers.get('origin') === null &&
  headers.get('sec-fetch-mode') === 'navigate' &&
  headers.get('sec-fetch-dest') === 'document'
