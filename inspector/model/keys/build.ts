/** What both versions make their graphs with: nodes that know whether their value is at hand. */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import type { Bytes } from '../../../src/engine.ts'
import { Secret } from '../../../src/tls/secret.ts'
import type { Carrier, MessageRecord } from '../../../src/trace/types.ts'
import { dissect } from '../../../src/wire/codec.ts'
import type { Field } from '../../../src/wire/field.ts'
import { type Session, transcriptHash } from '../session.ts'
import type { Absence, Call, KeyNode, NodeId, NodeName, Proof, Term, Value } from './types.ts'

/** A node before it is known what becomes of it. */
export interface Draft {
  readonly name: NodeName
  readonly update?: number
  readonly kind?: 'public' | undefined
  readonly values?: readonly Value[]
  readonly why?: Absence | undefined
  readonly formula?: Call | undefined
  readonly inputs?: readonly NodeId[]
  readonly rule: string
  readonly where?: Carrier | undefined
  readonly label?: string | undefined
  readonly proof?: Proof | undefined
}

export const id = (name: NodeName, update = 0): NodeId => ({ name, update })
export const node = (name: NodeName, update = 0): Term => ({ node: id(name, update) })
export const text = (value: string): Term => ({ text: value })
export const call = (name: string, terms: readonly Term[], length?: number): Call => ({
  call: name,
  terms,
  ...(length === undefined ? {} : { length }),
})
export const whole = (bytes: Bytes | undefined): readonly Value[] =>
  bytes === undefined ? [] : [{ part: undefined, bytes }]

export const finished = (draft: Draft): KeyNode => {
  const { name, update = 0, kind, values = [], why = 'never recorded', inputs = [], rule } = draft
  const known = values.length > 0
  return {
    id: id(name, update),
    kind: known ? (kind ?? 'secret') : 'absent',
    why: known ? undefined : why,
    formula: draft.formula,
    inputs,
    values,
    rule,
    where: draft.where,
    label: draft.label,
    proof: known ? draft.proof : undefined,
  }
}

/** What both sides of the work need. */
export interface Work {
  readonly session: Session
  readonly crypto: CryptoProvider
}

/** A secret of the session as it was written down. */
export const logged = ({ session }: Work, label: string): Secret | undefined => {
  const bytes = session.secrets.get(label)
  return bytes && new Secret(bytes.slice())
}

/** The hash of the messages in front of `until`, with the names of those messages. */
export interface Bound {
  readonly count: number
  readonly names: readonly string[]
  readonly hash: Bytes | undefined
}

export const boundTo = ({ session, crypto }: Work, count: number | undefined): Bound | undefined =>
  count === undefined
    ? undefined
    : {
        count,
        names: session.bound.slice(0, count).map(({ name }) => name),
        hash: transcriptHash(session, count, crypto),
      }

export const hashNode = (name: NodeName, hash: string, bound: Bound | undefined, draft: Partial<Draft>): KeyNode =>
  finished({
    name,
    rule: 'RFC 9846 4.5.1',
    formula: call(hash, [{ messages: bound?.names ?? [] }]),
    values: whole(bound?.hash),
    why: 'not reached',
    ...draft,
  })

/** The name of a field, or what tells it among its siblings. */
export type Step = string | ((field: Field) => boolean)

export const saying =
  (text: string): Step =>
  field =>
    field.text === text

/** Where the bytes of the field at `path` below the message lie; undefined where there is none. */
export const placeOf = (message: MessageRecord | undefined, ...path: readonly Step[]): Carrier | undefined => {
  if (message?.format === undefined) return undefined
  let field: Field | undefined = dissect(message.format, message.bytes, message.name)
  for (const step of path) field = field?.children?.find(typeof step === 'string' ? ({ name }) => name === step : step)
  return field && { message: message.id, start: field.start, end: field.end }
}

export const bytesAt = (message: MessageRecord | undefined, where: Carrier | undefined): Bytes | undefined =>
  where === undefined ? undefined : message?.bytes.subarray(where.start, where.end)

/** What stands on the wire in the clear. */
export const onTheWire = (
  name: NodeName,
  message: MessageRecord | undefined,
  path: readonly Step[],
  rule: string,
): KeyNode => {
  const where = placeOf(message, ...path)
  const values = whole(bytesAt(message, where))
  return finished({ name, kind: 'public', values, where, why: 'not reached', rule })
}
