/**
 * Why a key that nobody vouches for protects nothing: whoever sits in the middle agrees on one key with each side. With
 * numbers first, then with TLS of the engines, where a certificate says whose key it is.
 */
import type { LabPlatform } from '../../../src/lab/world.ts'
import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { hexText, latin1Bytes } from '../../../src/wire/bytes.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import type { Row } from '../drawings.ts'
import { type Ladder, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { impersonate, ownAuthority, takePlace } from '../middle.ts'
import { growing, plain, row } from '../rows.ts'
import { type Dice, dice, found, LAPTOP, MALLORY, ms, SHOP, since, THREE } from '../stage.ts'
import { failureOf, inWorld, said, talkOf } from '../world.ts'
import { generatorOf, power, primeFrom } from './numbers.ts'

export interface SwappedNames {
  readonly step:
    | 'says'
    | 'swaps'
    | 'answers'
    | 'two'
    | 'reads'
    | 'digests'
    | 'signed'
    | 'hello'
    | 'forged'
    | 'refused'
    | 'taken'
    | 'asked'
    | 'passed'
  readonly change: 'numbers' | 'large' | 'digest' | 'signed' | 'checked' | 'believed'
  readonly choice: 'larger' | 'digest' | 'signed'
  readonly label:
    | 'public'
    | 'laptopSays'
    | 'mallorySays'
    | 'shopSays'
    | 'laptopHas'
    | 'malloryHas'
    | 'malloryShop'
    | 'shopHas'
    | 'message'
    | 'cipher'
    | 'read'
    | 'laptopDigest'
    | 'malloryDigest'
    | 'shopDigest'
    | 'signature'
    | 'verified'
}
type Label = SwappedNames['label']
type Change = SwappedNames['change']

interface Middle {
  readonly prime: number
  readonly base: number
  readonly says: { readonly laptop: number; readonly shop: number; readonly mallory: number }
  /** What laptop and mallory have, and mallory and the shop. */
  readonly near: number
  readonly far: number
  readonly secret: { readonly laptop: number; readonly shop: number; readonly mallory: number }
}

const middleOf = (random: Dice, change: Change): Middle => {
  for (;;) {
    const prime = primeFrom(change === 'large' ? random.between(3_000_000, 20_000_000) : random.between(200, 900))
    const base = generatorOf(prime)
    const raised = (value: number, exponent: number): number =>
      Number(power(BigInt(value), BigInt(exponent), BigInt(prime)))
    const secret = {
      laptop: random.between(3, prime - 3),
      shop: random.between(3, prime - 3),
      mallory: random.between(3, prime - 3),
    }
    const says = {
      laptop: raised(base, secret.laptop),
      shop: raised(base, secret.shop),
      mallory: raised(base, secret.mallory),
    }
    const [near, far] = [raised(says.mallory, secret.laptop), raised(says.mallory, secret.shop)]
    // Numbers that happen to be alike, or 1, would hide whose is whose.
    if (new Set([1, near, far, says.laptop, says.shop, says.mallory]).size === 6)
      return { prime, base, says, secret, near, far }
  }
}

const raisedBy =
  (prime: number) =>
  (value: number, exponent: number): number =>
    Number(power(BigInt(value), BigInt(exponent), BigInt(prime)))

const rowsOf = ({ prime, base, says, near, far, secret }: Middle): Row<Label>[] => {
  const raised = raisedBy(prime)
  const line = (value: number, exponent: number, gives: number): string =>
    `${value}^${exponent} mod ${prime} = ${gives}`
  return [
    row('public', plain(`${prime}, ${base}`)),
    row('laptopSays', plain(says.laptop, 'client')),
    row('mallorySays', plain(says.mallory, 'third')),
    row('shopSays', plain(says.shop, 'server')),
    row('laptopHas', plain(line(says.mallory, secret.laptop, near), 'client')),
    row('malloryHas', plain(line(says.laptop, secret.mallory, raised(says.laptop, secret.mallory)), 'third')),
    row('malloryShop', plain(line(says.shop, secret.mallory, raised(says.shop, secret.mallory)), 'third')),
    row('shopHas', plain(line(says.mallory, secret.shop, far), 'server')),
  ]
}

const factsOf = ({ prime, says, near, far, secret }: Middle) => ({
  prime,
  laptopSays: says.laptop,
  shopSays: says.shop,
  mallorySays: says.mallory,
  near,
  far,
  malloryNear: raisedBy(prime)(says.laptop, secret.mallory),
  malloryFar: raisedBy(prime)(says.shop, secret.mallory),
})

const BEGINS = [
  ['says', 2],
  ['swaps', 1],
  ['answers', 1],
] as const
const TWO = [...BEGINS, ['two', 4]] as const

/** A message from laptop to shop, added to the key and taken from it. */
const read = (random: Dice, change: Change): Scene<SwappedNames> => {
  const middle = middleOf(random, change)
  const { prime, near } = middle
  const message = random.between(2, prime - 2)
  const sent = (message + near) % prime
  const back = (sent - near + prime) % prime
  const rows: Row<Label>[] = [
    ...rowsOf(middle),
    row('message', plain(message, 'secret')),
    row('cipher', plain(`${message} + ${near} mod ${prime} = ${sent}`, 'client')),
    row('read', plain(`${sent} − ${near} mod ${prime} = ${back}`, 'third')),
  ]
  return {
    records: [],
    facts: { ...factsOf(middle), message, sent, read: back },
    steps: growing(rows, [...TWO, ['reads', 3]]),
  }
}

/** Both tell each other a digest of what they have, over the same wire. */
const compared = ({ crypto }: LabPlatform, random: Dice): Scene<SwappedNames> => {
  const middle = middleOf(random, 'digest')
  const digest = (value: number): string => hexText(crypto.digest('sha256', latin1Bytes(`${value}`))).slice(0, 8)
  const [laptopDigest, shopDigest] = [digest(middle.near), digest(middle.far)]
  const rows: Row<Label>[] = [
    ...rowsOf(middle),
    row('laptopDigest', plain(laptopDigest, 'client')),
    row('malloryDigest', plain(shopDigest, 'third')),
    row('shopDigest', plain(shopDigest, 'server')),
  ]
  const facts = { ...factsOf(middle), laptopDigest, shopDigest }
  return { records: [], facts, steps: growing(rows, [...TWO, ['digests', 3]]) }
}

const ECDSA = { key: 'ecdsa', hash: 'sha256' } as const

/** The shop signs its number with a key that the laptop knows. */
const signed = ({ crypto }: LabPlatform, random: Dice): Scene<SwappedNames> => {
  const middle = middleOf(random, 'signed')
  const { shop, mallory } = middle.says
  const { spki, pkcs8 } = crypto.generateKeyPair('p-256')
  const signature = crypto.sign(ECDSA, pkcs8, latin1Bytes(`${shop}`))
  const mark = (value: number): string => (crypto.verify(ECDSA, spki, latin1Bytes(`${value}`), signature) ? '✓' : '✗')
  const shown = hexText(signature).slice(16, 32)
  const rows: Row<Label>[] = [
    ...rowsOf(middle).slice(0, 4),
    row('signature', plain(`…${shown}…`, 'server')),
    row('verified', plain(`${shop} ${mark(shop)}    ${mallory} ${mark(mallory)}`)),
  ]
  return {
    records: [],
    facts: { ...factsOf(middle), signature: shown },
    fixed: { ownFits: mark(shop), swappedFits: mark(mallory) },
    steps: growing(rows, [...BEGINS, ['signed', 2]]),
  }
}

/** The real thing: TLS of the engines, and a certificate that mallory has made. */
const overTls = async (stage: Stage, seed: number, change: 'checked' | 'believed'): Promise<Scene<SwappedNames>> => {
  const { records, outcome } = await inWorld(stage, { seed, lesson: 'swapped', third: 'expected' }, async play => {
    const { world, laptop, server, random, trace } = play
    const card = `${random.between(1000, 9999)} ${random.between(1000, 9999)}`
    const options = { world: server.world, host: server.host.address.text, port: 443, trace }
    const tls = { ...world.certified([SHOP]), tickets: 'none' } as const
    await serve(async request => new Response(`${(await request.text()).length}`), { ...options, tls })
    const mallory = takePlace(play)
    const authority = ownAuthority(play)
    const heard = await impersonate(play, mallory, authority)
    const trust =
      change === 'believed' ? { trust: trustStore([authority.certificate, world.authority.certificate]) } : {}
    const browser = client({ world: laptop.world, trace, ...trust })
    const failure = await failureOf(
      browser.fetch(`https://${SHOP}/pay`, { method: 'POST', body: `card=${card}` }).then(answer => answer.text()),
    )
    browser.close()
    return { card, heard: heard[0]?.body, failure }
  })
  const hello = said(records, LAPTOP, 'ClientHello')
  const told = since(records, hello.at)
  return change === 'checked' ? refused(told, outcome.failure) : taken(told, outcome)
}

/** What was said between the three, but for what TLS 1.3 says for old machines in between, and goodbyes. */
const ladderOf = (records: Scene['records'], without: RegExp): Ladder<Label> => {
  const arrows = talkOf<Label>(records, THREE, ({ name }) => (without.test(name) ? undefined : { text: name }))
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines: THREE, arrows, brackets: [], from: 0, to }
}

