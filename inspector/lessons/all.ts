/** The lessons themselves. They bring the engines: a page loads this when somebody wants to learn. */

import { type FileNames, file } from './capture/exchange.ts'
import { type ReadingNames, reading } from './capture/reading.ts'
import { type CertificateNames, certificate } from './certificates/certificate.ts'
import { type ChainNames, chain } from './certificates/chain.ts'
import { type DigestNames, digest } from './certificates/digest.ts'
import { type SignatureNames, signature } from './certificates/signature.ts'
import type { LessonId } from './chapters.ts'
import { type AlteredNames, altered } from './clear/altered.ts'
import { type EavesdropperNames, eavesdropper } from './clear/eavesdropper.ts'
import { type StrippedNames, stripped } from './clear/stripped.ts'
import { type ClosingNames, closing } from './connection/closing.ts'
import { type LossNames, loss } from './connection/loss.ts'
import { type OldSynNames, oldSyn } from './connection/old-syn.ts'
import { type FixationNames, fixation } from './cookies/fixation.ts'
import { type LeavingNames, leaving } from './cookies/leaving.ts'
import { type ScopeNames, scope } from './cookies/scope.ts'
import { type SessionNames, session } from './cookies/session.ts'
import { type StolenNames, stolen } from './cookies/stolen.ts'
import { type ArpNames, arp } from './finding/arp.ts'
import { type DnsNames, dns } from './finding/dns.ts'
import { type RoutesNames, routes } from './finding/routes.ts'
import type { Lesson, LessonWords, Names } from './lesson.ts'
import { type AgreementNames, agreement } from './secrets/agreement.ts'
import { type BlocksNames, blocks } from './secrets/blocks.ts'
import { type CaesarNames, caesar } from './secrets/caesar.ts'
import { type PaintNames, paint } from './secrets/paint.ts'
import { type RsaNames, rsa } from './secrets/rsa.ts'
import { type SwappedNames, swapped } from './secrets/swapped.ts'
import { type XorNames, xorLesson } from './secrets/xor.ts'
import { type FalseStartNames, falseStart } from './tls12/false-start.ts'
import { type FinishedNames, finished } from './tls12/finished.ts'
import { type EcdheNames, ecdhe, type RsaExchangeNames, rsaExchange } from './tls12/key-exchange.ts'
import { type ResumptionNames, resumption } from './tls12/resumption.ts'
import { type EarlyNames, early } from './tls13/early.ts'
import { type OneTripNames, oneTrip } from './tls13/one-trip.ts'
import { type RetryNames, retry } from './tls13/retry.ts'
import { type ScheduleNames, schedule } from './tls13/schedule.ts'
import { type UnseenNames, unseen } from './tls13/unseen.ts'
import { type DamageNames, damage } from './wire/damage.ts'
import { type PiecesNames, pieces } from './wire/pieces.ts'
import { type SwitchingNames, switching } from './wire/switching.ts'
import { type WrappingNames, wrapping } from './wire/wrapping.ts'

/** What each of them names, for the words. */
export interface NamesOf extends Record<LessonId, Names> {
  wrapping: WrappingNames
  pieces: PiecesNames
  switching: SwitchingNames
  damage: DamageNames
  arp: ArpNames
  dns: DnsNames
  routes: RoutesNames
  'old-syn': OldSynNames
  closing: ClosingNames
  loss: LossNames
  eavesdropper: EavesdropperNames
  altered: AlteredNames
  stripped: StrippedNames
  caesar: CaesarNames
  xor: XorNames
  blocks: BlocksNames
  paint: PaintNames
  agreement: AgreementNames
  rsa: RsaNames
  swapped: SwappedNames
  digest: DigestNames
  signature: SignatureNames
  certificate: CertificateNames
  chain: ChainNames
  'rsa-exchange': RsaExchangeNames
  ecdhe: EcdheNames
  finished: FinishedNames
  'false-start': FalseStartNames
  resumption: ResumptionNames
  'one-trip': OneTripNames
  unseen: UnseenNames
  retry: RetryNames
  schedule: ScheduleNames
  early: EarlyNames
  session: SessionNames
  stolen: StolenNames
  scope: ScopeNames
  fixation: FixationNames
  leaving: LeavingNames
  file: FileNames
  reading: ReadingNames
}

export const LESSONS: { readonly [Id in LessonId]: Lesson<NamesOf[Id]> } = {
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

/** All that a language says of lessons: none is missing, none too many. */
export type LessonTexts = { readonly [Id in LessonId]: LessonWords<NamesOf[Id]> }
