/** Texts with facts in them: `{name}` is a fact, `{name|segment|segments}` a word that goes with its number. */
import type { Facts, Scene } from './lesson.ts'

/** A piece of a text: said as it is, or written as on the wire. */
export interface Piece {
  readonly text: string
  readonly code: boolean
}

const PLACE = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g

/** Every fact that a scene has. */
export const factsOf = ({ facts, fixed = {} }: Scene): Facts => ({ ...fixed, ...facts })

/** Throws `RangeError` for a fact that is not there. */
export const told = (text: string, facts: Facts): string =>
  text.replace(PLACE, (_, name: string, one?: string, many?: string) => {
    const fact = facts[name]
    if (fact === undefined) throw new RangeError(`no fact ${name} for “${text}”`)
    if (one === undefined || many === undefined) return `${fact}`
    return fact === 1 ? one : many
  })

/** The same in pieces, parted at backticks. */
export const piecesOf = (text: string, facts: Facts): readonly Piece[] =>
  text
    .split('`')
    .map((part, i) => ({ text: told(part, facts), code: i % 2 === 1 }))
    .filter(piece => piece.text !== '')

/** The facts that a text asks for. */
export const factNamesIn = (text: string): readonly string[] => [...text.matchAll(PLACE)].map(match => match[1]!)
