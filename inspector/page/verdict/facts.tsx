/** Three facts: who, how safe, what; and the same three as somebody has them who has no keys. */
import type { ComponentChildren, FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { heardIn } from '../../model/heard.ts'
import { askedOf, safetyOf, whoOf } from '../../model/outcome.ts'
import { Grey } from '../icons.tsx'
import type { SceneProps } from './verdict.tsx'

const Fact: FunctionComponent<{ readonly label: string; readonly children: ComponentChildren }> = ({
  label,
  children,
}) => (
  <div>
    <dt>{label}</dt>
    {children}
  </div>
)

export const Facts: FunctionComponent<SceneProps> = ({ scene, words }) => {
  const { page } = words
  const [who, safety, asked] = useMemo(() => [whoOf(scene), safetyOf(scene), askedOf(scene)], [scene])
  const { version, group, suite } = safety
  return (
    <dl class="facts">
      <Fact label={page.who}>
        <dd>{who.shown ?? (who.resumed ? page.resumedWho : page.nobody)}</dd>
        {who.checks.length === 0 ? null : (
          <dd>
            {who.checks.map(({ name, ok }) => (
              <span key={name} class={ok ? 'held' : 'not-held'}>
                {page.checks[name] ?? name}
                <span class="unseen">{` ${ok ? page.held : page.wrong} `}</span>
              </span>
            ))}
          </dd>
        )}
        {who.trustedThrough === undefined ? null : <dd>{page.trusted(who.trustedThrough)}</dd>}
      </Fact>
      <Fact label={page.safe}>
        <dd class={version === undefined ? 'bad' : undefined}>
          {version === undefined ? page.clearText : [version, group, suite].filter(Boolean).join(page.comma)}
        </dd>
        <dd>{page.safety(safety)}</dd>
      </Fact>
      <Fact label={page.what}>
        <dd>
          {page.requests(
            asked.first.map(({ request }) => request),
            asked.count,
          )}
        </dd>
        {asked.count === 0 ? null : <dd>{page.answers(asked)}</dd>}
      </Fact>
    </dl>
  )
}

/** Of the block beside words. */
const SHORT = 300

export const HeardFacts: FunctionComponent<SceneProps> = ({ scene, words }) => {
  const { page, views } = words
  const [heard, safety] = useMemo(() => [heardIn(scene), safetyOf(scene)], [scene])
  const { version, group, suite } = safety
  const bytes = heard.guessed.reduce((sum, { there, back }) => sum + there + back, 0)
  return (
    <dl class="facts">
      <Fact label={page.who}>
        <dd>{heard.certificate ?? heard.names[0]?.name ?? heard.addresses.at(-1)}</dd>
        {heard.encrypted ? <dd>{views.heard.who(heard.certificate)}</dd> : null}
      </Fact>
      <Fact label={page.safe}>
        <dd>{version === undefined ? page.clearText : [version, group, suite].filter(Boolean).join(page.comma)}</dd>
        <dd>{version === undefined ? page.safety(safety) : views.heard.safe}</dd>
      </Fact>
      <Fact label={page.what}>
        {heard.encrypted ? (
          <>
            <dd>
              <Grey bytes={Math.min(bytes, SHORT)} /> {views.heard.what(heard.guessed.length)}
            </dd>
            {heard.guessed.length === 0 ? null : <dd>{views.heard.sizes(heard.guessed)}</dd>}
          </>
        ) : (
          <dd>{page.requests(heard.read.requests)}</dd>
        )}
      </Fact>
    </dl>
  )
}
