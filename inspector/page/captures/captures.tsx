/** What is in a capture, or in a run that goes on: its connections to choose from. And the place to give the page a file. */
import type { ComponentChildren, FunctionComponent } from 'preact'
import { Failure } from '../../../src/failures/index.ts'
import { type Contents, secretsOf } from '../../model/contents.ts'
import { LIVE } from '../../model/live.ts'
import type { Words } from '../../words/index.ts'
import type { PageProps } from '../slots.ts'
import { ChooseFiles } from './drop.tsx'
import { List } from './list.tsx'
import { capturePlaceOf } from './place.ts'
import type { Listing, LiveState, Missing } from './types.ts'

/** What does not go along from one exchange to another. */
export const ELSEWHERE = { sel: undefined, field: undefined, at: undefined, to: undefined, filter: '' } as const

export const CapturesPage: FunctionComponent<PageProps> = props => {
  const { state } = props
  const { captures } = state
  const at = capturePlaceOf(state.place.run)
  const listing = captures.all.find(({ id }) => id === at?.id)
  const isOwn = state.place.page === 'captures'
  return (
    <main class="captures-page" tabIndex={-1} id="panel">
      {!isOwn && at?.id === LIVE && captures.live !== undefined ? (
        <LiveList {...props} live={captures.live} />
      ) : isOwn || at === undefined ? (
        <Invitation {...props} />
      ) : listing === undefined ? (
        <MissingCard {...props} missing={{ kind: 'not here' }} />
      ) : (
        <Found {...props} listing={listing} />
      )}
    </main>
  )
}

/** What can be opened, and how. */
const Invitation: FunctionComponent<PageProps> = props => {
  const { state, words } = props
  const { captures } = words
  const { all } = state.captures
  const own = all.filter(({ isOwn }) => isOwn)
  const others = all.filter(({ isOwn }) => !isOwn)
  return (
    <>
      <h1>{captures.title}</h1>
      <DropTarget {...props} />
      <Shelved {...props} title={captures.opened} all={own} />
      <Shelved {...props} title={captures.kept} all={others} />
    </>
  )
}

const DropTarget: FunctionComponent<PageProps> = props => {
  const { captures } = props.words
  const { keyLogs, privateKeys } = props.state.captures.secrets
  return (
    <div class="drop-target">
      <p class="big">{captures.invitation}</p>
      <ChooseFiles {...props} text={captures.choose} look="button main" />
      <p class="soft">{captures.keysToo}</p>
      <p class="quiet">
        {captures.stays}
        {keyLogs.length + privateKeys.length === 0 ? null : (
          <span> {captures.keys(keyLogs.length, privateKeys.length)}</span>
        )}
      </p>
    </div>
  )
}

