/** The proxies of this process's environment, for whoever wants them: `client({ proxy: environmentProxies() })`. */
import { proxiesIn } from '../net/client/proxies.ts'

/** `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, as they are when a request is made. */
export const environmentProxies = (): ((url: URL) => string | undefined) => proxiesIn(process.env)
