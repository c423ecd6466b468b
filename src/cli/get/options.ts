/** What `barewire get` was asked for. */
import type { NameAndPassword } from '../../http/semantics/challenges.ts'
import type { CommonOptions, KeepOptions, WebOptions } from '../command.ts'
import type { DemandOptions } from '../demands.ts'
import type { FixedAddress } from '../options.ts'
import type { TlsOptions } from '../tls.ts'
import type { CookieWord } from './cookies.ts'
import type { DataWord } from './data.ts'
import type { FormField } from './form.ts'
import type { OutputWord } from './names.ts'

export interface GetOptions extends CommonOptions, KeepOptions, WebOptions, TlsOptions, DemandOptions {
  /** Say what would be done, and do nothing of it. */
  readonly explain?: true | undefined
  readonly pcapng?: string | undefined
  readonly keylog?: string | undefined
  readonly request?: string | undefined
  readonly header?: readonly (readonly [string, string])[] | undefined
  readonly data?: readonly DataWord[] | undefined
  readonly form?: readonly FormField[] | undefined
  readonly get?: true | undefined
  readonly dataJson?: string | undefined
  /** `-b` in its order. */
  readonly cookies?: readonly CookieWord[] | undefined
  readonly cookieJar?: string | undefined
  readonly user?: NameAndPassword | undefined
  readonly basic?: true | undefined
  readonly digest?: true | undefined
  readonly digestMd5?: true | undefined
  readonly anyauth?: true | undefined
  readonly include?: true | undefined
  readonly head?: true | undefined
  /** `-o` and `-O` in the order of the URLs. */
  readonly outputs?: readonly OutputWord[] | undefined
  /** As curl's `--write-out`. */
  readonly writeOut?: string | undefined
  readonly remoteNameAll?: true | undefined
  readonly remoteHeaderName?: true | undefined
  readonly continueAt?: true | undefined
  readonly trust?: readonly string[] | undefined
  readonly trustKey?: readonly string[] | undefined
  readonly psk?: string | undefined
  readonly accept?: readonly string[] | undefined
  readonly resolve?: readonly FixedAddress[] | undefined
  readonly proxy?: string | undefined
  readonly proxyUser?: NameAndPassword | undefined
  readonly proxyDigest?: true | undefined
  readonly proxyDigestMd5?: true | undefined
  readonly noproxy?: string | undefined
  readonly timeout?: number | undefined
  readonly maxTime?: number | undefined
  readonly fail?: true | undefined
  readonly location?: true | undefined
  /** Bytes a second. */
  readonly limitRate?: number | undefined
  readonly parallel?: true | undefined
  readonly parallelMax?: number | undefined
  /** How often what may pass is asked for again. */
  readonly retry?: number | undefined
  /** Milliseconds. */
  readonly retryDelay?: number | undefined
  /** File of hosts that are only spoken to by TLS. */
  readonly hsts?: string | undefined
  /** As the header says it. */
  readonly range?: string | undefined
  readonly userAgent?: string | undefined
  readonly referer?: string | undefined
  /** How often the same is asked. */
  readonly repeat?: number | undefined
  readonly resume?: true | undefined
  readonly earlyData?: true | undefined
}
