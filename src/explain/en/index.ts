/** Every failure in English. */
import { bound, type Explanations, type Words } from '../words.ts'
import { acmeWords } from './acme.ts'
import { captureWords } from './capture.ts'
import { card } from './card.ts'
import { certificateWords } from './certificate.ts'
import { cliWords } from './cli.ts'
import { containerWords } from './containers.ts'
import { cookieWords } from './cookie.ts'
import { decodeWords } from './decode.ts'
import { dnsWords } from './dns.ts'
import { httpWords } from './http.ts'
import { inspectWords } from './inspect.ts'
import { ipWords } from './ip.ts'
import { linkWords } from './link.ts'
import { netWords } from './net.ts'
import { notes } from './notes.ts'
import { sessionWords } from './session.ts'
import { tcpWords } from './tcp.ts'
import { tlsWords } from './tls.ts'

const explanations: Explanations = {
  ...linkWords,
  ...ipWords,
  ...dnsWords,
  ...tcpWords,
  ...tlsWords,
  ...certificateWords,
  ...containerWords,
  ...acmeWords,
  ...httpWords,
  ...cookieWords,
  ...sessionWords,
  ...netWords,
  ...inspectWords,
  ...captureWords,
  ...cliWords,
  ...decodeWords,
}

export const english: Words = bound('en', { explanations, notes, card })
