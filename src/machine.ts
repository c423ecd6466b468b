/**
 * How a state machine is written here, in every layer: a list of moves, each with the rule that it obeys. The engine
 * follows the list and nothing else; `docs/generated/states.md` is drawn from it, and a test reaches every state of it.
 */

/** In `state`, `input` leads to `next`, as `rule` says (`RFC 9293 3.10.4`, or in words), and `sends` goes out. */
export type Move<S extends string = string, I extends string = string> = readonly [
  state: S,
  input: I,
  next: S,
  rule: string,
  sends?: string,
]

/** A table of states, whatever they are called. */
export interface States {
  readonly title: string
  readonly moves: readonly Move[]
  /** Every state, in the order of the list; the first is where it begins. */
  readonly states: readonly string[]
  /** Where `input` leads from `state`; undefined when that is not in the list. Throws RangeError where several ways lead on. */
  find(state: string, input: string): string | undefined
  /** Everywhere that `input` may lead from `state`: more than one only where what it says decides. */
  ways(state: string, input: string): readonly string[]
  /** As `find`, for those who know that it is there. Throws RangeError: a move that is not in the list is a defect. */
  next(state: string, input: string): string
  /** What `state` takes. */
  inputs(state: string): readonly string[]
}

/** The same with the names of its moves as types. */
export interface Machine<M extends Move> extends States {
  readonly moves: readonly M[]
  readonly states: readonly M[0 | 2][]
  find(state: string, input: string): M[2] | undefined
  ways(state: string, input: string): readonly M[2][]
  next(state: M[0 | 2], input: M[1]): M[2]
  inputs(state: string): readonly M[1][]
}

/**
 * Throws RangeError for a move that is there twice, and when one input would lead from one state to two, unless the table
 * is one of `several ways`: there the input itself says which.
 */
export const machine = <const M extends readonly Move[]>(
  title: string,
  moves: M,
  choice: 'one way' | 'several ways' = 'one way',
): Machine<M[number]> => {
  const rows = new Map<string, Map<string, string[]>>()
  for (const [state, input, next] of moves) {
    const row = rows.get(state) ?? new Map<string, string[]>()
    const there = row.get(input) ?? []
    if (there.includes(next) || (there.length > 0 && choice === 'one way'))
      throw new RangeError(`${title}: two ways from ${state} by ${input}`)
    rows.set(state, row.set(input, [...there, next]))
  }
  const states = new Set<string>(moves.map(([state]) => state))
  for (const [, , next] of moves) states.add(next)
  const ways = (state: string, input: string): readonly string[] => rows.get(state)?.get(input) ?? []
  const onlyWays = new Map<string, Map<string, string>>()
  for (const [state, row] of rows) {
    const only = [...row].flatMap(([input, all]) => (all.length === 1 ? [[input, all[0]!] as const] : []))
    onlyWays.set(state, new Map(only))
  }
  const find = (state: string, input: string): string | undefined => {
    const only = onlyWays.get(state)?.get(input)
    if (only === undefined && ways(state, input).length > 1)
      throw new RangeError(`several ways from ${state} by ${input}`)
    return only
  }
  return {
    title,
    moves,
    states: [...states],
    find,
    ways,
    next(state, input) {
      const next = find(state, input)
      if (next === undefined) throw new RangeError(`no way from ${state} by ${input}`)
      return next
    },
    inputs: state => [...(rows.get(state)?.keys() ?? [])],
  }
}
