/** Diffie-Hellman with paint: mixing is easy, parting is not, and the order does not matter. */
import type { PaintDrawing, Pot } from '../drawings.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { type Dice, dice } from '../stage.ts'

export interface PaintNames {
  readonly step: 'common' | 'secrets' | 'mixed' | 'shared' | 'listens'
  readonly change: 'two' | 'ear'
  readonly choice: 'same' | 'double' | 'missing'
  readonly label: 'common' | 'laptop' | 'shop' | 'laptopMix' | 'shopMix' | 'shared' | 'ear'
}
type Label = PaintNames['label']
type Colour = readonly [number, number, number]

/** A paint as the parts of colours that are in it. */
type Parts = readonly Colour[]

const mixed = (parts: Parts): Colour => {
  const mean = (place: 0 | 1 | 2): number =>
    Math.round(parts.reduce((sum, colour) => sum + colour[place], 0) / parts.length)
  return [mean(0), mean(1), mean(2)]
}
const hexOf = (colour: Colour): string => `#${colour.map(level => level.toString(16).padStart(2, '0')).join('')}`

/** Strong ones, far from each other. */
const colours = (random: Dice): readonly [Colour, Colour, Colour] => {
  const low = () => random.between(10, 70)
  const high = () => random.between(190, 245)
  const all: readonly Colour[] = [
    [high(), high(), low()],
    [high(), low(), low()],
    [low(), low(), high()],
    [low(), high(), low()],
    [low(), high(), high()],
  ]
  const first = random.below(all.length)
  return [all[first]!, all[(first + 1) % all.length]!, all[(first + 3) % all.length]!]
}

interface Paints {
  readonly common: Colour
  readonly laptop: Colour
  readonly shop: Colour
  /** What crosses the wire. */
  readonly laptopMix: Parts
  readonly shopMix: Parts
}

const paintsOf = (seed: number): Paints => {
  const [common, laptop, shop] = colours(dice(seed, 'paint'))
  return { common, laptop, shop, laptopMix: [common, laptop], shopMix: [common, shop] }
}

const play = (seed: number, change: PaintNames['change']): Scene<PaintNames> => {
  const { common, laptop, shop, laptopMix, shopMix } = paintsOf(seed)
  const atLaptop = [...shopMix, laptop]
  const atShop = [...laptopMix, shop]
  const atEar = [...laptopMix, ...shopMix]
  const pot = (label: Label, who: Pot<Label>['who'], parts: Parts, place: Pot<Label>['place'], mixedOf: number[]) => ({
    label,
    who,
    colour: mixed(parts),
    place,
    mixedOf,
    hidden: who === 'client' || who === 'server',
    fresh: false,
  })
  const pots: readonly Pot<Label>[] = [
    pot('common', 'both', [common], [1, 0], []),
    pot('laptop', 'client', [laptop], [0, 0], []),
    pot('shop', 'server', [shop], [2, 0], []),
    pot('laptopMix', 'both', laptopMix, [0, 1], [0, 1]),
    pot('shopMix', 'both', shopMix, [2, 1], [0, 2]),
    pot('shared', 'client', atLaptop, [0, 2], [4, 1]),
    pot('shared', 'server', atShop, [2, 2], [3, 2]),
    pot('ear', 'third', atEar, [1, 2], [3, 4]),
  ]
  const shown = (places: readonly number[], fresh: readonly number[]): [PaintDrawing<Label>] => [
    {
      kind: 'paint',
      pots: places.map(place => {
        const each = pots[place]!
        const of = (each.mixedOf ?? []).map(part => places.indexOf(part))
        return { ...each, mixedOf: of.filter(part => part >= 0), fresh: fresh.includes(place) }
      }),
    },
  ]
  const steps: Scene<PaintNames>['steps'] = [
    { name: 'common', drawings: shown([0], [0]) },
    { name: 'secrets', drawings: shown([0, 1, 2], [1, 2]) },
    { name: 'mixed', drawings: shown([0, 1, 2, 3, 4], [3, 4]) },
    { name: 'shared', drawings: shown([0, 1, 2, 3, 4, 5, 6], [5, 6]) },
  ]
  return {
    records: [],
    facts: {
      common: hexOf(common),
      laptopMix: hexOf(mixed(laptopMix)),
      shopMix: hexOf(mixed(shopMix)),
      shared: hexOf(mixed(atLaptop)),
      shopShared: hexOf(mixed(atShop)),
      ear: hexOf(mixed(atEar)),
      double: hexOf(mixed([common, common, laptop, shop])),
      lacking: hexOf(mixed([common, common, shop])),
    },
    steps: change === 'two' ? steps : [...steps, { name: 'listens', drawings: shown([0, 1, 2, 3, 4, 5, 6, 7], [7]) }],
  }
}

export const paint: Lesson<PaintNames> = {
  id: 'paint',
  changes: ['two', 'ear'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'same', change: 'ear', see: 'listens', holds: ({ facts }) => facts.ear === facts.shared },
      { name: 'missing', change: 'ear', see: 'listens', holds: ({ facts }) => facts.ear === facts.lacking },
      {
        name: 'double',
        change: 'ear',
        see: 'listens',
        holds: ({ facts }) => facts.ear === facts.double && facts.ear !== facts.shared,
      },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
