/** Why it failed: everything that is known of it, what to do, and the very bytes. */
import type { FunctionComponent } from 'preact'
import { hexText } from '../../../src/wire/bytes.ts'
import { cardOf, type Evidence, evidenceOf, type Trouble } from '../../model/trouble.ts'
import type { SceneProps } from './verdict.tsx'

export const FailureCard: FunctionComponent<SceneProps & { readonly trouble: Trouble }> = ({
  scene,
  state,
  words,
  trouble,
}) => {
  const card = cardOf(trouble, scene, words.failures)
  const evidence = evidenceOf(trouble, scene)
  const show = ({ message, start, end }: Evidence): void => {
    state.go({
      tab: 'messages',
      view: 'client',
      layer: 'messages',
      sel: message.id,
      field: undefined,
      at: `${String(start)}-${String(end)}`,
      to: undefined,
      filter: '',
    })
    requestAnimationFrame(() => document.getElementById('message-title')?.focus())
  }
  return (
    <div class="failure">
      <div>
        <p>{card.says}</p>
        <dl>
          {card.rows.map(({ label, texts }) => (
            <div key={label}>
              <dt>{label}</dt>
              {texts.map(text => (
                <dd key={text}>{text}</dd>
              ))}
            </div>
          ))}
          {card.steps.said.length === 0 ? null : (
            <div>
              <dt>{card.steps.label}</dt>
              {card.steps.said.map(({ command, note }) => (
                <dd key={`${command ?? ''} ${note ?? ''}`}>
                  {command === undefined ? null : <code>{command}</code>}{' '}
                  {note === undefined ? null : <span>{note}</span>}
                </dd>
              ))}
            </div>
          )}
        </dl>
      </div>
      {evidence === undefined ? null : (
        <div class="where">
          <EvidenceBytes {...evidence} label={words.page.evidence} />
          <button type="button" class="button main" onClick={() => show(evidence)}>
            {words.page.showBytes}
          </button>
        </div>
      )}
    </div>
  )
}

const WIDE = 16
/** Lines around the first of the bytes that are meant. */
const MOST_LINES = 5

const EvidenceBytes: FunctionComponent<Evidence & { readonly label: string }> = ({ message, start, end, label }) => {
  const first = Math.max(0, Math.floor(start / WIDE) - 1)
  const last = Math.min(Math.ceil(message.bytes.length / WIDE), first + MOST_LINES)
  return (
    <pre
      class="evidence"
      role="img"
      aria-label={`${label}: ${hexText(message.bytes.subarray(start, Math.min(end, start + 64)), ' ')}`}
    >
      {Array.from({ length: Math.max(0, last - first) }, (_, i) => {
        const at = (first + i) * WIDE
        return <EvidenceLine key={at} bytes={message.bytes} at={at} start={start} end={end} />
      })}
    </pre>
  )
}

interface LineProps {
  readonly bytes: Uint8Array
  readonly at: number
  readonly start: number
  readonly end: number
}

/** Three runs of a line: before, meant, behind; digits, and the characters beside them. */
const EvidenceLine: FunctionComponent<LineProps> = ({ bytes, at, start, end }) => {
  const until = Math.min(at + WIDE, bytes.length)
  const from = Math.min(Math.max(start, at), until)
  const to = Math.max(from, Math.min(end, until))
  const digits = (a: number, b: number): string => hexText(bytes.subarray(a, b), ' ')
  const letters = (a: number, b: number): string =>
    Array.from(bytes.subarray(a, b), byte => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('')
  return (
    <span>
      <span class="quiet">{at.toString(16).padStart(4, '0')}</span>
      {`  ${digits(at, from)}${from > at && to > from ? ' ' : ''}`}
      {to > from ? <mark>{digits(from, to)}</mark> : null}
      {`${to < until && to > from ? ' ' : ''}${digits(to, until)}${'   '.repeat(at + WIDE - until)}  ${letters(at, from)}`}
      {to > from ? <mark>{letters(from, to)}</mark> : null}
      {`${letters(to, until)}\n`}
    </span>
  )
}
