/** RSA by hand, with primes that fit on paper: keys, encryption, signature, and how somebody finds the private key. */
import type { Row } from '../drawings.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { growing, plain, row } from '../rows.ts'
import { type Dice, dice } from '../stage.ts'
import { divisionsUntil, divisor, inverse, isPrime, power, primeFrom } from './numbers.ts'

export interface RsaNames {
  readonly step:
    | 'primes'
    | 'product'
    | 'exponent'
    | 'private'
    | 'encrypted'
    | 'decrypted'
    | 'signed'
    | 'verified'
    | 'forged'
    | 'factored'
    | 'asked'
    | 'answer'
  readonly change: 'secret' | 'signature' | 'broken' | 'yours'
  readonly choice: 'right' | 'wrong'
  readonly label:
    | 'primes'
    | 'product'
    | 'totient'
    | 'publicKey'
    | 'euclid'
    | 'privateKey'
    | 'message'
    | 'cipher'
    | 'plain'
    | 'signature'
    | 'verified'
    | 'forged'
    | 'tries'
    | 'found'
}
type Label = RsaNames['label']

const SMALL = Array.from({ length: 60 }, (_, i) => i).filter(each => each > 6 && isPrime(each))
const EXPONENTS = [3n, 5n, 7n, 11n, 13n, 17n]

interface Key {
  readonly p: number
  readonly q: number
  readonly n: number
  readonly totient: bigint
  readonly e: bigint
  readonly d: bigint
  readonly euclid: string
}

const keyOf = (random: Dice, primes: () => number): Key => {
  for (;;) {
    const [p, q] = [primes(), primes()]
    const totient = BigInt((p - 1) * (q - 1))
    const able = EXPONENTS.filter(each => divisor(totient, each) === 1n)
    if (p === q || able.length === 0) continue
    const e = random.pick(able)
    const { inverse: d, divisions } = inverse(e, totient)
    const euclid = divisions.map(({ a, b, quotient, rest }) => `${a} = ${quotient} · ${b} + ${rest}`).join('\n')
    // A key that is its own inverse teaches nothing.
    if (d === e) continue
    return { p, q, n: p * q, totient, e, d, euclid }
  }
}

const rowsOf = ({ p, q, n, totient, e, d, euclid }: Key): Row<Label>[] => [
  row('primes', plain(`${p}, ${q}`, 'secret')),
  row('product', plain(`${p} · ${q} = ${n}`)),
  row('totient', plain(`${p - 1} · ${q - 1} = ${totient}`, 'secret')),
  row('publicKey', plain(`${n}, ${e}`)),
  row('euclid', { code: euclid, tone: 'secret' }),
  row('privateKey', plain(`${d}: ${e} · ${d} mod ${totient} = ${(e * d) % totient}`, 'secret')),
]

const factsOf = ({ p, q, n, totient, e, d }: Key) => ({ p, q, n, totient: `${totient}`, e: `${e}`, d: `${d}` })
const KEY_STEPS = [
  ['primes', 1],
  ['product', 2],
  ['exponent', 1],
  ['private', 2],
] as const

const secret = (key: Key, random: Dice): Scene<RsaNames> => {
  const n = BigInt(key.n)
  const message = random.between(2, key.n - 2)
  const cipher = power(BigInt(message), key.e, n)
  const back = power(cipher, key.d, n)
  const rows = [
    ...rowsOf(key),
    row<Label>('message', plain(message, 'secret')),
    row<Label>('cipher', plain(`${message}^${key.e} mod ${n} = ${cipher}`)),
    row<Label>('plain', plain(`${cipher}^${key.d} mod ${n} = ${back}`, 'secret')),
  ]
  return {
    records: [],
    facts: { ...factsOf(key), message, cipher: Number(cipher), back: Number(back) },
    steps: growing(rows, [...KEY_STEPS, ['encrypted', 2], ['decrypted', 1]]),
  }
}

const signature = (key: Key, random: Dice): Scene<RsaNames> => {
  const n = BigInt(key.n)
  const message = random.between(2, key.n - 2)
  const signed = power(BigInt(message), key.d, n)
  const other = (message + random.between(1, 5)) % key.n
  const rows = [
    ...rowsOf(key),
    row<Label>('message', plain(message)),
    row<Label>('signature', plain(`${message}^${key.d} mod ${n} = ${signed}`)),
    row<Label>('verified', plain(`${signed}^${key.e} mod ${n} = ${power(signed, key.e, n)}`, 'good')),
    row<Label>('forged', plain(`${power(signed, key.e, n)} ≠ ${other}`, 'bad')),
  ]
  return {
    records: [],
    facts: { ...factsOf(key), message, signed: Number(signed), verified: Number(power(signed, key.e, n)), other },
    steps: growing(rows, [...KEY_STEPS, ['signed', 2], ['verified', 1], ['forged', 1]]),
  }
}

/** A longer key, and somebody who divides until it comes out. */
const broken = (key: Key): Scene<RsaNames> => {
  const { factor, tries } = divisionsUntil(key.n)
  const other = key.n / factor
  const totient = BigInt((factor - 1) * (other - 1))
  const rows: Row<Label>[] = [
    row('publicKey', plain(`${key.n}, ${key.e}`)),
    row('tries', plain(tries, 'third')),
    row('found', plain(`${factor} · ${other} = ${factor * other}`, 'third')),
    row('privateKey', plain(inverse(key.e, totient).inverse, 'third')),
  ]
  return {
    records: [],
    facts: { n: key.n, e: `${key.e}`, tries, factor, d: `${key.d}`, found: `${inverse(key.e, totient).inverse}` },
    steps: growing(rows, [
      ['exponent', 1],
      ['factored', 3],
    ]),
  }
}

/** A message for the reader to encrypt. */
const yours = (key: Key, random: Dice): Scene<RsaNames> => {
  const n = BigInt(key.n)
  const asked = random.between(2, 12)
  const cipher = power(BigInt(asked), key.e, n)
  const rows: Row<Label>[] = [
    row('publicKey', plain(`${key.n}, ${key.e}`)),
    row('message', plain(asked, 'secret')),
    row('cipher', plain(`${asked}^${key.e} mod ${n} = ${cipher}`)),
  ]
  return {
    records: [],
    facts: { n: key.n, e: `${key.e}`, asked, cipher: Number(cipher) },
    steps: growing(rows, [
      ['asked', 2],
      ['answer', 1],
    ]),
  }
}

const play = (seed: number, change: RsaNames['change']): Scene<RsaNames> => {
  const random = dice(seed, 'rsa')
  const small = keyOf(random, () => random.pick(SMALL))
  if (change === 'secret') return secret(small, random)
  if (change === 'yours')
    return yours(
      keyOf(random, () => random.pick(SMALL)),
      random,
    )
  if (change === 'signature') return signature(small, random)
  return broken(keyOf(random, () => primeFrom(random.between(20_000, 90_000))))
}

export const rsa: Lesson<RsaNames> = {
  id: 'rsa',
  changes: ['secret', 'signature', 'broken'],
  question: {
    kind: 'writing',
    change: 'yours',
    see: 'answer',
    asks: 'number',
    answer: ({ facts }) => `${facts.cipher}`,
  },
  play: async (_, { seed, change }) => play(seed, change),
}
