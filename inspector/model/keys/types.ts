/** The key schedule of one connection as a graph: what comes from what, by which formula, and what proves it. */
import type { Bytes } from '../../../src/engine.ts'
import type { Carrier } from '../../../src/trace/types.ts'

/** Its words are under the same name. A number at its end counts KeyUpdates. */
export type NodeName =
  | 'clientRandom'
  | 'serverRandom'
  | 'clientShare'
  | 'serverShare'
  | 'encryptedPremaster'
  | 'sharedSecret'
  | 'premaster'
  | 'sessionHash'
  | 'master'
  | 'keyBlock'
  | 'clientKeys'
  | 'serverKeys'
  | 'clientFinished'
  | 'serverFinished'
  | 'psk'
  | 'earlySecret'
  | 'helloOnlyHash'
  | 'clientEarly'
  | 'clientEarlyKeys'
  | 'handshakeSecret'
  | 'helloHash'
  | 'clientHandshake'
  | 'serverHandshake'
  | 'clientHandshakeKeys'
  | 'serverHandshakeKeys'
  | 'serverFinishedHash'
  | 'clientFinishedHash'
  | 'flightHash'
  | 'mainSecret'
  | 'clientTraffic'
  | 'serverTraffic'
  | 'exporter'
  | 'wholeHash'
  | 'resumption'

export interface NodeId {
  readonly name: NodeName
  /** How many KeyUpdates came before; 0 for the first of its kind. */
  readonly update: number
}

/** `public`: whoever listens can read it or work it out. `secret`: known here and not to who listens. `absent`: not known here. */
export type NodeKind = 'public' | 'secret' | 'absent'

/** Why a value is not known here. */
export type Absence =
  /** No engine and no key log tells it. */
  | 'never recorded'
  /** Key logs tell it, and none for this connection is at hand. */
  | 'not at hand'
  /** It is from the connection before, which this one resumes. */
  | 'from before'
  /** The handshake ended before. */
  | 'not reached'

/** A part of a formula: the value of a node, a text between quotation marks, words, messages of the transcript, or a call. */
export type Term =
  | { readonly node: NodeId }
  | { readonly text: string }
  | { readonly words: 'nothing' | 'zeros' | 'private half' | 'other half' | 'private key' }
  | { readonly messages: readonly string[] }
  | Call

export interface Call {
  readonly call: string
  readonly terms: readonly Term[]
  /** Bytes that come out, where that is said. */
  readonly length?: number | undefined
}

export interface Value {
  /** Undefined for the whole of a node. */
  readonly part: 'key' | 'iv' | 'macKey' | undefined
  readonly bytes: Bytes
}

export type Proof =
  /** Records of one direction that were sealed with this key, and how many of them were opened with it, here and now. */
  | {
      readonly by: 'records'
      /** Of a secret that seals nothing itself: the keys that come from it do. */
      readonly with: 'it' | 'keys from it'
      readonly opened: number
      /** How many were tried: the first ones. */
      readonly tried: number
      readonly of: number
      /** The first of them. */
      readonly message: number
    }
  /** The same bytes stand in the message. */
  | { readonly by: 'message'; readonly ok: boolean; readonly where: Carrier; readonly name: string }
  /** A key log says the same. */
  | { readonly by: 'log'; readonly ok: boolean; readonly label: string }

export interface KeyNode {
  readonly id: NodeId
  readonly kind: NodeKind
  readonly why: Absence | undefined
  readonly formula: Call | undefined
  readonly inputs: readonly NodeId[]
  readonly values: readonly Value[]
  readonly rule: string
  /** Where it stands on the wire. */
  readonly where: Carrier | undefined
  /** As a key log calls it. */
  readonly label: string | undefined
  readonly proof: Proof | undefined
}

export interface KeyGraph {
  readonly flow: string
  readonly version: 'TLS 1.2' | 'TLS 1.3'
  readonly suite: string
  readonly resumed: boolean
  readonly nodes: readonly KeyNode[]
}

export const keyOf = ({ name, update }: NodeId): string => (update === 0 ? name : `${name}.${update}`)

export const nodeOf = (graph: KeyGraph, key: string): KeyNode | undefined =>
  graph.nodes.find(({ id }) => keyOf(id) === key)
