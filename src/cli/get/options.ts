/** What `barewire get` was asked for. */
import type { CommonOptions } from '../command.ts'
import type { FixedAddress } from '../options.ts'
import type { TlsOptions } from '../tls.ts'
import type { DataWord } from './data.ts'
import type { FormField } from './form.ts'
import type { OutputWord } from './names.ts'

export interface GetOptions extends CommonOptions, TlsOptions {
  readonly pcapng?: string | undefined
  readonly keylog?: string | undefined
  readonly request?: string | undefined
  readonly header?: readonly (readonly [string, string])[] | undefined
  readonly data?: readonly DataWord[] | undefined
  readonly form?: readonly FormField[] | undefined
  readonly get?: true | undefined
  readonly dataJson?: string | undefined
  readonly user?: string | undefined
  readonly include?: true | undefined
  readonly head?: true | undefined
  /** `-o` and `-O` in the order of the URLs. */
  readonly outputs?: readonly OutputWord[] | undefined
  readonly remoteNameAll?: true | undefined
  readonly remoteHeaderName?: true | undefined
  readonly continueAt?: true | undefined
  readonly trust?: readonly string[] | undefined
  readonly trustKey?: readonly string[] | undefined
  readonly psk?: string | undefined
  readonly accept?: readonly string[] | undefined
  readonly resolve?: readonly FixedAddress[] | undefined
  readonly proxy?: string | undefined
  readonly noproxy?: string | undefined
  readonly timeout?: number | undefined
  readonly maxTime?: number | undefined
  readonly fail?: true | undefined
  readonly location?: true | undefined
  /** As the header says it. */
  readonly range?: string | undefined
  readonly userAgent?: string | undefined
  readonly referer?: string | undefined
  /** How often the same is asked. */
  readonly repeat?: number | undefined
  readonly resume?: true | undefined
  readonly earlyData?: true | undefined
}
