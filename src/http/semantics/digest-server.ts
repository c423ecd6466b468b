/** Digest on the side that knows who may come in (RFC 7616 3.3, 3.4.6). */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'
import { parseChallenges, writeChallenge } from './challenges.ts'
import { algorithmIn, type DigestAlgorithm, digestHash, digestResponse } from './digest.ts'
import { asUtf8, decodeExtended, quoted } from './parameters.ts'

type Qop = 'auth' | 'auth-int'

export interface DigestServerOptions {
  readonly crypto: CryptoProvider
  readonly realm: string
  /** The best first; SHA-256 alone where undefined. MD5 is broken, and for clients that know nothing else. */
  readonly algorithms?: readonly DigestAlgorithm[] | undefined
  /** What may be proved, the best first; `auth` alone where undefined. With `auth-int` bodies are protected too, and read whole. */
  readonly qop?: readonly Qop[] | undefined
  /** What nonces are signed with: the same on several servers that answer for one another. Random where undefined. */
  readonly secret?: Bytes | undefined
  /** How long a nonce may be used, in ms; five minutes where undefined. Then the client is given another, without asking anybody. */
  readonly lifetime?: Millis | undefined
  /** Names of all who may come in: then clients send hashes of them (`userhash`). */
  readonly names?: readonly string[] | undefined
}

/** What a client says, before it is known whether it is true. */
export interface DigestCredentials {
  /** Of whom a password is to be looked up; undefined for a hash that is nobody's. */
  readonly user: string | undefined
  /** The request-target that it is for. */
  readonly uri: string
  readonly algorithm: DigestAlgorithm
  readonly qop: Qop
  readonly nonce: string
  readonly nc: string
  readonly cnonce: string
  readonly response: string
}

export interface DigestRequest {
  readonly method: string
  readonly password: string | undefined
  /** Milliseconds since 1970. */
  readonly now: Millis
  /** For auth-int, which is refused without it. */
  readonly body?: Bytes | undefined
}

/** Nonces whose counts are remembered. Only who knows a password can have one remembered. */
const NONCES = 10_000
/** How far behind the highest count of a nonce a request may come: as many as connections at once, many times over. */
const WINDOW = 64
const FIVE_MINUTES: Millis = 300_000
/** Hex digits of the time, of what makes it unique, and of the MAC, of a nonce. */
const [TIME, UNIQUE, MAC] = [12, 16, 32]

export class DigestServer {
  readonly #options: DigestServerOptions
  readonly #secret: Bytes
  readonly #algorithms: readonly DigestAlgorithm[]
  readonly #qops: readonly Qop[]
  /** By algorithm: whose hash is which name's. */
  readonly #hashes = new Map<DigestAlgorithm, ReadonlyMap<string, string>>()
  /** By nonce: the highest count, and which of those below it were seen. */
  readonly #seen = new Map<string, { top: number; below: bigint }>()
  /** Of nonces issued until then that are not remembered nobody knows any more what was seen. */
  #forgotten: Millis = -1

  constructor(options: DigestServerOptions) {
    this.#options = options
    this.#secret = options.secret ?? options.crypto.random.bytes(32)
    this.#algorithms = options.algorithms ?? ['SHA-256']
    this.#qops = options.qop ?? ['auth']
  }

