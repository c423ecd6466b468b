/** Handshakes of TLS 1.2 that are rewritten on their way, and what must be true of a side that failed. */
import { expect } from 'vitest'
import { sentence } from '../../src/explain/index.ts'
import { entryOf, type FailureCode } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { HandshakeType } from '../../src/tls/messages/registries.table.ts'
import { Alert, type Bodies, Handshake, type HandshakeName } from '../../src/tls/messages/tls12.ts'
import { decode, encode } from '../../src/wire/codec.ts'
import { identity, type Pair, pair, record, recordsOf, type Side, shuttle, type Wire } from './tls.ts'

export const crypto = nodeCrypto()
export const ec = identity(crypto, 'p-256')
export const rsa = identity(crypto, 'rsa-2048')
export const noAnswers = () => undefined

const alertOf = (stream: Uint8Array): number | undefined => {
  const last = recordsOf(stream).at(-1)
  return last?.[0] === 21 ? decode(Alert, last.subarray(5)).description : undefined
}

/** The side has failed with `code`; `alert` went out (undefined: none), and the sentence is whole. */
export const expectFailure = (side: Side, code: FailureCode, sent?: Uint8Array): void => {
  expect(side.failure?.code).toBe(code)
  expect(side.tls.state).toBe('Failed')
  const { alert } = entryOf(side.failure!)
  if (sent !== undefined) expect(alertOf(sent)).toBe(alert)
  expect(sentence(side.failure!)).not.toMatch(/undefined|\?/)
}

export type Change<N extends HandshakeName> = (body: Bodies[N]) => Bodies[N] | undefined

/** A wire that rewrites one plain handshake message in passing; undefined leaves it out. */
export const rewriting =
  <N extends HandshakeName>(name: N, change: Change<N>): Wire =>
  bytes =>
    recordsOf(bytes).flatMap(each => {
      if (each[0] !== 22 || each[5] !== HandshakeType.names[name]) return [each]
      const { type, body } = decode(Handshake, each.subarray(5))
      const changed = change(body as Bodies[N])
      return changed === undefined ? [] : [record(22, encode(Handshake, { type, body: changed }))]
    })

/** Runs a handshake over a wire that rewrites. */
export const rewritten = <N extends HandshakeName>(
  name: N,
  change: Change<N>,
  options: Partial<Parameters<typeof pair>[0]> = {},
): Pair => {
  const both = pair({ crypto, who: ec, ...options })
  shuttle(both, rewriting(name, change))
  expect(both.client.established, 'the client is not established').toBeUndefined()
  return both
}

export const without = (type: number) => (body: Bodies['ClientHello']) => ({
  ...body,
  extensions: body.extensions!.filter(extension => extension.type !== type),
})
export const withServerExtensions =
  (extensions: Bodies['ServerHello']['extensions']) =>
  (body: Bodies['ServerHello']): Bodies['ServerHello'] => ({ ...body, extensions })
