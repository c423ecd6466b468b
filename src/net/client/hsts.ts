/** RFC 6797 in a client: whose http URLs are asked for by https, and who says so. */
import type { Clock } from '../../clock.ts'
import { byTls, type HstsStore, hstsStore } from '../../http/semantics/hsts.ts'
import type { TraceSink } from '../../trace/types.ts'
import type { World } from '../stream/types.ts'
import { hrefOf, type Outline } from './request.ts'
import type { Answer } from './seam.ts'

export const hstsOf = ({ isPublicSuffix, clock }: World): HstsStore =>
  hstsStore({ isPublicSuffix: domain => isPublicSuffix(domain), date: () => clock.date() })

interface Telling {
  readonly sink: TraceSink | undefined
  readonly clock: Clock
}

/** RFC 6797 8.3, and 8.4: for a host that wants it the URL is one of https, and nothing is forgiven. */
export const onlyByTls = (store: HstsStore, outline: Outline, { sink, clock }: Telling): Outline => {
  const { url } = outline
  const isPlain = url.protocol === 'http:'
  const because = isPlain || url.protocol === 'https:' ? store.covers(url.hostname) : undefined
  // A redirect may have led here from a host that wants it to one that does not.
  if (because === undefined) return outline.tls === undefined ? outline : { ...outline, tls: undefined }
  if (!isPlain) return { ...outline, tls: 'strict' }
  const secure = byTls(url)
  sink?.verdict({
    layer: 'http',
    flow: hrefOf(url),
    host: '',
    at: clock.now(),
    check: 'hsts',
    ok: true,
    rule: 'RFC 6797 8.3',
    about: `${url.origin} → ${secure.origin}, as ${because.host} wants it`,
  })
  return { ...outline, url: secure, tls: 'strict' }
}

/** RFC 6797 8.1: what comes in clear text counts for nothing, nor what comes from a host that was believed in spite of a failure. */
export const noteHsts = (
  store: HstsStore,
  url: URL,
  { head, trace, connection }: Pick<Answer, 'head' | 'trace' | 'connection'>,
  clock: Clock,
): void => {
  const { tls } = connection
  if (url.protocol !== 'https:' || tls === undefined || (tls.trusted?.accepted.length ?? 0) > 0) return
  const noted = store.receive(url.hostname, head.headers.all('strict-transport-security'))
  if (noted === undefined || trace === undefined) return
  const { sink, flow, host } = trace
  const about =
    noted === 'forgotten'
      ? `${url.hostname} may be spoken to in clear text again`
      : `${noted.host}${noted.includeSubDomains ? ' and all below it' : ''} only by TLS, for ${Math.round((noted.expires - clock.date()) / 1000)} s`
  sink.verdict({ layer: 'http', flow, host, at: clock.now(), check: 'hsts', ok: true, rule: 'RFC 6797 8.1', about })
}
