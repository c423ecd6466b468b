/** What somebody on the wire has who has no keys. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { heardIn } from '../../model/heard.ts'
import type { Scene } from '../../model/scene.ts'
import type { Words } from '../../words/index.ts'
import { Lock } from '../icons.tsx'

interface HeardProps {
  readonly scene: Scene
  readonly words: Words
  /** Who has it. */
  readonly title: string
}

export const HeardPanel: FunctionComponent<HeardProps> = ({ scene, words, title }) => {
  const heard = useMemo(() => heardIn(scene), [scene])
  const { heard: say } = words.views
  const { names, addresses, certificate, guessed, read, hidden } = heard
  const reads = [
    ...names.map(({ name, heardIn: where }) => say.name(name, where)),
    ...(addresses.length === 0 ? [] : [say.addresses(addresses)]),
    ...(certificate === undefined ? [] : [say.certificate(certificate)]),
    ...(read.requests.length === 0 ? [] : [say.requests(read.requests)]),
    ...(read.forms.length === 0 ? [] : [say.forms(read.forms)]),
    ...(read.cookies.length === 0 ? [] : [say.cookies(read.cookies)]),
  ]
  const secrets = [...hidden.requests, ...hidden.cookies]
  return (
    <div class="known">
      <h2>{title}</h2>
      <Known label={say.reads} all={reads} />
      <Known label={say.seesOnly} all={[guessed.length === 0 ? say.nothing : say.sizes(guessed)]} />
      {guessed.length === 0 ? null : <Known label={say.guesses} all={[say.guess]} />}
      {secrets.length === 0 ? null : (
        <>
          <h3>{say.never}</h3>
          <p>
            <span class="secret">
              <Lock open={false} />
            </span>{' '}
            {say.hidden(secrets)}
          </p>
        </>
      )}
    </div>
  )
}

const Known: FunctionComponent<{ readonly label: string; readonly all: readonly string[] }> = ({ label, all }) => (
  <>
    <h3>{label}</h3>
    <ul>
      {all.map(text => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  </>
)
