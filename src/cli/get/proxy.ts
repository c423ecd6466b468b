/** Which proxy `get` goes through. */
import { FailureError, fail } from '../../failures/index.ts'
import type { NameAndPassword } from '../../http/semantics/challenges.ts'
import { type ProxyLogin, proxyLogin } from '../../index.ts'
import { line } from '../../inspect/index.ts'
import { isWithout, proxiesIn, readProxy } from '../../net/client/proxies.ts'
import { nodeWorld } from '../../node/world.ts'
import type { Io } from '../io.ts'
import type { Run } from '../run.ts'
import type { GetOptions } from './options.ts'

/** What `-x` says, or the environment; `--noproxy` before NO_PROXY. */
export const proxyOf = (options: GetOptions, { env }: Io): ((url: URL) => string | URL | undefined) => {
  const { proxy, noproxy, proxyUser } = options
  const usual = proxiesIn(noproxy === undefined ? env : { ...env, no_proxy: noproxy })
  const chosen = proxy === undefined ? usual : (url: URL) => (isWithout(url, noproxy ?? '') ? undefined : proxy)
  if (proxyUser === undefined) return chosen
  return url => {
    const found = chosen(url)
    return found === undefined || found === '' ? undefined : withUser(found, proxyUser)
  }
}

/** Before what the URL says. */
const withUser = (proxy: string, { user, password }: NameAndPassword): URL => {
  const { url } = readProxy(proxy)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url
}

/** Undefined: Basic, before it asks. Throws `cli/usage`. */
export const proxyLoginOf = ({ proxyDigest, proxyDigestMd5 }: GetOptions): ProxyLogin | undefined => {
  if (proxyDigest && proxyDigestMd5)
    throw new FailureError(fail('cli/usage', { got: '--proxy-digest-md5 has all of --proxy-digest: one will do.' }))
  if (!proxyDigest && !proxyDigestMd5) return undefined
  return proxyLogin({ world: nodeWorld(), md5: proxyDigestMd5 && 'allowed' })
}

/** Who did not ask for a proxy here has to hear that there is one. A password is not repeated. */
export const proxyNotice = (urls: readonly URL[], options: GetOptions, run: Run, io: Io): void => {
  if (options.proxy !== undefined) return
  const chosen = urls.map(proxyOf(options, io)).filter(each => each !== undefined)
  for (const where of new Set(chosen.map(each => readProxy(each).where))) {
    const text = `through the proxy ${where}, as the environment says`
    run.event({ type: 'remark', text })
    run.notice([line(run.style, { text: ' !', tint: 'bad' }, { text: ` ${text} (--noproxy '*' goes there without).` })])
  }
}