const Shelved: FunctionComponent<PageProps & { readonly title: string; readonly all: readonly Listing[] }> = ({
  title,
  all,
  state,
}) =>
  all.length === 0 ? null : (
    <section class="shelved">
      <h2>{title}</h2>
      <ul>
        {all.map(({ id, name, date }) => (
          <li key={id}>
            <a href={state.hrefOf({ page: 'exchange', run: id, ...ELSEWHERE })}>
              <bdi>{name}</bdi>
            </a>
            {date === undefined ? null : <span class="quiet">{date.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</span>}
          </li>
        ))}
      </ul>
    </section>
  )

const Found: FunctionComponent<PageProps & { readonly listing: Listing }> = props => {
  const { listing, state, words } = props
  const { contents, missing, progress, name, id } = listing
  const { captures, page } = words
  if (listing.size === 0) return <MissingCard {...props} missing={{ kind: 'empty' }} name={name} />
  if (missing !== undefined) return <MissingCard {...props} missing={missing} name={name} />
  if (contents === undefined)
    return (
      <>
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p class="soft" role="status">
          {captures.reading(progress ?? 0)}
        </p>
      </>
    )
  const [damage] = contents.damage
  if (contents.frames === 0 && damage !== undefined)
    return <MissingCard {...props} missing={{ kind: 'failure', code: damage }} name={name} />
  return (
    <>
      <h1>
        <span>{captures.conversations(contents.conversations)}</span>
        <Failed rows={contents.rows} words={words} />
        <small>
          <bdi>{name}</bdi>
        </small>
      </h1>
      <p class="facts-line">
        {factsOf(contents, words).map(fact => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {contents.damage.map(code => (
        <p key={code} class="bad">
          <span aria-hidden="true">✗ </span>
          {titleOf(code, words)} <code>{code}</code>
        </p>
      ))}
      {listing.isOwn ? <Private {...props} /> : null}
      <List
        rows={contents.rows}
        words={words}
        filter={state.place.filter}
        hrefOf={row => state.hrefOf({ page: 'exchange', run: `${id}/${row.id}`, ...ELSEWHERE })}
        onFilter={filter => state.go({ filter }, 'replace')}
      />
      {contents.conversations > contents.rows.length ? (
        <p class="note">{captures.notListed(contents.conversations - contents.rows.length)}</p>
      ) : null}
      {listing.isOwn ? (
        <p class="more">
          <ChooseFiles {...props} text={captures.open} look="button" /> <span class="quiet">{captures.keysToo}</span>
        </p>
      ) : null}
      <span class="unseen" role="status">
        {captures.conversations(contents.rows.length)}
        {page.comma}
        {captures.secrets(secretsOf(contents))}
      </span>
    </>
  )
}

const Failed: FunctionComponent<{ readonly rows: Contents['rows']; readonly words: Words }> = ({ rows, words }) => {
  const failed = rows.filter(({ ok }) => ok === false).length
  return failed === 0 ? null : <span class="bad">{words.captures.failed(failed)}</span>
}

const factsOf = (contents: Contents, { captures }: Words): readonly string[] =>
  [
    captures.counts(contents.frames, contents.duration / 1000),
    contents.start?.replace('T', ' ').replace(/\.\d+Z$/, ' UTC') ?? '',
    captures.secrets(secretsOf(contents)),
  ].filter(Boolean)

/** Whoever opened a file may see what is in it: it was asked for, and is in the address of no other page. */
const Private: FunctionComponent<PageProps> = ({ state, words }) => (
  <p class="private">
    <label>
      <input
        type="checkbox"
        checked={state.place.own.private === 'shown'}
        onChange={event => state.go({ own: { private: event.currentTarget.checked ? 'shown' : undefined } })}
      />{' '}
      {words.captures.show}
    </label>{' '}
    <span class="quiet">{state.place.own.private === 'shown' ? words.captures.shown : words.captures.starred}</span>
  </p>
)

export const LiveList: FunctionComponent<PageProps & { readonly live: LiveState }> = ({ live: of, state, words }) => {
  const { captures } = words
  const { live } = of
  const { rows } = live
  return (
    <>
      <h1>
        <span>{captures.live.connections(rows.length)}</span>
        <Failed rows={rows} words={words} />
        {live.head === undefined ? null : (
          <small>
            <bdi class="mono">{captures.live.title(live.head.command)}</bdi>
          </small>
        )}
      </h1>
      <LiveLine of={of} words={words} />
      {live.isOne === true ? (
        <p>
          <a href={state.hrefOf({ page: 'exchange', run: `${LIVE}/0`, ...ELSEWHERE })}>{captures.whole}</a>
        </p>
      ) : null}
      {rows.length === 0 ? (
        <p class="soft">{captures.noneYet}</p>
      ) : (
        <List
          rows={rows}
          words={words}
          filter={state.place.filter}
          hrefOf={row => state.hrefOf({ page: 'exchange', run: `${LIVE}/${row.id}`, ...ELSEWHERE })}
          onFilter={filter => state.go({ filter }, 'replace')}
        />
      )}
    </>
  )
}

/** How it stands with the run that is followed, in words. */
export const LiveLine: FunctionComponent<{ readonly of: LiveState; readonly words: Words }> = ({ of, words }) => {
  const { live, captures } = { live: of.live, captures: words.captures }
  const text = {
    connecting: captures.live.connecting,
    open: captures.live.following,
    lost: captures.live.lost,
    again: captures.live.again,
    ended: captures.live.ended,
  }[of.link]
  return (
    <p class={`live-line ${of.link}`}>
      <span role="status">{text}</span>
      {live.dropped === 0 ? null : <span class="bad">{captures.live.missed(live.dropped)}</span>}
      {live.head === undefined ? null : (
        <span class="quiet">{live.head.privacy === 'shown' ? captures.shown : captures.starred}</span>
      )}
    </p>
  )
}

const titleOf = (code: Contents['damage'][number], words: Words): string => words.failures.title(new Failure(code, {}))

interface MissingProps extends PageProps {
  readonly missing: Missing
  readonly name?: string
}

/** Why there is nothing to see, and what can be done. */
export const MissingCard: FunctionComponent<MissingProps> = props => {
  const { missing, name, words } = props
  const [title, says] = missingText(missing, words)
  const because = missing.kind === 'failure' ? words.failures.because(new Failure(missing.code, {})) : []
  return (
    <>
      <h1 class="bad">
        <span class="sign bad" role="img" aria-label={words.page.failed}>
          ✗
        </span>
        <span>{title}</span>
        {missing.kind === 'failure' ? <small>{missing.code}</small> : null}
      </h1>
      {name === undefined ? null : (
        <p class="soft">
          <bdi>{name}</bdi>
        </p>
      )}
      {says === '' ? null : <Paragraph>{says}</Paragraph>}
      {because.length === 0 ? null : <p class="label">{words.failures.card.because}</p>}
      {because.map(text => (
        <Paragraph key={text}>{text}</Paragraph>
      ))}
      <DropTarget {...props} />
    </>
  )
}

const Paragraph: FunctionComponent<{ readonly children: ComponentChildren }> = ({ children }) => (
  <p class="soft">{children}</p>
)

const missingText = (missing: Missing, words: Words): readonly [title: string, says: string] => {
  const { captures } = words
  switch (missing.kind) {
    case 'failure':
      return [titleOf(missing.code, words).replace(/[.。]$/, ''), '']
    case 'unreadable':
      return [captures.notRead, captures.changed]
    case 'empty':
      return [captures.notRead, captures.empty]
    case 'no run':
      return [captures.noRun, captures.noRunWhy(words.page.exchange)]
    case 'not here':
      return [captures.notHere, captures.notHereWhy]
    case 'no conversation':
      return [captures.noConversation, '']
    case 'not served':
      return [captures.notRead, captures.notServed(missing.status)]
    default:
      return missing satisfies never
  }
}
