/** HelloRetryRequest (RFC 9846 4.2.4): the hello brought half of a key of a kind that the shop does not have. */
import type { MessageRecord } from '../../../src/trace/types.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Drawing } from '../drawings.ts'
import { ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { found, LAPTOP, ms, SHOP, seenBy, textAt, treeOf } from '../stage.ts'
import { ask, openShop, visitOf } from '../tls12/shop.ts'
import { failureOf, inWorld, said } from '../world.ts'
import { connectionsIn, extensionIn, ladderOf } from './parts.ts'

export interface RetryNames {
  readonly step: 'hello' | 'retry' | 'again' | 'agreed' | 'request' | 'refused'
  readonly change: 'retry' | 'liked' | 'nothing'
  readonly choice: 'random' | 'share' | 'everything'
  readonly label: never
}
type Change = RetryNames['change']

const OTHERS = ['secp256r1', 'secp384r1', 'secp521r1'] as const

const visit = (stage: Stage, seed: number, change: Change) =>
  inWorld(stage, { seed, lesson: 'retry' }, async play => {
    const visit = visitOf(play)
    const other = play.random.pick(OTHERS)
    const groups = change === 'liked' ? (['x25519', other] as const) : ([other] as const)
    await openShop(play, { tls: play.world.certified([SHOP]) }, visit, { groups, versions: ['TLS 1.3'] })
    const tls = change === 'nothing' ? ({ groups: ['x25519'] } as const) : {}
    const failure = await failureOf(ask(play, visit, { ...tls, versions: ['TLS 1.3'] }))
    return { failure, other, path: visit.path }
  })

/** What the second hello says in another way than the first: fields, and extensions by their names. */
const differences = (first: MessageRecord, second: MessageRecord): string[] => {
  const bytesOf = (message: MessageRecord, path: string): Uint8Array | undefined => {
    const field = fieldAt(treeOf(message), path)
    return field && message.bytes.subarray(field.start, field.end)
  }
  const differs = (one: Uint8Array | undefined, two: Uint8Array | undefined): boolean =>
    one === undefined || two === undefined ? one !== two : !sameOctets(one, two)
  const extensions = (message: MessageRecord): (string | undefined)[] =>
    found(fieldAt(treeOf(message), 'body.extensions'), 'extensions').children?.map(({ text }) => text) ?? []
  const names = new Set([...extensions(first), ...extensions(second)].filter(name => name !== undefined))
  const at = (message: MessageRecord, name: string): Uint8Array | undefined => {
    const path = extensionIn(message, name)
    return path === undefined ? undefined : bytesOf(message, path)
  }
  return [
    ...['random', 'sessionId', 'cipherSuites'].filter(name =>
      differs(bytesOf(first, `body.${name}`), bytesOf(second, `body.${name}`)),
    ),
    ...[...names].filter(name => differs(at(first, name), at(second, name))),
  ]
}

const opened = (message: MessageRecord, field: string | undefined): Drawing<never> => ({
  kind: 'message',
  message,
  field: found(field, `field of ${message.name}`),
})

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<RetryNames>> => {
  const { records: all, outcome } = await visit(stage, seed, change)
  const records = found(connectionsIn(all)[0], 'visit')
  if (change === 'nothing') return refused(records, found(outcome.failure, 'failure'), outcome.other)
  const hellos = seenBy(records, LAPTOP, 'tls', 'out').filter(({ name }) => name === 'ClientHello')
  const [first, second] = hellos
  const agreed = said(records, SHOP, 'ServerHello')
  const request = said(records, LAPTOP, `GET ${outcome.path}`)
  const ladder = ladderOf<never>(records)
  const asked = change === 'retry' ? said(records, SHOP, 'HelloRetryRequest') : undefined
  const hello = found(first, 'hello')
  const between =
    asked === undefined || second === undefined
      ? []
      : [
          { name: 'retry' as const, message: asked, field: extensionIn(asked, 'key_share') },
          { name: 'again' as const, message: second, field: extensionIn(second, 'key_share') },
        ]
  const plan = [
    { name: 'hello' as const, message: hello, field: extensionIn(hello, 'key_share') },
    ...between,
    { name: 'agreed' as const, message: agreed, field: extensionIn(agreed, 'key_share') },
  ]
  const steps = ladderSteps(ladder, [
    ...plan.map(({ name, message: { at, id } }) => ({ name, at, now: at, fresh: [id] })),
    { name: 'request' as const, at: request.at, now: ladder.to, fresh: [request.id] },
  ])
  return {
    records,
    facts: {
      oneWay: ms(asked?.at ?? agreed.at),
      requestAt: ms(request.at),
      ...(change === 'retry' ? { group: outcome.other } : {}),
    },
    fixed: {
      offered: groupIn(hello, 'clientShares.0.group'),
      hellos: hellos.length,
      differs: second === undefined ? '' : differences(hello, second).join(', '),
    },
    steps: steps.map((step, i) => {
      const { message, field } = plan[i] ?? {}
      return message === undefined ? step : { ...step, drawings: [...step.drawings, opened(message, field)] }
    }),
  }
}

const groupIn = (message: MessageRecord, path: string): string =>
  textAt(message, `${found(extensionIn(message, 'key_share'), 'share')}.body.${path}`)

const refused = (records: Scene['records'], failure: string, group: string): Scene<RetryNames> => {
  const [hello, alert] = [said(records, LAPTOP, 'ClientHello'), said(records, SHOP, 'Alert')]
  const ladder = ladderOf<never>(records, undefined, /^ChangeCipherSpec$/)
  const [one, two] = ladderSteps(ladder, [
    { name: 'hello' as const, at: 0, now: 0, fresh: [hello.id] },
    { name: 'refused' as const, at: alert.at, now: ladder.to, fresh: [alert.id] },
  ])
  const [first, second] = [found(one, 'step'), found(two, 'step')]
  return {
    records,
    facts: { oneWay: ms(alert.at), group },
    fixed: { offered: groupIn(hello, 'clientShares.0.group'), failure, alert: textAt(alert, 'description') },
    steps: [
      { ...first, drawings: [...first.drawings, opened(hello, extensionIn(hello, 'supported_groups'))] },
      { ...second, drawings: [...second.drawings, opened(alert, 'description')] },
    ],
  }
}

const differing = ({ fixed }: Scene): readonly string[] => `${fixed?.differs}`.split(', ')

export const retry: Lesson<RetryNames> = {
  id: 'retry',
  changes: ['retry', 'liked', 'nothing'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'random', change: 'retry', see: 'again', holds: scene => differing(scene).includes('random') },
      { name: 'share', change: 'retry', see: 'again', holds: ({ fixed }) => fixed?.differs === 'key_share' },
      { name: 'everything', change: 'retry', see: 'again', holds: scene => differing(scene).length > 3 },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
