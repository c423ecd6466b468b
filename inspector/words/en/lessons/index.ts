/** The lessons, a file for each chapter. */
import type { LessonTexts } from '../../../lessons/all.ts'
import { file, reading } from './capture.ts'
import { certificate, chain, digest, signature } from './certificates.ts'
import { altered, eavesdropper, stripped } from './clear.ts'
import { closing, loss, oldSyn } from './connection.ts'
import { fixation, leaving, scope, session, stolen } from './cookies.ts'
import { arp, dns, routes } from './finding.ts'
import { agreement, blocks, caesar, paint, rsa, swapped, xorLesson } from './secrets.ts'
import { ecdhe, falseStart, finished, resumption, rsaExchange } from './tls12.ts'
import { early, oneTrip, retry, schedule, unseen } from './tls13.ts'
import { damage, pieces, switching, wrapping } from './wire.ts'

export const lessons: LessonTexts = {
  wrapping,
  pieces,
  switching,
  damage,
  arp,
  dns,
  routes,
  'old-syn': oldSyn,
  closing,
  loss,
  eavesdropper,
  altered,
  stripped,
  caesar,
  xor: xorLesson,
  blocks,
  paint,
  agreement,
  rsa,
  swapped,
  digest,
  signature,
  certificate,
  chain,
  'rsa-exchange': rsaExchange,
  ecdhe,
  finished,
  'false-start': falseStart,
  resumption,
  'one-trip': oneTrip,
  unseen,
  retry,
  schedule,
  early,
  session,
  stolen,
  scope,
  fixation,
  leaving,
  file,
  reading,
}
