/** The path of certificates as cards joined by who signed whom, and the fields of the chosen one beside its bytes. */
import type { FunctionComponent } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { Failure } from '../../../../src/failures/index.ts'
import type { MessageRecord, Range } from '../../../../src/trace/types.ts'
import type { Codec } from '../../../../src/wire/codec.ts'
import { certificateFormat } from '../../../../src/x509/certificate/fields.ts'
import { type Card, type CertificatePath, certificatePath, type Link } from '../../../model/certificate.ts'
import { nodeAt, nodeOver, pathText, treeOf } from '../../../model/pane.ts'
import type { Words } from '../../../words/index.ts'
import { Hexes } from '../../message/bytes.tsx'
import { Meaning } from '../../message/meaning.tsx'
import { Tree } from '../../message/tree.tsx'
import type { Region, RegionProps } from '../../state.ts'
import { useCryptography } from '../cryptography.ts'
import { Opener } from '../opener.tsx'
import './certificate.css'

export const Certificate: Region = props => {
  const { run, words } = props
  const crypto = useCryptography()
  const path = useMemo(() => crypto && certificatePath(run, crypto), [run, crypto])
  const { certificate } = words.tabs
  if (crypto === undefined)
    return (
      <div class="panel">
        <p class="quiet">{words.tabs.working}</p>
      </div>
    )
  if (path === undefined)
    return (
      <div class="panel">
        <h2>{certificate.title}</h2>
        <p>{certificate.none}</p>
      </div>
    )
  return <PathView {...props} path={path} />
}

interface PathProps extends RegionProps {
  readonly path: CertificatePath
}

const PathView: FunctionComponent<PathProps> = ({ path, ...props }) => {
  const { state, words } = props
  const { certificate } = words.tabs
  const all = [...path.cards, ...path.aside]
  const index = Math.min(Number(state.place.own.card ?? 0) || 0, all.length - 1)
  const chosen = all[index]!
  const card = (each: Card) => (
    <CardView
      key={all.indexOf(each)}
      {...props}
      card={each}
      isChosen={each === chosen}
      onChoose={() => state.go({ own: { card: `${all.indexOf(each)}`, cfield: undefined } }, 'replace')}
    />
  )
  return (
    <div class="panel certificate-tab">
      <div>
        <h2>{certificate.title}</h2>
        {path.name === undefined ? null : <p class="quiet asked">{certificate.asked(path.name)}</p>}
        {path.failure === undefined ? null : <p class="bad asked">✗ {words.failures.says(path.failure)}</p>}
        {path.cards.map(card)}
        {path.aside.length === 0 ? null : (
          <>
            <h3>{certificate.aside}</h3>
            {path.aside.map(card)}
          </>
        )}
      </div>
      <div>
        <h2 id="fields-label">{certificate.fields}</h2>
        <Fields key={index} {...props} card={chosen} />
      </div>
    </div>
  )
}

interface CardProps extends RegionProps {
  readonly card: Card
  readonly isChosen: boolean
  readonly onChoose: () => void
}

/** What stands on a card; everything else is in the tree. */
const ROWS = ['subjectAltName', 'validity', 'publicKey', 'serialNumber', 'extKeyUsage', 'basicConstraints']

const CardView: FunctionComponent<CardProps> = ({ card, isChosen, onChoose, ...props }) => {
  const { words } = props
  const { certificate } = words.tabs
  const { title, role, rows, checks, link } = card
  const faults = checks.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))
  const shown = ROWS.flatMap(key => rows.filter(row => row.key === key))
  return (
    <>
      <button type="button" class="certificate-card" aria-pressed={isChosen} onClick={onChoose}>
        <span class="label">{certificate.roles[role]}</span>
        <b>
          <bdi>{title}</bdi>
        </b>
        {card.certificate === undefined ? <span class="line quiet">{certificate.notShown}</span> : null}
        {card.certificate instanceof Failure ? <span class="line bad">✗ {certificate.broken}</span> : null}
        {shown.map(({ key, values, tint }) => (
          <span key={key} class="row">
            <span class="label">{certificate.rows[key] ?? key}</span>
            <bdi class={tint === 'bad' ? 'bad' : key === 'serialNumber' ? 'mono' : undefined}>
              {shortened(values.map(certificate.value), words.page.comma)}
            </bdi>
          </span>
        ))}
        {faults.map(failure => (
          <span key={failure.code} class="line bad">
            ✗ {words.failures.says(failure)}
          </span>
        ))}
        {checks.length > 0 && faults.length === 0 ? (
          <span class="line good">✓ {certificate.checked(new Set(checks.map(({ check }) => check)).size)}</span>
        ) : null}
      </button>
      <p class="certificate-link">
        <LinkLine link={link} words={words} />
        {card.where === undefined ? null : (
          <span class="label">
            <Opener {...props} where={card.where} text={certificate.inMessage} />
          </span>
        )}
      </p>
    </>
  )
}

