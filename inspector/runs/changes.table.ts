/** The changes that the page offers, in their order, and what each must lead to: that is tested, for both exchanges. */
import type { FailureCode } from '../../src/failures/index.ts'
import type { BrokenKind } from '../../src/lab/broken.ts'
import type { Run } from '../model/run.ts'
import { usualAnswer, usualBit, usualFin, usualFrame } from './places.ts'
import type { Change, MiddleDoes, Offer, PlainIs, Scenario, ServerIs } from './plan.ts'

export type Group = 'wire' | 'certificate' | 'offer' | 'middle' | 'plain' | 'server'

/** What the laptop gives up with, or that it does not. */
export type Ending = 'works' | FailureCode

export type ChoiceId =
  | 'flip'
  | 'noise'
  | 'drop'
  | 'delay'
  | 'duplicate'
  | 'fin'
  | `certificate-${BrokenKind}`
  | `offer-${Offer}`
  | `middle-${MiddleDoes}`
  | 'plain'
  | `plain-${PlainIs}`
  | `server-${ServerIs}`
  | 'password'

export interface Choice {
  readonly id: ChoiceId
  readonly group: Group
  /** With the place that shows it best in the run before it. */
  readonly change: (before: Run) => Change
  readonly ends: Readonly<Record<Scenario, Ending>>
}

/** Of the delayed packet: longer than what TCP waits before it sends it again. */
export const USUAL_DELAY = 500

const both = (ending: Ending): Readonly<Record<Scenario, Ending>> => ({ tls13: ending, tls12: ending })

const wire = (id: ChoiceId, ending: Ending, change: Choice['change']): Choice => ({
  id,
  group: 'wire',
  change,
  ends: both(ending),
})
const certificate = (is: BrokenKind, ending: Ending): Choice => ({
  id: `certificate-${is}`,
  group: 'certificate',
  change: () => ({ kind: 'certificate', is }),
  ends: both(ending),
})
const offer = (is: Offer, ending: Ending): Choice => ({
  id: `offer-${is}`,
  group: 'offer',
  change: () => ({ kind: 'offer', is }),
  ends: both(ending),
})
const middle = (does: MiddleDoes, ending: Ending, in12 = ending): Choice => ({
  id: `middle-${does}`,
  group: 'middle',
  change: () => ({ kind: 'middle', does }),
  ends: { tls13: ending, tls12: in12 },
})
const plain = (is?: PlainIs): Choice => ({
  id: is === undefined ? 'plain' : `plain-${is}`,
  group: 'plain',
  change: () => (is === undefined ? { kind: 'plain' } : { kind: 'plain', is }),
  ends: both('works'),
})
const server = (is: ServerIs, ending: Ending): Choice => ({
  id: `server-${is}`,
  group: 'server',
  change: () => ({ kind: 'server', is }),
  ends: both(ending),
})

export const choices: readonly Choice[] = [
  wire('flip', 'tls/record-damaged', before => ({ kind: 'flip', ...usualBit(before) })),
  wire('noise', 'works', before => ({ kind: 'noise', ...usualBit(before) })),
  wire('drop', 'works', before => ({ kind: 'drop', frame: usualFrame(before) })),
  wire('delay', 'works', before => ({ kind: 'delay', frame: usualFrame(before), by: USUAL_DELAY })),
  wire('duplicate', 'works', before => ({ kind: 'duplicate', frame: usualAnswer(before) })),
  wire('fin', 'works', before => ({ kind: 'drop', frame: usualFin(before) })),
  certificate('expired', 'tls/certificate-expired'),
  certificate('wrongName', 'tls/certificate-name'),
  certificate('untrusted', 'tls/certificate-untrusted'),
  certificate('selfSigned', 'tls/certificate-self-signed'),
  certificate('noIntermediate', 'tls/chain-incomplete'),
  certificate('revoked', 'tls/certificate-revoked'),
  certificate('notYet', 'tls/certificate-not-yet'),
  certificate('expiredIntermediate', 'tls/certificate-expired'),
  certificate('onlyCommonName', 'tls/certificate-name'),
  certificate('forClients', 'tls/certificate-purpose'),
  certificate('byALeaf', 'tls/certificate-not-ca'),
  certificate('tooDeep', 'tls/certificate-path-length'),
  certificate('outsideLimits', 'tls/certificate-constraint'),
  certificate('badSignature', 'tls/certificate-signature'),
  certificate('malformed', 'tls/certificate-malformed'),
  certificate('strangeCondition', 'tls/certificate-critical'),
  certificate('wrongKey', 'tls/signature-wrong'),
  offer('version', 'works'),
  offer('rsa', 'works'),
  offer('suites', 'tls/nothing-in-common'),
  offer('groups', 'tls/nothing-in-common'),
  middle('listens', 'works'),
  middle('forges', 'tls/certificate-untrusted'),
  middle('strips', 'works'),
  middle('swaps', 'tls/record-damaged', 'tls/signature-wrong'),
  middle('alters', 'tls/record-damaged'),
  middle('repeats', 'tls/alert-received'),
  middle('cuts', 'tls/cut-short'),
  plain(),
  plain('read'),
  plain('rewritten'),
  server('down', 'tcp/refused'),
  server('silent', 'tcp/silence'),
  server('slow', 'works'),
  server('stranger', 'tls/name-unknown'),
  server('unknown', 'dns/no-address'),
  { id: 'password', group: 'server', change: () => ({ kind: 'password' }), ends: both('works') },
]
