/** What came of a run: the headline, where the time went, who, how safe and what; or why it failed. */
import type { FunctionComponent } from 'preact'
import { heardIn } from '../../model/heard.ts'
import { type Outcome, outcomeOf } from '../../model/outcome.ts'
import type { Scene } from '../../model/scene.ts'
import { cardOf } from '../../model/trouble.ts'
import type { Words } from '../../words/index.ts'
import { Lock } from '../icons.tsx'
import type { RegionProps } from '../state.ts'
import { Facts, HeardFacts } from './facts.tsx'
import { FailureCard } from './failure-card.tsx'
import { TimeBar } from './time-bar.tsx'

export interface SceneProps extends RegionProps {
  readonly scene: Scene
}

export const Verdict: FunctionComponent<SceneProps & { readonly deep: boolean }> = ({ deep, ...props }) => {
  const { scene, state, words } = props
  const isBlind = (state.place.view === 'ear' || state.place.view === 'middle') && state.place.tab === 'messages'
  const outcome = outcomeOf(scene)
  return (
    <section class={deep ? 'verdict deep' : 'verdict'}>
      <h1 class={outcome.kind === 'failed' && !isBlind ? 'bad' : undefined}>
        {isBlind ? <HeardHeadline {...props} /> : <Headline outcome={outcome} scene={scene} words={words} />}
      </h1>
      <TimeBar {...props} blind={isBlind && heardIn(scene).encrypted} />
      {deep ? null : isBlind ? (
        <HeardFacts {...props} />
      ) : outcome.kind === 'failed' ? (
        <FailureCard {...props} trouble={outcome.trouble} />
      ) : (
        <Facts {...props} />
      )}
    </section>
  )
}

interface HeadlineProps {
  readonly outcome: Outcome
  readonly scene: Scene
  readonly words: Words
}

export const Headline: FunctionComponent<HeadlineProps> = ({ outcome, scene, words }) => {
  const { page, failures } = words
  if (outcome.kind === 'failed') {
    const { title, code } = cardOf(outcome.trouble, scene, failures)
    return (
      <>
        <Sign of="bad" words={words} />
        <span>{title}</span>
        <small>{code}</small>
      </>
    )
  }
  const isFine = outcome.kind === 'answered' && outcome.good && outcome.over !== undefined
  return (
    <>
      <Sign of={isFine ? 'good' : 'careful'} words={words} />
      <span>{page.headline(outcome)}</span>
      <small>{page.counts(countsOf(scene))}</small>
    </>
  )
}

const countsOf = ({ legs }: Scene) => ({
  messages: legs.reduce((sum, { timeline }) => sum + timeline.counts.messages, 0),
  frames: legs.reduce((sum, { timeline }) => sum + timeline.counts.frames, 0),
  again: legs.reduce((sum, { timeline }) => sum + timeline.counts.retransmitted, 0),
})

const SIGNS = { good: '✓', bad: '✗', careful: '!' } as const

const Sign: FunctionComponent<{ readonly of: keyof typeof SIGNS; readonly words: Words }> = ({ of, words }) => {
  const { worked, failed, careful } = words.page
  return (
    <span
      class={`sign ${of === 'careful' ? 'bad' : of}`}
      role="img"
      aria-label={{ good: worked, bad: failed, careful }[of]}
    >
      {SIGNS[of]}
    </span>
  )
}

/** Of somebody on the wire. */
const HeardHeadline: FunctionComponent<SceneProps> = ({ scene, words }) => {
  const heard = heardIn(scene)
  const { views } = words
  const { requests } = heard.read
  const name = heard.names[0]?.name ?? heard.addresses.at(-1) ?? views.heard.somebody
  return (
    <>
      <span class="sign secret">
        <Lock open={requests.length > 0} />
      </span>
      <span>{requests.length > 0 ? views.heard.readAll(requests) : views.heard.asked(name, heard.guessed.length)}</span>
      <small>{views.heard.frames(heard.frames)}</small>
    </>
  )
}