/** Names of one certificate that are shown on its card. */
const MOST_VALUES = 4
const shortened = (values: readonly string[], comma: string): string =>
  `${values.slice(0, MOST_VALUES).join(comma)}${values.length > MOST_VALUES ? ` +${values.length - MOST_VALUES}` : ''}`

const LinkLine: FunctionComponent<{ readonly link: Link; readonly words: Words }> = ({ link, words }) => {
  const { certificate } = words.tabs
  switch (link.how) {
    case 'signed':
      return link.ok ? (
        <span>
          <span class="good">✓</span> {certificate.signed(link.by, link.algorithm)}
        </span>
      ) : (
        <span class="bad">✗ {certificate.notSigned(link.by)}</span>
      )
    case 'told':
      return (
        <span>
          <span class="good">✓</span> {certificate.told(link.by)}
        </span>
      )
    case 'trusted':
      return (
        <span>
          <span class="good">✓</span> {certificate.trusted}
        </span>
      )
    case 'self-signed':
      return <span class="bad">✗ {certificate.selfSigned}</span>
    case 'missing':
      return <span class="bad">✗ {certificate.missing(link.issuer)}</span>
    case 'not known':
      return <span class="quiet">{certificate.unknown(link.issuer)}</span>
    default:
      return link satisfies never
  }
}

/** What people look for first. */
const INTEREST = ['subjectAltName', 'basicConstraints', 'subject']

/** The tree of a certificate and its bytes, as in every message. */
const Fields: FunctionComponent<RegionProps & { readonly card: Card }> = ({ card, state, words }) => {
  const { der, title } = card
  const message = useMemo((): MessageRecord | undefined => der && asMessage(der, title), [der])
  const [pointed, setPointed] = useState<Range>()
  if (message === undefined) return <p class="quiet">{words.tabs.certificate.notShown}</p>
  const root = treeOf(message)
  const { cfield } = state.place.own
  const node = cfield === undefined ? interesting(root) : nodeAt(root, cfield)
  const choose = (next: typeof root): void => {
    state.go({ own: { cfield: pathText(next) } }, 'replace')
    state.say(`${next.field.name}, ${words.page.range(next.field.start, next.field.end)}`)
  }
  return (
    <>
      <Meaning {...{ state, words, message, node, root, title }} meant={undefined} />
      <div class="split">
        <div>
          <Tree {...{ root, words, title }} chosen={node} onChoose={choose} onPoint={setPointed} />
          {root.field.note === undefined ? null : <p class="bad">✗ {words.page.fieldsEnd(root.field.note)}</p>}
        </div>
        <Hexes
          {...{ message, words, root, pointed }}
          range={node === root ? undefined : node.field}
          side="plain"
          bytes={message.bytes}
          wire={undefined}
          onChoose={at => choose(nodeOver(root, at))}
        />
      </div>
    </>
  )
}

const asMessage = (bytes: Uint8Array, name: string): MessageRecord => ({
  id: 0,
  layer: 'tls',
  flow: '',
  host: '',
  direction: 'in',
  at: 0,
  name,
  format: certificateFormat as Codec<unknown>,
  bytes,
})

const interesting = (root: ReturnType<typeof treeOf>): typeof root => {
  const find = (node: typeof root, name: string): typeof root | undefined => {
    if (node.depth > 0 && [node.field.name, node.field.text].includes(name)) return node
    for (const child of node.children) {
      const found = find(child, name)
      if (found !== undefined) return found
    }
    return undefined
  }
  return INTEREST.map(name => find(root, name)).find(found => found !== undefined) ?? root
}
