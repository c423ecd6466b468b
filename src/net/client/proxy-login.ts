/** Proxies that ask who we are (RFC 9110 11.7), where Basic unasked is not the answer: by Digest the password stays here. */
import { basicCredentials, parseChallenges } from '../../http/semantics/challenges.ts'
import { DigestClient } from '../../http/semantics/digest-client.ts'
import type { ResponseHead } from '../../http/types.ts'
import type { World } from '../stream/types.ts'
import { protectedBytes } from './login.ts'
import type { ProxyServer } from './proxies.ts'
import type { Outline } from './request.ts'

export interface ProxyLoginOptions {
  readonly world: World
  /** Best first; Digest alone where undefined. By Basic the password itself is sent, and by `http://` anybody on the way reads it. */
  readonly schemes?: readonly ('digest' | 'basic')[] | undefined
  /** `allowed`: MD5 too. Squid and Apache httpd know nothing else. */
  readonly md5?: 'allowed' | undefined
}

/** What a proxy is shown. One for each client: it remembers what each proxy asked for. */
export interface ProxyLogin {
  /** The value of Proxy-Authorization for a request to `proxy`; undefined until it asks. */
  authorization(proxy: ProxyServer, asked: ProxyRequest): string | undefined
  /** What 407 asks for is taken, if it can be answered; `answers`: how many of this request were. */
  take(proxy: ProxyServer, head: ResponseHead, answers: number): boolean
  /** An answer that is not 407. */
  heard(proxy: ProxyServer, head: ResponseHead): void
}

export interface ProxyRequest {
  readonly method: string
  readonly target: string
  /** For auth-int. */
  readonly body: Outline['body']
}

/** Challenges of one request that are answered: the first, and one that only wants another nonce. */
const ANSWERS = 2

interface Asked {
  readonly digest: DigestClient
  scheme: 'digest' | 'basic' | undefined
}

/** For `proxyLogin` of a client: names and passwords are those of the proxies' URLs. */
export const proxyLogin = ({ world, schemes = ['digest'], md5 }: ProxyLoginOptions): ProxyLogin => {
  const proxies = new Map<string, Asked>()
  const askedBy = ({ url, login }: ProxyServer): Asked | undefined => {
    if (login === undefined) return undefined
    let known = proxies.get(url.href)
    if (known === undefined) {
      known = { digest: new DigestClient({ ...login, crypto: world.crypto, md5 }), scheme: undefined }
      proxies.set(url.href, known)
    }
    return known
  }
  return {
    authorization(proxy, { method, target, body }) {
      const asked = askedBy(proxy)
      if (asked?.scheme === 'basic') return basicCredentials(proxy.login!)
      return asked?.scheme && asked.digest.authorization(method, target, protectedBytes(body))
    },
    take(proxy, { headers }, answers) {
      const asked = askedBy(proxy)
      if (asked === undefined || answers === ANSWERS) return false
      const challenges = parseChallenges(headers.all('proxy-authenticate').join(', '))
      for (const scheme of schemes) {
        const own = challenges.filter(challenge => challenge.scheme === scheme)
        const taken = scheme === 'digest' ? asked.digest.take(own) : own.length > 0 ? 'new' : undefined
        if (taken === undefined) continue
        // The same password is no better by another scheme, and one may show it.
        if (answers > 0 && (taken !== 'stale' || scheme !== asked.scheme)) return false
        asked.scheme = scheme
        return true
      }
      return false
    },
    heard(proxy, { headers }) {
      const info = headers.get('proxy-authentication-info')
      if (info !== undefined) askedBy(proxy)?.digest.heard(info)
    },
  }
}
