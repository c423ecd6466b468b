/** What a language has to bring for the pages of codes and for messages of other tools. */
import type { Evidence } from './messages.ts'
import type { OpensslError } from './openssl.ts'

/** What stands around the sentences of a page. */
export interface PageWords {
  readonly example: string
  readonly bytes: string
  readonly alert: string
  readonly status: string
  readonly exit: string
  readonly related: string
  readonly whose: string
  readonly speaks: string
  readonly perhaps: string
  /** Why the likeliest is thought to be it. */
  readonly reason: string
  readonly more: string
  /** Where the bytes of a failure are found, by what its code begins with. */
  readonly where: readonly (readonly [begins: string, text: string])[]
  /** For families that have no bytes. */
  readonly elsewhere: string
  readonly unknown: (message: string) => string
  readonly unknownNext: string
  /** What speaks for a candidate. */
  readonly evidence: (because: Evidence) => string
  readonly openssl: (error: OpensslError) => string
  readonly alertSent: (alert: number) => string
}
