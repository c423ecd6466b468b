/** What a language has to bring for the topics of `barewire help`. */

/** In the order in which help lists them; `alerts` is made of the meanings of the alerts. */
export const TOPICS = ['dns', 'tcp', 'tls', 'alerts', 'certificates', 'http', 'cookies', 'captures'] as const
export type TopicName = (typeof TOPICS)[number]

export interface Topic {
  /** A line for the list of topics. */
  readonly summary: string
  /** What it is about, in a few sentences each. */
  readonly says: readonly string[]
  /** Words and what they mean, in the order in which one needs them. */
  readonly terms: readonly (readonly [term: string, means: string])[]
}

export const isTopic = (name: string): name is TopicName => TOPICS.some(each => each === name)
