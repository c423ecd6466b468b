/** Requests and answers: what each field means, which cookies are kept and which not, who the server takes the visitor for, bodies. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { type CookieOutcome, type HttpExchange, type HttpMessage, httpOf } from '../../../model/http.ts'
import { headersIn } from '../../../words/headers.ts'
import type { Words } from '../../../words/index.ts'
import type { Region, RegionProps } from '../../state.ts'
import { Opener } from '../opener.tsx'
import { Table } from '../table.tsx'
import { BodyView } from './body.tsx'
import './http.css'

export const Http: Region = props => {
  const { run, state, words } = props
  const { http } = words.tabs
  const { exchanges, more } = useMemo(() => httpOf(run.records, run.parties), [run.records, run.parties])
  if (exchanges.length === 0)
    return (
      <div class="panel">
        <p>{http.none}</p>
      </div>
    )
  const chosen = exchanges.find(({ number }) => `${number}` === state.place.own.exchange) ?? exchanges[0]!
  return (
    <div class="panel http-tab">
      <nav aria-label={http.list}>
        <h2>{http.list}</h2>
        <ol>
          {exchanges.map(exchange => (
            <li key={exchange.number}>
              <a
                href={state.hrefOf({ own: { exchange: `${exchange.number}` } })}
                aria-current={exchange === chosen ? 'true' : undefined}
              >
                <b>{lineOf(exchange.request)}</b>
                <span class="quiet">
                  {exchange.response === undefined ? http.noAnswer : lineOf(exchange.response)}
                  {words.page.comma}
                  {exchange.secure ? http.encrypted : http.clear}
                </span>
              </a>
            </li>
          ))}
        </ol>
        {more === 0 ? null : <p class="quiet">{http.more(more)}</p>}
      </nav>
      <div>
        <MessageView {...props} title={http.request} message={chosen.request} />
        <Said {...props} exchange={chosen} />
        <MessageView {...props} title={http.answer} message={chosen.response} />
      </div>
    </div>
  )
}

const lineOf = (message: HttpMessage | undefined): string => {
  if (message === undefined) return '?'
  const [first, second, third] = message.start
  // A status line begins with the version.
  return /^HTTP\//.test(first) ? `${second} ${third}` : `${first} ${second}`
}

interface MessageProps extends RegionProps {
  readonly title: string
  readonly message: HttpMessage | undefined
}

const MessageView: FunctionComponent<MessageProps> = ({ title, message, ...props }) => {
  const { words } = props
  const { http } = words.tabs
  if (message === undefined) return null
  const { body } = message
  return (
    <section class="http-message">
      <h2>
        {title}
        {words.page.colon}
        <bdi>{lineOf(message)}</bdi>
      </h2>
      <Table label={title} class="http-heads">
        <thead>
          <tr>
            <th scope="col">{http.field}</th>
            <th scope="col">{http.value}</th>
            <th scope="col">{http.means}</th>
          </tr>
        </thead>
        <tbody>
          {message.fields.map(({ name, value, where }) => (
            <tr key={where.start}>
              <th scope="row">
                <Opener {...props} where={where} text={name} />
              </th>
              <td class="mono">
                <bdi>{value}</bdi>
              </td>
              <td class="soft">{meaningOf(name, words)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <BodyView key={message.message?.id} body={body} of={title} words={words} />
    </section>
  )
}

const meaningOf = (name: string, { language, tabs: { http } }: Words): string => {
  const key = name.toLowerCase()
  const headers = headersIn(language)
  return Object.hasOwn(headers, key) ? headers[key]! : http.unknown
}

/** What came of the cookies, and who the server takes the visitor for. */
const Said: FunctionComponent<RegionProps & { readonly exchange: HttpExchange }> = ({ exchange, words }) => {
  const { http } = words.tabs
  const { cookies, sessions } = exchange
  return (
    <>
      {sessions.length === 0 ? null : (
        <section class="http-message">
          <h2>{http.session}</h2>
          <ul>
            {sessions.map(({ ok, about }, i) => (
              <li key={i}>
                <span class={ok ? 'good' : 'bad'} aria-hidden="true">
                  {ok ? '✓ ' : '✗ '}
                </span>
                {http.sessions[about] ?? about}
              </li>
            ))}
          </ul>
        </section>
      )}
      {cookies.length === 0 ? null : (
        <section class="http-message">
          <h2>{http.cookies}</h2>
          <ul>
            {cookies.map((cookie, i) => (
              <CookieLine key={i} cookie={cookie} words={words} />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

const CookieLine: FunctionComponent<{ readonly cookie: CookieOutcome; readonly words: Words }> = ({
  cookie,
  words,
}) => {
  const { http } = words.tabs
  const { what, name, attributes, domain, rule, failure } = cookie
  const marks = attributes.map(each => `${each}${words.page.colon}${http.attributes[each] ?? ''}`)
  return (
    <li>
      <span class={what === 'kept' ? 'good' : 'bad'}>
        {what === 'kept' ? '✓' : '✗'} {http.outcomes[what]}
      </span>{' '}
      <b>
        <bdi>{name}</bdi>
      </b>{' '}
      {domain === undefined ? null : <span class="soft">{http.forHost(domain)}</span>}{' '}
      {rule === undefined ? null : <span class="quiet label">{rule}</span>}
      {failure === undefined ? null : <span class="line">{words.failures.says(failure)}</span>}
      {marks.length === 0 ? null : (
        <ul class="line soft">
          {marks.map(mark => (
            <li key={mark}>{mark}</li>
          ))}
        </ul>
      )}
    </li>
  )
}
