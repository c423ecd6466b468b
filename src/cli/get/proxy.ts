/** Which proxy `get` goes through. */
import { line } from '../../inspect/index.ts'
import { isWithout, proxiesIn, readProxy } from '../../net/client/proxies.ts'
import type { Io } from '../io.ts'
import type { Run } from '../run.ts'
import type { GetOptions } from './options.ts'

/** What `-x` says, or the environment; `--noproxy` before NO_PROXY. */
export const proxyOf = ({ proxy, noproxy }: GetOptions, { env }: Io): ((url: URL) => string | undefined) => {
  const usual = proxiesIn(noproxy === undefined ? env : { ...env, no_proxy: noproxy })
  if (proxy === undefined) return usual
  return url => (isWithout(url, noproxy ?? '') ? undefined : proxy)
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
