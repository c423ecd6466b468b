/**
 * Which proxy a request goes through: one for all, or as the environment says. Nothing is read from an environment here:
 * whoever has one gives it (`proxiesIn`).
 */
import { FailureError, fail } from '../../failures/index.ts'
import { basicCredentials, type NameAndPassword } from '../../http/semantics/challenges.ts'
import { endpointText, parseIp } from '../../wire/address.ts'
import { authorityOf } from './request.ts'
import type { SocksLogin } from './socks-dialogue.ts'

/**
 * `http://` or `https://` (TLS to the proxy itself), with name and password where it asks for them; `proxy.test:3128` is
 * `http://`. `socks5h://` has a SOCKS 5 proxy look names up, for `socks5://` they are looked up here. A function is asked
 * for each request, and undefined is none.
 */
export type ProxyChoice = string | URL | ((url: URL) => string | URL | undefined)

export interface ProxyServer {
  readonly url: URL
  readonly host: string
  readonly port: number
  /** For failures, without name and password. */
  readonly where: string
  /** Of its URL, for a proxy that speaks HTTP. */
  readonly login: NameAndPassword | undefined
  /** The same as the value of Proxy-Authorization, by Basic (RFC 7617). */
  readonly authorization: string | undefined
  /** Of a SOCKS 5 proxy; undefined: it speaks HTTP. */
  readonly socks: Socks | undefined
}

export interface Socks {
  readonly login: SocksLogin | undefined
  /** Where names are looked up. */
  readonly names: 'here' | 'there'
}

/** Throws `net/bad-proxy`. */
export const proxyFor = (url: URL, choice: ProxyChoice | undefined): ProxyServer | undefined => {
  const chosen = typeof choice === 'function' ? choice(url) : choice
  return chosen === undefined || chosen === '' ? undefined : readProxy(chosen)
}

/** Throws `net/bad-proxy`; a password is not repeated in it. */
export const readProxy = (given: string | URL): ProxyServer => {
  const text = String(given)
  let url: URL
  try {
    url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  } catch {
    throw refused('it is no URL')
  }
  const names = SOCKS[url.protocol]
  if (names === undefined && url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(`it speaks ${url.protocol}//`)
  if (url.hostname === '') throw refused('it has no name')
  const { host, port } = names === undefined || url.port !== '' ? authorityOf(url) : { ...authorityOf(url), port: 1080 }
  const where = endpointText(host, port)
  const common = { url, host, port, where }
  return names === undefined
    ? { ...common, ...basic(url, where), socks: undefined }
    : { ...common, login: undefined, authorization: undefined, socks: { login: loginOf(url, where), names } }
}

/** As curl has them. */
const SOCKS: Readonly<Record<string, Socks['names']>> = { 'socks5:': 'here', 'socks5h:': 'there' }

/** RFC 1929 2: each has a length of one octet, and is not empty. */
const loginOf = ({ username, password }: URL, where: string): SocksLogin | undefined => {
  if (username === '' && password === '') return undefined
  const [user, secret] = [username, password].map(text => utf8.encode(decoded(text, where)))
  const fits = (bytes: Uint8Array): boolean => bytes.length > 0 && bytes.length <= 255
  if (!fits(user!) || !fits(secret!)) throw refused('a name and a password for SOCKS have 1 to 255 octets', where)
  return { user: user!, password: secret! }
}

const utf8 = new TextEncoder()

const decoded = (text: string, where: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused('its name or password is not percent-encoded', where)
  }
}

const basic = ({ username, password }: URL, where: string): Pick<ProxyServer, 'login' | 'authorization'> => {
  if (username === '' && password === '') return { login: undefined, authorization: undefined }
  const login = { user: decoded(username, where), password: decoded(password, where) }
  try {
    return { login, authorization: basicCredentials(login) }
  } catch (error) {
    if (error instanceof FailureError) throw refused(`${error.failure.where} has ${error.failure.got} in it`, where)
    throw error
  }
}

const refused = (got: string, where?: string): FailureError =>
  new FailureError(fail('net/bad-proxy', { got, ...(where === undefined ? {} : { where }) }))

/** Variables of an environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of `environment` say, in small letters or capitals. In a CGI
 * program `HTTP_PROXY` is what a client sent as `Proxy:` (CVE-2016-5385), so it does not count beside `REQUEST_METHOD`.
 */
export const proxiesIn = (environment: Environment): ((url: URL) => string | undefined) => {
  const read = (name: string): string | undefined => {
    const capitals = environment[name.toUpperCase()]
    const mayBeForged = name === 'http_proxy' && environment.REQUEST_METHOD !== undefined
    return environment[name] || (mayBeForged ? undefined : capitals) || undefined
  }
  return url => {
    const proxy = read(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? read('all_proxy')
    return proxy === undefined || isWithout(url, read('no_proxy') ?? '') ? undefined : proxy
  }
}

/**
 * Whether `list` has the host of `url`, as curl reads NO_PROXY: names stand for all below them, with a port for that alone;
 * addresses may be ranges (`10.0.0.0/8`); `*` is everything.
 */
export const isWithout = (url: URL, list: string): boolean => {
  const { host, port } = authorityOf(url)
  return list
    .split(/[\s,]+/)
    .filter(each => each !== '')
    .some(each => each === '*' || isNamedBy(each.toLowerCase(), trimmed(host), port))
}

const trimmed = (host: string): string => host.toLowerCase().replace(/\.$/, '')

const isNamedBy = (entry: string, host: string, port: number): boolean => {
  const address = parseIp(host)
  const [, range = entry, bits] = /^(.*)\/(\d{1,3})$/.exec(entry) ?? []
  const network = parseIp(range.replace(/^\[|\]$/g, ''))
  if (network !== undefined) return address !== undefined && isInRange(address.octets, network.octets, bits)
  const [, name = '', only] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []
  if (only !== undefined && Number(only) !== port) return false
  const suffix = trimmed(name.replace(/^\*?\./, ''))
  return suffix !== '' && (host === suffix || (address === undefined && host.endsWith(`.${suffix}`)))
}

const isInRange = (address: Uint8Array, network: Uint8Array, said: string | undefined): boolean => {
  if (address.length !== network.length) return false
  const bits = said === undefined ? network.length * 8 : Number(said)
  if (bits > network.length * 8) return false
  return network.every((octet, at) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - at * 8))) & 0xff
    return (octet & mask) === (address[at]! & mask)
  })
}
