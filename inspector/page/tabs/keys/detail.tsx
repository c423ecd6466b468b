/** One value of the key schedule: its formula, what it comes from and leads to, the value itself, and what proves it. */
import type { ComponentChildren, FunctionComponent } from 'preact'
import { hexText } from '../../../../src/wire/bytes.ts'
import { type KeyGraph, type KeyNode, keyOf, type NodeId, type Proof } from '../../../model/keys/index.ts'
import type { Words } from '../../../words/index.ts'
import type { RegionProps } from '../../state.ts'
import { Opener } from '../opener.tsx'
import { formulaText, nameOf } from './names.ts'

export interface DetailProps extends RegionProps {
  readonly graph: KeyGraph
  readonly node: KeyNode
  readonly secrets: 'starred' | 'shown'
}

export const Detail: FunctionComponent<DetailProps> = props => {
  const { graph, node, words } = props
  const { keys } = words.tabs
  const leadsTo = graph.nodes.filter(({ inputs }) => inputs.some(input => keyOf(input) === keyOf(node.id)))
  return (
    <section class="key-detail" aria-live="polite" aria-label={nameOf(node.id, words)}>
      <h3>{nameOf(node.id, words)}</h3>
      <p class="label">{keys.kinds[node.kind]}</p>
      <p class="soft">{keys.uses[node.id.name]}</p>
      {node.why === undefined ? null : <p class="soft">{keys.absences[node.why]}</p>}
      <dl>
        {node.formula === undefined ? null : <Row name={keys.formula}>{formulaText(node.formula, words)}</Row>}
        <Links {...props} name={keys.inputs} ids={node.inputs} />
        <Links {...props} name={keys.gives} ids={leadsTo.map(({ id }) => id)} />
        {node.where === undefined ? null : (
          <Row name={keys.stands}>
            <Opener {...props} where={node.where} />
          </Row>
        )}
        {node.label === undefined ? null : (
          <Row name={keys.label}>
            <span class="mono">{node.label}</span>
          </Row>
        )}
        <Row name={keys.rule}>{node.rule}</Row>
        <Values {...props} />
      </dl>
      {node.proof === undefined ? null : <ProofLine {...props} proof={node.proof} />}
    </section>
  )
}

interface RowProps {
  readonly name: string
  readonly class?: string
  readonly children: ComponentChildren
}

const Row: FunctionComponent<RowProps> = ({ name, class: kind, children }) => (
  <>
    <dt>{name}</dt>
    <dd class={kind}>{children}</dd>
  </>
)

const Links: FunctionComponent<DetailProps & { readonly name: string; readonly ids: readonly NodeId[] }> = ({
  state,
  words,
  name,
  ids,
}) =>
  ids.length === 0 ? null : (
    <Row name={name}>
      {ids.map((id, i) => (
        <span key={keyOf(id)}>
          {i === 0 ? null : words.page.comma}
          <a class="opener" href={state.hrefOf({ own: { node: keyOf(id) } })}>
            {nameOf(id, words)}
          </a>
        </span>
      ))}
    </Row>
  )

const Values: FunctionComponent<DetailProps> = ({ node, secrets, words }) => {
  const { keys } = words.tabs
  const isStarred = node.kind === 'secret' && secrets === 'starred'
  return (
    <>
      {node.values.map(({ part, bytes }) => (
        <Row
          key={part ?? ''}
          class="octets"
          name={[part && keys.parts[part], fromWhere(node, words)].filter(Boolean).join(words.page.comma)}
        >
          {isStarred ? (
            <>
              <span class="mono" aria-hidden="true">
                {'** '.repeat(bytes.length)}
              </span>
              <span class="unseen">
                {keys.bytes(bytes.length)}, {keys.starred}
              </span>
            </>
          ) : (
            <span class="mono">{hexText(bytes, ' ')}</span>
          )}
        </Row>
      ))}
    </>
  )
}

const fromWhere = ({ where, label, id }: KeyNode, { tabs: { keys } }: Words): string =>
  where !== undefined ? keys.read : label !== undefined && id.update === 0 ? keys.logged : keys.value

const ProofLine: FunctionComponent<DetailProps & { readonly proof: Proof }> = ({ proof, ...props }) => {
  const { words } = props
  const { keys } = words.tabs
  switch (proof.by) {
    case 'records': {
      const { opened, tried, of, message, with: by } = proof
      const ok = opened === tried
      return (
        <p class={ok ? 'good' : 'bad'}>
          {ok ? '✓' : '✗'}{' '}
          <Opener {...props} where={{ message, start: 0, end: 0 }} text={keys.opened(opened, tried, of, by)} />
        </p>
      )
    }
    case 'message':
      return (
        <p class={proof.ok ? 'good' : 'bad'}>
          {proof.ok ? '✓' : '✗'}{' '}
          <Opener {...props} where={proof.where} text={(proof.ok ? keys.same : keys.other)(proof.name)} />
        </p>
      )
    case 'log':
      return <p class={proof.ok ? 'good' : 'bad'}>{proof.ok ? `✓ ${keys.inLog}` : `✗ ${keys.notInLog}`}</p>
    default:
      return proof satisfies never
  }
}