  /** The values of WWW-Authenticate; `stale` where the password was right and only the nonce too old. */
  challenges(now: Millis, stale?: 'stale'): readonly string[] {
    const { realm, names } = this.#options
    return this.#algorithms.map(algorithm =>
      writeChallenge('Digest', {
        realm,
        qop: this.#qops.join(', '),
        algorithm,
        nonce: this.#nonce(now),
        charset: 'UTF-8',
        ...(names === undefined ? {} : { userhash: 'true' }),
        ...(stale === undefined ? {} : { stale: 'true' }),
      }),
    )
  }

  /** What an Authorization says; undefined for another scheme, another realm, and what is malformed. */
  read(authorization: string): DigestCredentials | undefined {
    const [only, ...others] = parseChallenges(authorization)
    if (only?.scheme !== 'digest' || others.length > 0) return undefined
    const { parameters } = only
    const of = (name: string): string => parameters.get(name) ?? ''
    const algorithm = algorithmIn(parameters)
    const qop = this.#qops.find(known => known === of('qop'))
    if (algorithm === undefined || !this.#algorithms.includes(algorithm)) return undefined
    if (of('realm') !== this.#options.realm || qop === undefined) return undefined
    const { uri, nonce, nc, cnonce, response } = {
      uri: of('uri'),
      nonce: of('nonce'),
      nc: of('nc'),
      cnonce: of('cnonce'),
      response: of('response').toLowerCase(),
    }
    if (uri === '' || cnonce === '' || !/^[\da-f]{8}$/i.test(nc) || Number.parseInt(nc, 16) === 0) return undefined
    const user = this.#userOf(parameters, algorithm)
    return user === 'malformed' ? undefined : { ...user, uri, algorithm, qop, nonce, nc, cnonce, response }
  }

  /**
   * Whether the credentials are those of somebody with this password, and new. The caller compares `uri` with the target of
   * the request. `stale`: they are, but the nonce is too old, or was used with this count: ask again with `stale`.
   */
  verify(credentials: DigestCredentials, { method, password, now, body }: DigestRequest): 'right' | 'stale' | 'wrong' {
    const { crypto, realm } = this.#options
    const { user, nonce, qop, response } = credentials
    const issued = this.#issued(nonce)
    // Whoever is unknown costs as much time as whoever is known.
    const facts = { ...credentials, user: user ?? '', realm, password: password ?? '', method, body }
    const expected = digestResponse(crypto, facts)
    const right = crypto.equal(ascii(expected), ascii(response))
    if (!right || user === undefined || password === undefined) return 'wrong'
    if (qop === 'auth-int' && body === undefined) return 'wrong'
    return issued !== undefined && this.#isNew(credentials, issued, now) ? 'right' : 'stale'
  }

  /**
   * The value of Authentication-Info for who proved to have this password: that we have it too (RFC 7616 3.5). The body of
   * the answer is not a part of it.
   */
  proof({ nc, cnonce, ...credentials }: DigestCredentials, user: string, password: string): string {
    const { crypto, realm } = this.#options
    const facts = {
      ...credentials,
      user,
      realm,
      password,
      nc,
      cnonce,
      method: '',
      qop: 'auth',
      body: undefined,
    } as const
    return `rspauth="${digestResponse(crypto, facts)}", qop=auth, cnonce=${quoted(cnonce)}, nc=${nc}`
  }

  #userOf(
    parameters: ReadonlyMap<string, string>,
    algorithm: DigestAlgorithm,
  ): { readonly user: string | undefined } | 'malformed' {
    const { names, crypto, realm } = this.#options
    const [plain, extended] = [parameters.get('username'), parameters.get('username*')]
    if (parameters.get('userhash')?.toLowerCase() === 'true') {
      let hashes = this.#hashes.get(algorithm)
      if (hashes === undefined) {
        hashes = new Map(names?.map(name => [digestHash(crypto, algorithm, `${name}:${realm}`), name]))
        this.#hashes.set(algorithm, hashes)
      }
      return { user: hashes.get(plain?.toLowerCase() ?? '') }
    }
    // RFC 7616 3.4: one of them.
    const user =
      plain === undefined ? decodeExtended(extended ?? '') : extended === undefined ? asUtf8(plain) : undefined
    return user === undefined ? 'malformed' : { user }
  }

  #nonce(now: Millis): string {
    const head =
      Math.floor(now).toString(16).padStart(TIME, '0') + hexText(this.#options.crypto.random.bytes(UNIQUE / 2))
    return head + this.#mac(head)
  }

  #mac(head: string): string {
    return hexText(this.#options.crypto.hmac('sha256', this.#secret, ascii(head))).slice(0, MAC)
  }

  /** When we issued it; undefined where we did not. */
  #issued(nonce: string): Millis | undefined {
    const head = nonce.slice(0, TIME + UNIQUE)
    if (!/^[\da-f]+$/.test(nonce) || nonce.length !== TIME + UNIQUE + MAC) return undefined
    const ours = this.#options.crypto.equal(ascii(this.#mac(head)), ascii(nonce.slice(TIME + UNIQUE)))
    return ours ? Number.parseInt(head.slice(0, TIME), 16) : undefined
  }

  /** RFC 7616 3.4.6: each count of a nonce once. Requests on several connections come in any order. */
  #isNew({ nonce, nc }: DigestCredentials, issued: Millis, now: Millis): boolean {
    const { lifetime = FIVE_MINUTES } = this.#options
    const known = this.#seen.get(nonce)
    if (now - issued > lifetime || (known === undefined && issued <= this.#forgotten)) return false
    const count = Number.parseInt(nc, 16)
    const { top, below } = known ?? { top: 0, below: 0n }
    const behind = top - count
    if (behind >= WINDOW || (behind >= 0 && (below >> BigInt(behind)) & 1n)) return false
    const shifted = behind >= 0 ? below : -behind >= WINDOW ? 0n : BigInt.asUintN(WINDOW, below << BigInt(-behind))
    this.#seen.set(nonce, { top: Math.max(top, count), below: shifted | (1n << BigInt(Math.max(behind, 0))) })
    if (this.#seen.size > NONCES) this.#forget()
    return true
  }

  #forget(): void {
    const [oldest] = this.#seen.keys()
    this.#seen.delete(oldest!)
    this.#forgotten = Math.max(this.#forgotten, this.#issued(oldest!)!)
  }
}

const ascii = (text: string): Bytes => new TextEncoder().encode(text)
