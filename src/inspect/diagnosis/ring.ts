/** Redirects that lead nowhere, each on a connection of its own: no connection alone shows that. Those on one are in `answers.ts`. */
import type { Conversation } from '../../dissect/conversation.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { exchanges, headerOf } from '../exchanges.ts'
import { type Diagnosis, placeOf } from './types.ts'

/** One that was followed, and where it led. */
interface Step {
  readonly conversation: Conversation
  readonly asked: string
  readonly location: string
  readonly answer: MessageRecord
}

export interface Ring {
  readonly diagnosis: Diagnosis
  readonly conversation: Conversation
  readonly shown: MessageRecord
  readonly alike: readonly number[]
}

/** So often to the same place, it leads nowhere else. */
export const ROUNDS = 5
/** Steps that are remembered of one client; programs follow some twenty to fifty. */
const MOST_STEPS = 100
/** Clients that are under way at once; the one that was longest silent is forgotten. */
const MOST_CLIENTS = 1000
/** Exchanges of one connection that are looked at: who redirects for good closes after one. */
const MOST_EXCHANGES = 2

/** Told of conversations in turn. */
export class Rings {
  readonly #steps = new Map<string, Step[]>()

  take(conversation: Conversation, records: readonly TraceRecord[]): void {
    const heads = messagesOf(records).filter(({ layer }) => layer === 'http')
    if (heads.length === 0 || heads.length > MOST_EXCHANGES * 2) return
    const { client, server } = conversation
    const key = `${client.address} ${server.address} ${server.port}`
    for (const { request, response } of exchanges(heads)) {
      const location = response && /^30[12378]\b/.test(response.name) ? headerOf(response, 'location') : undefined
      const steps = this.#steps.get(key) ?? []
      const last = steps.at(-1)
      const asked = request.name.split(' ')[1] ?? ''
      // Who asks the same again and again without going where it was sent is no ring.
      const follows = last === undefined || asked === targetOf(last.location, last.asked)
      const before = follows ? steps : []
      if (response === undefined || location === undefined) this.#steps.delete(key)
      else {
        const step = { conversation, asked, location, answer: response }
        this.#steps.delete(key)
        this.#steps.set(key, [...before.slice(1 - MOST_STEPS), step])
        if (this.#steps.size > MOST_CLIENTS) this.#steps.delete(this.#steps.keys().next().value!)
      }
    }
  }

  /** Those that had come to no end. */
  found(): readonly Ring[] {
    return [...this.#steps.values()].flatMap(steps => {
      const last = steps.at(-1)!
      if (steps.filter(({ asked }) => asked === last.asked).length < ROUNDS) return []
      const first = steps[0]!
      const others = new Set(steps.slice(1).map(({ conversation: { id } }) => id))
      others.delete(first.conversation.id)
      const { conversation, answer } = first
      const diagnosis: Diagnosis = {
        code: 'net/too-many-redirects',
        side: 'server',
        certainty: 'seen',
        number: steps.length,
        got: last.location,
        at: placeOf(answer),
      }
      return [{ diagnosis, conversation, shown: answer, alike: [...others] }]
    })
  }
}

/** The target of what `location` names, as far as a request line has it. */
const targetOf = (location: string, asked: string): string => {
  const path = location.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  if (path.startsWith('/')) return path
  if (path === '' || path.startsWith('?'))
    return path === location ? `${asked.replace(/\?.*$/s, '')}${path}` : `/${path}`
  return `${asked.replace(/\?.*$/s, '').replace(/[^/]*$/, '')}${path}`
}
