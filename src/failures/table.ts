/** All families together. */
import { acmeFailures } from './acme.ts'
import { captureFailures } from './capture.ts'
import { certificateFailures } from './certificate.ts'
import { cliFailures } from './cli.ts'
import { cookieFailures } from './cookie.ts'
import { decodeFailures } from './decode.ts'
import { dnsFailures } from './dns.ts'
import { fileFailures } from './files.ts'
import { httpFailures } from './http.ts'
import { inspectFailures } from './inspect.ts'
import { ipFailures } from './ip.ts'
import { linkFailures } from './link.ts'
import { netFailures } from './net.ts'
import type { FailureEntry } from './registry.ts'
import { sessionFailures } from './session.ts'
import { tcpFailures } from './tcp.ts'
import { tlsFailures } from './tls.ts'

export const failures = {
  ...linkFailures,
  ...ipFailures,
  ...dnsFailures,
  ...tcpFailures,
  ...tlsFailures,
  ...certificateFailures,
  ...fileFailures,
  ...acmeFailures,
  ...httpFailures,
  ...cookieFailures,
  ...sessionFailures,
  ...netFailures,
  ...inspectFailures,
  ...captureFailures,
  ...cliFailures,
  ...decodeFailures,
} as const

export type FailureCode = keyof typeof failures

/** The registry's entry for a failure. */
export const entryOf = ({ code }: { readonly code: FailureCode }): FailureEntry => failures[code]
