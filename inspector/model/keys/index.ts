/** The key graph of a connection; see `types.ts`. */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import type { Session } from '../session.ts'
import { nodes12 } from './graph12.ts'
import { nodes13 } from './graph13.ts'
import { type KeyGraph, type KeyNode, keyOf } from './types.ts'

export {
  type Absence,
  type Call,
  type KeyGraph,
  type KeyNode,
  keyOf,
  type NodeId,
  type NodeName,
  nodeOf,
  type Proof,
  type Term,
} from './types.ts'

/** Undefined where no server has answered, or with a suite whose schedule is not known here. */
export const keyGraph = (session: Session, crypto: CryptoProvider): KeyGraph | undefined => {
  const { version, suite12, suite13, flow, resumed } = session
  const suite = suite13 ?? suite12
  if (version === undefined || suite === undefined) return undefined
  const nodes =
    suite13 === undefined ? nodes12({ session, crypto, suite: suite12! }) : nodes13({ session, crypto, suite: suite13 })
  return {
    flow,
    version,
    suite: suite.name,
    resumed: resumed !== undefined,
    nodes: nodes.map(node => proven(node, nodes)),
  }
}

/** What proves keys proves what they come from, as far as that is known. */
const proven = (node: KeyNode, nodes: readonly KeyNode[]): KeyNode => {
  if (node.proof !== undefined || node.kind !== 'secret') return node
  const proofs = below(node, nodes).flatMap(({ proof }) => (proof?.by === 'records' ? [proof] : []))
  const [first] = proofs
  if (first === undefined) return node
  const sum = (count: (proof: (typeof proofs)[number]) => number): number =>
    proofs.reduce((all, proof) => all + count(proof), 0)
  const proof = { opened: sum(({ opened }) => opened), tried: sum(({ tried }) => tried), of: sum(({ of }) => of) }
  return { ...node, proof: { by: 'records', with: 'keys from it', message: first.message, ...proof } }
}

/** Everything that comes from a node. */
const below = (node: KeyNode, nodes: readonly KeyNode[]): readonly KeyNode[] => {
  const found = new Set([keyOf(node.id)])
  // Nodes stand behind what they come from, but for a few: twice around is enough for all.
  for (let around = 0; around < 2; around++)
    for (const { id, inputs } of nodes) if (inputs.some(input => found.has(keyOf(input)))) found.add(keyOf(id))
  return nodes.filter(({ id }) => found.has(keyOf(id)))
}
