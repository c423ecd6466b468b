/** What came of a run, who was there, how safe it was and what was asked: the first thing that people read. */

import type { Millis } from '../../src/engine.ts'
import { shortSuite } from '../../src/inspect/about.ts'
import { agreed } from '../../src/inspect/agreed.ts'
import { headerOf, setCookies } from '../../src/inspect/exchanges.ts'
import type { TimelineRow } from '../../src/inspect/timeline-types.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import type { Scene } from './scene.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export type Outcome =
  | { readonly kind: 'failed'; readonly trouble: Trouble }
  /** The last answer; `over` undefined: in clear text. */
  | {
      readonly kind: 'answered'
      readonly status: string
      readonly good: boolean
      readonly over: string | undefined
      readonly took: Millis
    }
  /** Nobody asked for anything, or nobody has answered yet: how far it came. */
  | { readonly kind: 'reached'; readonly what: Reached; readonly took: Millis }

export type Reached = 'nothing' | 'name' | 'tcp' | 'tls' | 'request'

export const outcomeOf = (scene: Scene): Outcome => {
  const trouble = troubleOf(scene)
  if (trouble !== undefined) return { kind: 'failed', trouble }
  const took = scene.end - scene.start
  const answer = scene.exchanges.findLast(({ response }) => response !== undefined)?.response
  if (answer === undefined) return { kind: 'reached', what: reached(scene), took }
  const over = scene.legs.at(-1)?.tls?.version
  return { kind: 'answered', status: answer.name, good: /^[123]/.test(answer.name), over, took }
}

const reached = ({ legs }: Scene): Reached => {
  const keys = legs.flatMap(({ timeline }) => timeline.rows).map(({ key }) => key)
  return (['request', 'tls', 'tcp', 'name'] as const).find(key => keys.includes(key)) ?? 'nothing'
}

/** Who the other side showed to be. */
export interface Who {
  /** `CN=shop.test, EC P-256`; undefined where nobody showed anything. */
  readonly shown: string | undefined
  readonly trustedThrough: string | undefined
  readonly resumed: boolean
  readonly checks: readonly Check[]
}

export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly about: string | undefined
}

/** Checks that say who the other side is. */
const PEOPLE = ['chain', 'dates', 'name', 'key', 'external key', 'signature']

export const whoOf = ({ records, verdicts, legs }: Scene): Who => {
  const { who, trustedThrough, tls } = agreed(records)
  const made = verdicts.filter(({ layer, check }) => layer === 'tls' && PEOPLE.includes(check))
  const checks = [...new Set(made.map(({ check }) => check))].map(name => {
    const of = made.filter(({ check }) => check === name)
    return { name, ok: of.every(({ ok }) => ok), about: of[0]?.about }
  })
  return { shown: who, trustedThrough, resumed: legs.at(-1)?.tls?.resumed ?? tls?.resumed ?? false, checks }
}

/** How well it was protected. */
export interface Safety {
  /** Undefined: not at all. */
  readonly version: string | undefined
  readonly group: string | undefined
  readonly suite: string
  readonly roundTrips: number
  /** `fresh`: keys that no stolen key of the server gives away; `resumed`: of a session before. */
  readonly keys: 'fresh' | 'of the certificate' | 'resumed' | 'none'
  /** False where the server's certificate went by in the clear. */
  readonly certificateHidden: boolean
  readonly earlyData: 'accepted' | 'rejected' | undefined
  /** A connection before was encrypted, and the last one is not. */
  readonly downgraded: boolean
}

export const safetyOf = ({ legs, own }: Scene): Safety => {
  const leg = legs.at(-1)
  const tls = leg?.tls
  const roundTrips = Number(/(\d+) round trip/.exec(rowOf(leg?.timeline.rows ?? [], 'tls')?.note ?? '')?.[1] ?? 0)
  const shows = own.some(({ name, direction }) => name === 'Certificate' && direction === 'in')
  return {
    version: tls?.version,
    group: tls?.group,
    suite: tls === undefined ? '' : shortSuite(tls.suite),
    roundTrips,
    keys:
      tls === undefined ? 'none' : tls.resumed ? 'resumed' : (tls.group ?? '') === '' ? 'of the certificate' : 'fresh',
    certificateHidden: tls?.version === 'TLS 1.3' || !shows,
    earlyData: tls?.earlyData,
    downgraded: leg?.downgrade ?? false,
  }
}

const rowOf = (rows: readonly TimelineRow[], key: TimelineRow['key']): TimelineRow | undefined =>
  rows.find(row => row.key === key)

/** One request and what came of it. */
export interface Asked {
  readonly request: string
  /** Undefined: nothing was answered. */
  readonly status: string | undefined
  readonly type: string | undefined
  /** Of the body, as its head says. */
  readonly length: number | undefined
  readonly cookies: readonly { readonly name: string; readonly kept: boolean | undefined }[]
}

/** Exchanges that are told; of the others their number. */
const MOST_ASKED = 50

export interface AskedOf {
  readonly first: readonly Asked[]
  /** Of all. */
  readonly count: number
}

export const askedOf = ({ exchanges, verdicts }: Scene): AskedOf => {
  const judged = verdicts.filter(({ check }) => check === 'cookie')
  const framed = new Map(
    verdicts.filter(({ check }) => check === 'framing').map(each => [each.where?.message, each.about]),
  )
  const first = exchanges.slice(0, MOST_ASKED).map(({ request, response }) => ({
    request: request.name,
    status: response?.name,
    type: response && headerOf(response, 'content-type')?.split(';')[0],
    length: response && lengthOf(response, framed.get(response.id)),
    cookies: response === undefined ? [] : setCookies(response).map(({ name }) => ({ name, kept: judged.shift()?.ok })),
  }))
  return { first, count: exchanges.length }
}

/** What the framing said when it was checked, or what the head announces. */
const lengthOf = (response: MessageRecord, framing: string | undefined): number | undefined => {
  const told = /^body of (\d+) bytes$/.exec(framing ?? '')?.[1] ?? headerOf(response, 'content-length')
  return told !== undefined && /^\d{1,15}$/.test(told) ? Number(told) : undefined
}