const refused = (records: Scene['records'], failure: string | undefined): Scene<SwappedNames> => {
  const ladder = ladderOf(records, /^ChangeCipherSpec$/)
  const [hello, certificate] = [said(records, LAPTOP, 'ClientHello'), said(records, MALLORY, 'Certificate')]
  const alert = found(
    ladder.arrows.find(({ from, sent }) => from === 0 && sent > hello.at),
    'alert',
  )
  return {
    records,
    facts: { forgedAt: ms(certificate.at), refusedAt: alert.sent },
    fixed: { failure: found(failure, 'failure'), alert: alert.text },
    steps: ladderSteps(ladder, [
      { name: 'hello', at: hello.at, now: certificate.at, fresh: [hello.id] },
      { name: 'forged', at: certificate.at, now: alert.sent, fresh: [certificate.id] },
      { name: 'refused', at: alert.sent, now: ladder.to, fresh: [alert.id] },
    ]),
  }
}

const taken = (
  records: Scene['records'],
  { card, heard }: { readonly card: string; readonly heard: string | undefined },
): Scene<SwappedNames> => {
  const ladder = ladderOf(records, /^(?:ChangeCipherSpec|Alert)$/)
  const [hello, certificate] = [said(records, LAPTOP, 'ClientHello'), said(records, MALLORY, 'Certificate')]
  const [asked, passed] = [said(records, LAPTOP, 'POST /pay'), said(records, MALLORY, 'POST /pay')]
  return {
    records,
    facts: { card, heard: found(heard, 'what was heard'), askedAt: asked.at, passedAt: passed.at },
    steps: ladderSteps(ladder, [
      { name: 'hello', at: hello.at, now: certificate.at, fresh: [hello.id] },
      { name: 'taken', at: certificate.at, now: asked.at, fresh: [certificate.id] },
      { name: 'asked', at: asked.at, now: passed.at, fresh: [asked.id] },
      { name: 'passed', at: passed.at, now: ladder.to, fresh: [passed.id] },
    ]),
  }
}

const play = (stage: Stage, seed: number, change: Change): Scene<SwappedNames> | Promise<Scene<SwappedNames>> => {
  if (change === 'checked' || change === 'believed') return overTls(stage, seed, change)
  const random = dice(seed, `swapped/${change}`)
  if (change === 'digest') return compared(stage.platform(seed), random)
  if (change === 'signed') return signed(stage.platform(seed), random)
  return read(random, change)
}

/** Whether mallory has the key that the laptop believes to share with the shop. */
const knows = ({ facts }: Scene): boolean => facts.malloryNear === facts.near && facts.malloryFar === facts.far

export const swapped: Lesson<SwappedNames> = {
  id: 'swapped',
  changes: ['numbers', 'believed', 'checked'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'larger', change: 'large', see: 'reads', holds: scene => !knows(scene) },
      {
        name: 'digest',
        change: 'digest',
        see: 'digests',
        // It helps if what the shop hears is not what it has itself.
        holds: scene => !knows(scene),
      },
      {
        name: 'signed',
        change: 'signed',
        see: 'signed',
        holds: ({ fixed }) => fixed?.ownFits === '✓' && fixed.swappedFits === '✗',
      },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
