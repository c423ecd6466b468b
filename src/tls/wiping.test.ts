/** Key material is overwritten when its time is over, however the handshake ends. */
import { expect, test } from 'vitest'
import { identity, type Pair, pair, record, shuttle, step } from '../../test/support/tls.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { nodeCrypto } from '../node/crypto.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')

/** A provider that remembers the very buffers that keys and secrets passed through. */
const watched = () => {
  const seen = { keys: new Set<Uint8Array>(), secrets: new Set<Uint8Array>(), shares: new Set<Uint8Array>() }
  const provider: CryptoProvider = {
    ...crypto,
    hmac(name, key, ...data) {
      seen.secrets.add(key)
      return crypto.hmac(name, key, ...data)
    },
    aead(name, key) {
      seen.keys.add(key)
      return crypto.aead(name, key)
    },
    offerShare(group) {
      const { share, secret } = crypto.offerShare(group)
      return {
        share,
        secret(theirs) {
          const shared = secret(theirs)
          if (shared !== undefined) seen.shares.add(shared)
          return shared
        },
      }
    },
    answerShare(group, share) {
      const answer = crypto.answerShare(group, share)
      if (answer !== undefined) seen.shares.add(answer.secret)
      return answer
    },
  }
  return { provider, seen }
}

const wiped = (buffers: Set<Uint8Array>): boolean[] => [...buffers].map(bytes => bytes.every(byte => byte === 0))

const ways: [string, (both: Pair) => void][] = [
  ['when the handshake is over', both => shuttle(both)],
  [
    'when the Finished is wrong',
    both => {
      step(both, () => both.server.tls.state === 'WaitFinished' || both.client.tls.state === 'WaitFinished')
      both.server.touch(record(22, new Uint8Array(40)))
      both.client.touch(record(20, Uint8Array.of(1)))
      both.client.touch(record(22, new Uint8Array(40)))
      expect([both.server.tls.state, both.client.tls.state]).toEqual(['Failed', 'Failed'])
    },
  ],
  [
    'when the handshake is given up',
    both => {
      step(both, () => both.server.tls.state === 'WaitChangeCipherSpec')
      both.server.tls.close(0)
      both.client.tls.close(0)
      expect([both.server.tls.state, both.client.tls.state]).toEqual(['Closed', 'Closed'])
    },
  ],
]

for (const [when, end] of ways)
  test(`shared secret, master secret and key block are wiped ${when}`, () => {
    const [client, server] = [watched(), watched()]
    const both = pair({ crypto, who: ec, client: { crypto: client.provider }, server: { crypto: server.provider } })
    end(both)
    for (const { seen } of [client, server]) {
      expect(wiped(seen.shares)).toEqual([true])
      expect(wiped(seen.keys)).toEqual([true, true])
      // The premaster secret and the master secret.
      expect(wiped(seen.secrets)).toEqual([true, true])
    }
  })
