/** Where the keys of a connection come from: the schedule as a graph, each value recomputed here, and what proves it. */
import type { FunctionComponent } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { CryptoProvider } from '../../../../src/crypto/provider.ts'
import { type KeyGraph, keyGraph, keyOf, nodeOf } from '../../../model/keys/index.ts'
import { type Session, sessionsOf, withoutKeys } from '../../../model/session.ts'
import { Choose } from '../../choose.tsx'
import type { Region, RegionProps } from '../../state.ts'
import { useCryptography } from '../cryptography.ts'
import { Detail } from './detail.tsx'
import { Graph } from './graph.tsx'
import './keys.css'

export const Keys: Region = props => {
  const { run, state, words } = props
  const crypto = useCryptography()
  // Who only listens has no secrets.
  const isEar = state.place.view === 'ear'
  const sessions = useMemo(
    () => sessionsOf(isEar ? withoutKeys(run.records) : run.records, run.parties.client.host ?? ''),
    [run.records, isEar],
  )
  const { keys } = words.tabs
  if (sessions.length === 0)
    return (
      <div class="panel">
        <h2>{keys.title}</h2>
        <p>{keys.none}</p>
      </div>
    )
  const chosen = sessions.find(({ flow }) => flow === state.place.own.flow) ?? sessions[0]!
  return (
    <div class="panel">
      <h2>{keys.title}</h2>
      {sessions.length === 1 ? null : <Connections {...props} sessions={sessions} chosen={chosen} />}
      {crypto === undefined ? (
        <p class="quiet">{words.tabs.working}</p>
      ) : (
        <Schedule key={chosen.flow} {...props} session={chosen} crypto={crypto} />
      )}
    </div>
  )
}

interface ConnectionsProps extends RegionProps {
  readonly sessions: readonly Session[]
  readonly chosen: Session
}

const Connections: FunctionComponent<ConnectionsProps> = ({ state, words, sessions, chosen }) => (
  <Choose
    name="flow"
    legend={words.tabs.connection}
    options={sessions.map(({ flow }, i) => [flow, `${i + 1}`])}
    value={chosen.flow}
    onChoose={flow => state.go({ own: { flow, node: undefined } }, 'replace')}
  />
)

/** What is known and proves most. */
const INTEREST: Readonly<Record<KeyGraph['version'], string>> = { 'TLS 1.2': 'master', 'TLS 1.3': 'serverTraffic' }

const Schedule: FunctionComponent<RegionProps & { readonly session: Session; readonly crypto: CryptoProvider }> = ({
  session,
  crypto,
  ...props
}) => {
  const { state, words } = props
  const { keys } = words.tabs
  const [secrets, setSecrets] = useState<'starred' | 'shown'>('starred')
  const graph = useMemo(() => keyGraph(session, crypto), [session, crypto])
  if (graph === undefined) return <p>{keys.unknown}</p>
  const wanted = state.place.own.node ?? INTEREST[graph.version]
  const node = nodeOf(graph, wanted) ?? graph.nodes[0]!
  return (
    <>
      <p class="quiet">{keys.facts(graph.version, graph.suite, graph.resumed)}</p>
      <div class="key-tools">
        <ul class="key-kinds" aria-hidden="true">
          {(['public', 'secret', 'absent'] as const).map(kind => (
            <li key={kind} class={`kind-${kind}`}>
              {keys.kinds[kind]}
            </li>
          ))}
        </ul>
        {graph.nodes.some(({ kind }) => kind === 'secret') ? (
          <button
            type="button"
            class="plain"
            aria-pressed={secrets === 'shown'}
            onClick={() => setSecrets(secrets === 'shown' ? 'starred' : 'shown')}
          >
            {secrets === 'shown' ? keys.hide : keys.show}
          </button>
        ) : null}
      </div>
      <div class="key-schedule">
        <Graph
          graph={graph}
          chosen={keyOf(node.id)}
          secrets={secrets}
          words={words}
          onChoose={key => state.go({ own: { node: key } }, 'replace')}
        />
        <Detail {...props} graph={graph} node={node} secrets={secrets} />
      </div>
    </>
  )
}
