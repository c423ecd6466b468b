/** Handshakes of TLS 1.2 that are rewritten on their way, and what must be true of a side that failed. */
import { expect } from 'vitest'
import { sentence } from '../../src/explain/index.ts'
import { entryOf, type FailureCode } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Alert, type Bodies12, type HandshakeName } from '../../src/tls/messages/tls12.ts'
import { decode } from '../../src/wire/codec.ts'
import { changing, identity, type Pair, pair, recordsOf, type Side, shuttle } from './tls.ts'

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

export type Change<N extends HandshakeName> = (body: Bodies12[N]) => Bodies12[N] | undefined

/** Runs a handshake over a wire that rewrites. */
export const rewritten = <N extends HandshakeName>(
  name: N,
  change: Change<N>,
  options: Partial<Parameters<typeof pair>[0]> = {},
): Pair => {
  const both = pair({ crypto, who: ec, ...options })
  shuttle(both, changing(name, change))
  expect(both.client.established, 'the client is not established').toBeUndefined()
  return both
}

export const withServerExtensions =
  (extensions: Bodies12['ServerHello']['extensions']) =>
  (body: Bodies12['ServerHello']): Bodies12['ServerHello'] => ({ ...body, extensions })
