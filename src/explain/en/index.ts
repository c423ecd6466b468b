/** Every failure in English. */
import { bound, type Explanations, type Words } from '../words.ts'
import { card } from './card.ts'
import { certificateWords } from './certificate.ts'
import { cliWords } from './cli.ts'
import { cookieWords } from './cookie.ts'
import { dnsWords } from './dns.ts'
import { httpWords } from './http.ts'
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
  ...httpWords,
  ...cookieWords,
  ...sessionWords,
  ...netWords,
  ...cliWords,
}

export const english: Words = bound('en', { explanations, notes, card })
