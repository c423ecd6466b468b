/** What tests of TLS as a byte stream share: who answers, what a stream says in order, and a record that no key opens. */
import type { Failure } from '../../src/failures/index.ts'
import type { Answerer } from '../../src/net/stream/tls.ts'
import type { ByteStream } from '../../src/net/stream/types.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { answersOf, identity, record } from './tls.ts'

export const crypto = nodeCrypto()
export const me = identity(crypto, 'p-256')
export const answers = answersOf(crypto, me)
export const answer: Answerer = question => answers(question)!

/** What a stream says, in order. */
export const listening = (stream: ByteStream) => {
  const said: string[] = []
  const closed = new Promise<Failure | undefined>(resolve => {
    stream.handler = {
      data: bytes => said.push(`data ${String.fromCharCode(...bytes.subarray(0, 100))}`),
      end: () => said.push('end'),
      drain: () => said.push('drain'),
      closed: failure => {
        said.push(`closed ${failure?.code}`)
        resolve(failure)
      },
    }
  })
  return { said, closed }
}

export const garbage = record(23, new Uint8Array(40))
