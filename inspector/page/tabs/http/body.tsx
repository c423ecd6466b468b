/** A body: what was done to it undone, as text where it is text, else as bytes. Markup in it is text like any other. */
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { hexLines } from '../../../../src/inspect/style.ts'
import { type Decoded, decodedBody, isText, textOf } from '../../../model/body.ts'
import type { Body } from '../../../model/http.ts'
import type { Words } from '../../../words/index.ts'
import { Choose } from '../../choose.tsx'

/** Characters that are drawn, and lines of bytes. */
const MOST_TEXT = 20_000
const MOST_LINES = 64
/** Columns of the lines: eight bytes each, as everywhere in the page. */
const COLUMNS = 40
const PER_LINE = 8

export interface BodyProps {
  readonly body: Body
  /** Of the message that it belongs to. */
  readonly of: string
  readonly words: Words
}

export const BodyView: FunctionComponent<BodyProps> = ({ body, of, words }) => {
  const { http } = words.tabs
  const { page } = words
  const decoded = useDecoded(body)
  const [wanted, setWanted] = useState<'text' | 'bytes'>()
  if (body.length === 0 && body.framing === 'none') return <p class="quiet label">{http.noBody}</p>
  const facts = http.bodyFacts(page.size(body.length), http.framing[body.framing], body.type)
  const form = wanted ?? (decoded !== undefined && isText(decoded.bytes) ? 'text' : 'bytes')
  return (
    <div class="http-body">
      <h3>{http.body}</h3>
      <p class="quiet">
        <bdi>{facts}</bdi>
      </p>
      {body.complete ? null : <p class="bad">{http.cutShort}</p>}
      {body.bytes === undefined ? (
        <p class="quiet">{http.notKept}</p>
      ) : decoded === undefined ? (
        <p class="quiet">{words.tabs.working}</p>
      ) : (
        <>
          <Undone decoded={decoded} body={body} words={words} />
          {decoded.bytes.length === 0 ? null : (
            <>
              <Choose
                name={`form-${of}`}
                legend={http.as}
                options={[
                  ['text', http.forms.text],
                  ['bytes', http.forms.bytes],
                ]}
                value={form}
                onChoose={value => setWanted(value === 'text' ? 'text' : 'bytes')}
              />
              <Shown form={form} decoded={decoded} type={body.type} of={of} words={words} />
            </>
          )}
        </>
      )}
    </div>
  )
}

const useDecoded = ({ bytes, codings }: Body): Decoded | undefined => {
  const [decoded, setDecoded] = useState<Decoded>()
  useEffect(() => {
    if (bytes === undefined) return
    let gone = false
    void import('../../../../src/web/coders.ts')
      .then(({ webCoders }) => decodedBody(bytes, codings, webCoders))
      .then(found => {
        if (!gone) setDecoded(found)
      })
    return () => {
      gone = true
    }
  }, [bytes])
  return decoded
}

const Undone: FunctionComponent<{ readonly decoded: Decoded; readonly body: Body; readonly words: Words }> = ({
  decoded: { bytes, cut, left, broken },
  body: { codings },
  words,
}) => {
  const { http } = words.tabs
  if (broken) return <p class="bad">{http.brokenCoding}</p>
  if (left.length > 0) return <p class="quiet">{http.notDecoded(left)}</p>
  if (codings.length === 0) return null
  return <p class="quiet">{http.decoded(codings, `${words.page.size(bytes.length)}${cut ? ' …' : ''}`)}</p>
}

interface ShownProps {
  readonly form: 'text' | 'bytes'
  readonly decoded: Decoded
  readonly type: string | undefined
  readonly of: string
  readonly words: Words
}

const Shown: FunctionComponent<ShownProps> = ({ form, decoded: { bytes, cut }, type, of, words }) => {
  const { http } = words.tabs
  const { page } = words
  const label = [of, http.body, http.forms[form]].join(page.comma)
  if (form === 'bytes') {
    const shown = Math.min(bytes.length, MOST_LINES * PER_LINE)
    return (
      <>
        <Region label={label}>{hexLines(bytes, 0, shown, MOST_LINES, COLUMNS).join('\n')}</Region>
        {bytes.length > shown ? <p class="quiet">{http.left(page.size(bytes.length - shown))}</p> : null}
      </>
    )
  }
  const text = textOf(bytes, type)
  return (
    <>
      <Region label={label}>{text.slice(0, MOST_TEXT)}</Region>
      {text.length > MOST_TEXT || cut ? (
        <p class="quiet">{http.left(page.size(Math.max(0, text.length - MOST_TEXT)))}</p>
      ) : null}
    </>
  )
}

const Region: FunctionComponent<{ readonly label: string; readonly children: string }> = ({ label, children }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys
  <section class="http-body-box" tabIndex={0} aria-label={label}>
    <pre>{children}</pre>
  </section>
)
