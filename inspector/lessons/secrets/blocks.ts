/**
 * A picture encrypted block by block: with each block for itself (ECB) equal blocks stay equal and the picture shows; with
 * each block chained to the one before (CBC, NIST SP 800-38A 6.2) it does not. The cipher is AES of the page.
 */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import type { Picture, PicturesDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { type Dice, dice } from '../stage.ts'

export interface BlocksNames {
  readonly step: 'picture' | 'alone' | 'chained' | 'twice'
  readonly change: 'flat' | 'grained' | 'twice'
  readonly choice: 'right' | 'wrong'
  readonly label: 'plain' | 'ecb' | 'cbc' | 'ecbAgain' | 'cbcAgain'
}
type Label = BlocksNames['label']

const [WIDTH, HEIGHT] = [128, 96]
/** Bytes of a block of AES, and the side of the square of pixels that goes into one. */
const BLOCK = 16
const SIDE = 4

/** Where pixel `i` of a picture lies among its squares, row by row in each. */
const PLACES = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
  const [column, row] = [i % WIDTH, Math.floor(i / WIDTH)]
  const square = Math.floor(row / SIDE) * (WIDTH / SIDE) + Math.floor(column / SIDE)
  return square * BLOCK + (row % SIDE) * SIDE + (column % SIDE)
})
const inSquares = (picture: Uint8Array): Uint8Array => {
  const out = new Uint8Array(picture.length)
  picture.forEach((level, i) => {
    out[PLACES[i]!] = level
  })
  return out
}
const inRows = (squares: Uint8Array): Uint8Array => squares.map((_, i) => squares[PLACES[i]!]!)

interface Disc {
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly level: number
}

/** A ring and some discs on a ground, each of one grey; or the same with noise, as a photograph has it. */
const pictureFrom = (random: Dice, grain: number): Uint8Array => {
  const ground = random.between(200, 250)
  const [x, y] = [random.between(44, 84), random.between(38, 58)]
  const radius = random.between(26, 34)
  const discs: Disc[] = [
    { x, y, radius, level: random.between(10, 60) },
    { x, y, radius: radius - random.between(7, 10), level: ground },
    ...Array.from({ length: 3 }, () => ({
      x: random.between(12, WIDTH - 12),
      y: random.between(12, HEIGHT - 12),
      radius: random.between(5, 12),
      level: random.between(70, 150),
    })),
  ]
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [column, row] = [i % WIDTH, Math.floor(i / WIDTH)]
    const disc = discs.findLast(each => (column - each.x) ** 2 + (row - each.y) ** 2 < each.radius ** 2)
    const level = (disc?.level ?? ground) + (grain === 0 ? 0 : random.between(-grain, grain))
    return Math.max(0, Math.min(255, level))
  })
}

/** Each block for itself: CBC of one block after a block of zeros is the bare cipher. */
const ecb = (crypto: CryptoProvider, key: Uint8Array, picture: Uint8Array): Uint8Array => {
  const cipher = crypto.cbc(key)
  const out = new Uint8Array(picture.length)
  for (let at = 0; at < picture.length; at += BLOCK)
    out.set(cipher.encrypt(new Uint8Array(BLOCK), picture.subarray(at, at + BLOCK)), at)
  return out
}

/** How many different blocks there are, and how often the most frequent comes. */
const blocksIn = (bytes: Uint8Array): { readonly distinct: number; readonly most: number } => {
  const counts = new Map<string, number>()
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK).join()
    counts.set(block, (counts.get(block) ?? 0) + 1)
  }
  return { distinct: counts.size, most: Math.max(...counts.values()) }
}

const same = (a: Uint8Array, b: Uint8Array): number => {
  let blocks = 0
  for (let at = 0; at < a.length; at += BLOCK)
    if (a.subarray(at, at + BLOCK).join() === b.subarray(at, at + BLOCK).join()) blocks++
  return blocks
}

const GRAIN = 3

const play = (stage: Stage, seed: number, change: BlocksNames['change']): Scene<BlocksNames> => {
  const { crypto } = stage.platform(seed)
  const plain = inSquares(pictureFrom(dice(seed, 'blocks'), change === 'grained' ? GRAIN : 0))
  const random = dice(seed, 'blocks/key')
  const key = random.bytes(16)
  const alone = ecb(crypto, key, plain)
  const chained = crypto.cbc(key).encrypt(random.bytes(BLOCK), plain)
  const again = crypto.cbc(key).encrypt(random.bytes(BLOCK), plain)
  const picture = (label: Label, squares: Uint8Array): Picture<Label> => ({
    label,
    width: WIDTH,
    height: HEIGHT,
    grey: inRows(squares),
  })
  const drawn = (...pictures: readonly Picture<Label>[]): [PicturesDrawing<Label>] => [{ kind: 'pictures', pictures }]
  const [first, second, third] = [picture('plain', plain), picture('ecb', alone), picture('cbc', chained)]
  const counts = { plain: blocksIn(plain), ecb: blocksIn(alone), cbc: blocksIn(chained) }
  const fixed = {
    blocks: plain.length / BLOCK,
    size: BLOCK,
    cbcDistinct: counts.cbc.distinct,
    cbcMost: counts.cbc.most,
  }
  const facts = {
    plainDistinct: counts.plain.distinct,
    ecbDistinct: counts.ecb.distinct,
    most: counts.plain.most,
    ecbMost: counts.ecb.most,
  }
  const steps = [
    { name: 'picture' as const, drawings: drawn(first) },
    { name: 'alone' as const, drawings: drawn(first, second) },
    { name: 'chained' as const, drawings: drawn(first, second, third) },
  ]
  // Noise leaves no two blocks alike, whatever the seed.
  if (change === 'grained') return { records: [], facts: { level: plain[0]! }, fixed: { ...fixed, ...facts }, steps }
  if (change === 'flat') return { records: [], facts, fixed, steps }
  return {
    records: [],
    facts,
    fixed: { ...fixed, ecbSame: same(alone, ecb(crypto, key, plain)), cbcSame: same(chained, again) },
    steps: [
      ...steps,
      {
        name: 'twice',
        drawings: drawn(second, picture('ecbAgain', ecb(crypto, key, plain)), third, picture('cbcAgain', again)),
      },
    ],
  }
}

export const blocks: Lesson<BlocksNames> = {
  id: 'blocks',
  changes: ['flat', 'grained', 'twice'],
  question: {
    kind: 'writing',
    change: 'flat',
    see: 'alone',
    asks: 'number',
    answer: ({ facts }) => `${facts.ecbDistinct}`,
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
