/** Digest on the side of whoever has the password (RFC 7616 3.4), for one space of one server. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'
import {
  type Challenge,
  checkCredentials,
  type NameAndPassword,
  parseChallenges,
  writeChallenge,
} from './challenges.ts'
import {
  algorithmIn,
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type DigestFacts,
  digestHash,
  digestResponse,
  hashOf,
  isMd5,
} from './digest.ts'
import { asUtf8, encodeExtended } from './parameters.ts'

export interface DigestClientOptions extends NameAndPassword {
  readonly crypto: CryptoProvider
  /** `allowed`: for servers that offer nothing better, MD5 and the form without `qop` (RFC 2069). */
  readonly md5?: 'allowed' | undefined
}

/** What a server that protects the body too has said of it: whether that is right is known when all of it was heard. */
export interface DigestProof {
  /** The body's next piece, as it is coded. */
  update(piece: Bytes): void
  /** Once, at its end. */
  isRight(): boolean
}

interface Space {
  readonly algorithm: DigestAlgorithm
  readonly realm: string
  readonly opaque: string | undefined
  /** What the server offers; none is RFC 2069. */
  readonly qops: readonly string[]
  readonly hidesName: boolean
  nonce: string
  /** Requests made with this nonce. */
  count: number
}

export class DigestClient {
  readonly #options: DigestClientOptions
  #space: Space | undefined

  /** Throws `FailureError` http/bad-credentials. */
  constructor(options: DigestClientOptions) {
    checkCredentials(options)
    this.#options = options
  }

  /**
   * Takes the best of the challenges that it can answer. `stale`: the server only wants another nonce (RFC 7616 3.3);
   * undefined: there is none, and it stays as it was.
   */
  take(challenges: readonly Challenge[]): 'new' | 'stale' | undefined {
    const spaces = challenges.flatMap(challenge => this.#spaceOf(challenge) ?? [])
    const [best] = spaces.sort((a, b) => order(a.space) - order(b.space))
    if (best === undefined) return undefined
    this.#space = best.space
    return best.stale ? 'stale' : 'new'
  }

  /**
   * The value of Authorization for a request with this request-target; undefined where nothing was taken yet, and where the
   * server wants the body to be protected too (auth-int) but it is not at hand.
   */
  authorization(method: string, uri: string, body: Bytes | undefined): string | undefined {
    const space = this.#space
    if (space === undefined) return undefined
    const { algorithm, realm, opaque, qops, nonce, hidesName } = space
    const qop: DigestFacts['qop'] = qops.includes('auth') ? 'auth' : qops.includes('auth-int') ? 'auth-int' : undefined
    if (qop === 'auth-int' && body === undefined) return undefined
    const { crypto, user, password } = this.#options
    const nc = (++space.count).toString(16).padStart(8, '0')
    const cnonce = hexText(crypto.random.bytes(16))
    const facts = { algorithm, user, realm: asUtf8(realm), password, nonce, method, uri, qop, nc, cnonce, body }
    const name = hidesName
      ? { username: digestHash(crypto, algorithm, `${user}:${asUtf8(realm)}`) }
      : /^[\x20-\x7e]*$/.test(user)
        ? { username: user }
        : { 'username*': encodeExtended(user) }
    const old = algorithm === 'MD5' && qop === undefined
    return writeChallenge(
      'Digest',
      {
        ...name,
        realm,
        uri,
        ...(old ? {} : { algorithm }),
        nonce,
        ...(qop === undefined && !algorithm.endsWith('-sess') ? {} : { cnonce }),
        ...(qop === undefined ? {} : { nc, qop }),
        response: digestResponse(crypto, facts),
        opaque,
        ...(hidesName ? { userhash: 'true' } : {}),
      },
      'credentials',
    )
  }

  /** What Authentication-Info says (RFC 7616 3.5): the nonce for the next request. */
  heard(info: string): void {
    const next = infoIn(info)?.get('nextnonce')
    if (this.#space === undefined || next === undefined || next === this.#space.nonce) return
    this.#space.nonce = next
    this.#space.count = 0
  }

  /**
   * Whether `info`, the Authentication-Info of the answer to a request with `authorization`, proves that who answers knows
   * the password too (RFC 7616 3.5). A `DigestProof` where the body of the answer is a part of
   * that; `unsaid`: nothing is said of it.
   */
  proves(info: string | undefined, authorization: string): DigestProof | 'right' | 'wrong' | 'unsaid' {
    const [said, asked] = [infoIn(info ?? ''), parseChallenges(authorization)[0]?.parameters]
    const rspauth = said?.get('rspauth')
    if (said === undefined || asked === undefined || rspauth === undefined || !asked.has('qop')) return 'unsaid'
    const algorithm = algorithmIn(asked)
    if (algorithm === undefined) return 'unsaid'
    const qop = said.get('qop') ?? asked.get('qop')
    const same = ['cnonce', 'nc'].every(name => (said.get(name) ?? asked.get(name)) === asked.get(name))
    if (!same || (qop !== 'auth' && qop !== 'auth-int')) return 'wrong'
    const { crypto, user, password } = this.#options
    const of = (name: string): string => asked.get(name) ?? ''
    const facts = { algorithm, user, realm: asUtf8(of('realm')), password, method: '', qop } as const
    const from = { ...facts, nonce: of('nonce'), uri: of('uri'), nc: of('nc'), cnonce: of('cnonce') }
    const isRight = (body: string | undefined): boolean =>
      crypto.equal(utf8.encode(digestResponse(crypto, { ...from, body })), utf8.encode(rspauth.toLowerCase()))
    if (qop === 'auth') return isRight(undefined) ? 'right' : 'wrong'
    const hash = hashOf(crypto, algorithm)
    return { update: piece => void hash.update(piece), isRight: () => isRight(hexText(hash.digest())) }
  }

  #spaceOf({ scheme, parameters }: Challenge): { readonly space: Space; readonly stale: boolean } | undefined {
    const algorithm = algorithmIn(parameters)
    const [realm, nonce] = [parameters.get('realm'), parameters.get('nonce')]
    if (scheme !== 'digest' || algorithm === undefined || realm === undefined || nonce === undefined) return undefined
    const old = this.#options.md5 === 'allowed'
    if (isMd5(algorithm) && !old) return undefined
    const qops = (parameters.get('qop') ?? '')
      .toLowerCase()
      .split(/[\t ,]+/)
      .filter(qop => qop !== '')
    if (qops.length === 0 ? !old : !qops.includes('auth') && !qops.includes('auth-int')) return undefined
    const is = (name: string): boolean => parameters.get(name)?.toLowerCase() === 'true'
    const opaque = parameters.get('opaque')
    return { space: { algorithm, realm, opaque, qops, hidesName: is('userhash'), nonce, count: 0 }, stale: is('stale') }
  }
}

const utf8 = new TextEncoder()

/** Authentication-Info has the parameters of credentials, without a scheme. */
const infoIn = (info: string): ReadonlyMap<string, string> | undefined =>
  parseChallenges(`Digest ${info}`)[0]?.parameters

const order = ({ algorithm }: Space): number => DIGEST_ALGORITHMS.indexOf(algorithm)
