/** Diffie-Hellman with numbers: small enough to do by hand, then larger until trying is no longer fun, then the real one. */
import { hexText, sameOctets } from '../../../src/wire/bytes.ts'
import type { Row } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { growing, plain, row } from '../rows.ts'
import { type Dice, dice, found } from '../stage.ts'
import { generatorOf, power, primeFrom, triesFor } from './numbers.ts'

export interface AgreementNames {
  readonly step: 'public' | 'secrets' | 'powers' | 'shared' | 'tried' | 'shares' | 'same' | 'asked' | 'answer'
  readonly change: 'small' | 'larger' | 'real' | 'yours'
  readonly choice: 'right' | 'wrong'
  readonly label:
    | 'prime'
    | 'base'
    | 'laptopSecret'
    | 'shopSecret'
    | 'laptopSays'
    | 'shopSays'
    | 'laptopHas'
    | 'shopHas'
    | 'tries'
    | 'laptopShare'
    | 'shopShare'
}
type Label = AgreementNames['label']

interface Numbers {
  readonly prime: number
  readonly base: number
  readonly laptop: number
  readonly shop: number
  readonly laptopSays: number
  readonly shopSays: number
  readonly laptopHas: number
  readonly shopHas: number
}

const SMALL = { from: 20, to: 60, least: 3, most: 9 }
const LARGER = { from: 3_000_000, to: 20_000_000, least: 1_000_000, most: 2_999_999 }

/** Drawn until nobody's number is 1 or the prime less 1, which would hide how it goes. */
const drawn = (random: Dice, { from, to, least, most }: typeof SMALL): Numbers => {
  for (;;) {
    const prime = primeFrom(random.between(from, to))
    const base = generatorOf(prime)
    const [laptop, shop] = [random.between(least, most), random.between(least, most)]
    const raised = (value: number, exponent: number): number =>
      Number(power(BigInt(value), BigInt(exponent), BigInt(prime)))
    const [laptopSays, shopSays] = [raised(base, laptop), raised(base, shop)]
    const numbers = { laptopSays, shopSays, laptopHas: raised(shopSays, laptop), shopHas: raised(laptopSays, shop) }
    const dull = Object.values(numbers).some(value => value === 1 || value === prime - 1)
    if (!dull && laptop !== shop) return { prime, base, laptop, shop, ...numbers }
  }
}

const withNumbers = (random: Dice, size: typeof SMALL): Scene<AgreementNames> => {
  const { prime, base, laptop, shop, laptopSays, shopSays, laptopHas, shopHas } = drawn(random, size)
  const tries = triesFor(base, laptopSays, prime)
  const rows: Row<Label>[] = [
    row('prime', plain(prime)),
    row('base', plain(base)),
    row('laptopSecret', plain(laptop, 'secret')),
    row('shopSecret', plain(shop, 'secret')),
    row('laptopSays', plain(`${base}^${laptop} mod ${prime} = ${laptopSays}`, 'client')),
    row('shopSays', plain(`${base}^${shop} mod ${prime} = ${shopSays}`, 'server')),
    row('laptopHas', plain(`${shopSays}^${laptop} mod ${prime} = ${laptopHas}`, 'client')),
    row('shopHas', plain(`${laptopSays}^${shop} mod ${prime} = ${shopHas}`, 'server')),
    row('tries', plain(tries, 'third')),
  ]
  return {
    records: [],
    facts: { prime, base, laptop, shop, laptopSays, shopSays, shared: laptopHas, shopShared: shopHas, tries },
    steps: growing(rows, [
      ['public', 2],
      ['secrets', 2],
      ['powers', 2],
      ['shared', 2],
      ['tried', 1],
    ]),
  }
}

/** The same for the reader, who is the laptop. */
const yours = (random: Dice): Scene<AgreementNames> => {
  const { prime, base, laptop, shopSays, laptopHas } = drawn(random, SMALL)
  const rows: Row<Label>[] = [
    row('prime', plain(prime)),
    row('base', plain(base)),
    row('laptopSecret', plain(laptop, 'secret')),
    row('shopSays', plain(shopSays, 'server')),
    row('laptopHas', plain(`${shopSays}^${laptop} mod ${prime} = ${laptopHas}`, 'client')),
  ]
  return {
    records: [],
    facts: { prime, base, laptop, shopSays, shared: laptopHas },
    steps: growing(rows, [
      ['public', 2],
      ['asked', 2],
      ['answer', 1],
    ]),
  }
}

/** X25519 of the page's own engines (RFC 7748). */
const real = (stage: Stage, seed: number): Scene<AgreementNames> => {
  const { crypto } = stage.platform(seed)
  const offer = crypto.offerShare('x25519')
  const answer = found(crypto.answerShare('x25519', offer.share), 'answer to a share')
  const secret = found(offer.secret(answer.share), 'secret')
  const text = (bytes: Uint8Array): string =>
    hexText(bytes)
      .replace(/(.{32})/g, '$1 ')
      .trimEnd()
  const rows: Row<Label>[] = [
    row('laptopShare', plain(text(offer.share), 'client')),
    row('shopShare', plain(text(answer.share), 'server')),
    row('laptopHas', plain(text(secret), 'secret')),
    row('shopHas', plain(text(answer.secret), 'secret')),
  ]
  const decimal = BigInt(`0x${hexText(secret)}`).toString()
  return {
    records: [],
    facts: {
      share: hexText(offer.share).slice(0, 8),
      secret: hexText(secret).slice(0, 8),
      number: decimal.slice(0, 12),
    },
    fixed: { bytes: offer.share.length, agree: sameOctets(secret, answer.secret) ? '=' : '≠' },
    steps: growing(rows, [
      ['shares', 2],
      ['same', 2],
    ]),
  }
}

export const agreement: Lesson<AgreementNames> = {
  id: 'agreement',
  changes: ['small', 'larger', 'real'],
  question: {
    kind: 'writing',
    change: 'yours',
    see: 'answer',
    asks: 'number',
    answer: ({ facts }) => `${facts.shared}`,
  },
  play: async (stage, { seed, change }) => {
    if (change === 'real') return real(stage, seed)
    const random = dice(seed, `agreement/${change}`)
    return change === 'yours' ? yours(random) : withNumbers(random, change === 'small' ? SMALL : LARGER)
  },
}
