/** Key material is overwritten when its time is over, however the handshake ends. */
import { expect, test } from 'vitest'
import { type Answers, answersOf, identity, type Pair, pair, record, shuttle, step } from '../../test/support/tls.ts'
import type { Aead, Cbc, CryptoProvider } from '../crypto/provider.ts'
import { FailureError } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { hexText } from '../wire/bytes.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')

/** A provider that remembers the very buffers that keys and secrets passed through. */
const watched = () => {
  const seen = {
    keys: new Set<Uint8Array>(),
    secrets: new Set<Uint8Array>(),
    shares: new Set<Uint8Array>(),
    aeads: new Set<Aead>(),
    cbcs: new Set<Cbc>(),
  }
  const provider: CryptoProvider = {
    ...crypto,
    hmac(name, key, ...data) {
      seen.secrets.add(key)
      return crypto.hmac(name, key, ...data)
    },
    aead(name, key) {
      seen.keys.add(key)
      const aead = crypto.aead(name, key)
      seen.aeads.add(aead)
      return aead
    },
    cbc(key) {
      seen.keys.add(key)
      const cbc = crypto.cbc(key)
      seen.cbcs.add(cbc)
      return cbc
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

test('RFC 9846 7.3: the keys of the handshake are overwritten when those of the data take over', () => {
  for (const side of ['client', 'server'] as const) {
    const keys: { wiped: boolean }[] = []
    const provider: CryptoProvider = {
      ...crypto,
      aead(name, key) {
        const state = { wiped: false }
        keys.push(state)
        const aead = crypto.aead(name, key)
        return {
          seal: (...parts) => aead.seal(...parts),
          sealInto: (...parts) => aead.sealInto(...parts),
          open: (...parts) => aead.open(...parts),
          wipe() {
            state.wiped = true
            aead.wipe()
          },
        }
      },
    }
    const both = pair({ crypto, who: ec, versions: ['TLS 1.3'], [side]: { crypto: provider } })
    shuttle(both)
    const of = (count: number): number => keys.slice(0, count).filter(({ wiped }) => wiped).length
    expect([keys.length, of(2), of(4)], side).toEqual([4, 2, 2])
    both[side].tls.updateKeys(0)
    shuttle(both)
    // Ours: the other side changes its own when it next has something to say.
    expect([keys.length, of(4), of(5)], side).toEqual([5, 3, 3])
    both[side].tls.write(Uint8Array.of(1), 0)
    both.client.tls.close(0)
    shuttle(both)
    expect(both.server.failure ?? both.client.failure, side).toBeUndefined()
  }
})

/** How a connection can be over when data has flowed. */
const ends: [string, (both: Pair) => void][] = [
  [
    'both have said goodbye',
    both => {
      both.client.tls.close(0)
      shuttle(both)
      expect(alive(both), 'the other direction is open still').toEqual([2, 2])
      both.server.tls.close(0)
      shuttle(both)
    },
  ],
  [
    'both say goodbye at once',
    both => {
      both.client.tls.close(0)
      both.server.tls.close(0)
      shuttle(both)
    },
  ],
  [
    'the streams end behind their goodbyes',
    both => {
      for (const side of [both.client, both.server]) {
        side.tls.close(0)
        side.touch()
        side.touch('end')
      }
    },
  ],
  [
    'the streams are gone',
    both => {
      both.client.tls.abandon()
      both.server.tls.abandon()
    },
  ],
  [
    'a record was damaged',
    both => {
      both.client.touch(record(23, new Uint8Array(60)))
      both.server.touch(record(23, new Uint8Array(60)))
      expect([both.client.failure?.code, both.server.failure?.code]).toEqual([
        'tls/record-damaged',
        'tls/record-damaged',
      ])
    },
  ],
]

const NONCE = new Uint8Array(12)
const opens = (work: () => unknown): boolean => {
  try {
    work()
    return true
  } catch {
    return false
  }
}
let looked: { client: ReturnType<typeof watched>; server: ReturnType<typeof watched> }

/** How many ciphers of each side have a key. */
const alive = (_: Pair): number[] =>
  [looked.client, looked.server].map(({ seen }) => {
    const aeads = [...seen.aeads].filter(aead => opens(() => aead.seal(NONCE, NONCE, NONCE)))
    const cbcs = [...seen.cbcs].filter(cbc => opens(() => cbc.encrypt(new Uint8Array(16), new Uint8Array(16))))
    return aeads.length + cbcs.length
  })

/** RFC 8448 3: what every handshake without a pre-shared key begins with; they are nobody's secrets. */
const CONSTANTS = [
  '33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a',
  '6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba',
]

for (const [version, suite] of [
  ['TLS 1.3', undefined],
  ['TLS 1.2', undefined],
  ['TLS 1.2', 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256'],
] as const)
  for (const [when, end] of ends)
    test(`${suite ?? version}: no key and no secret is left when ${when}`, () => {
      looked = { client: watched(), server: watched() }
      const config = { exporters: 'kept', ...(suite === undefined ? {} : { suites: [suite] }) } as const
      const both = pair({
        crypto,
        who: ec,
        versions: [version],
        client: { ...config, crypto: looked.client.provider },
        server: { ...config, crypto: looked.server.provider },
      })
      shuttle(both)
      both.client.tls.updateKeys(0)
      shuttle(both)
      both.server.tls.write(Uint8Array.of(1), 0)
      shuttle(both)
      expect(alive(both), 'one for each direction').toEqual([2, 2])
      expect(both.client.tls.exportKeyingMaterial('EXPERIMENTAL test', undefined, 16)).toHaveLength(16)
      end(both)
      expect(alive(both)).toEqual([0, 0])
      for (const side of ['client', 'server'] as const) {
        const left = [...looked[side].seen.secrets].map(secret => hexText(secret)).filter(text => !/^(00)*$/.test(text))
        expect(left, side).toEqual(version === 'TLS 1.3' ? CONSTANTS : [])
        expect(looked[side].seen.secrets.size, side).toBeGreaterThanOrEqual(version === 'TLS 1.3' ? 10 : 2)
        expect(() => both[side].tls.exportKeyingMaterial('EXPERIMENTAL test', undefined, 16)).toThrow(FailureError)
      }
    })

test.each(['new', 'resumed'])(
  'RFC 5246 6.3: keys of a %s session that were made and never used are overwritten',
  how => {
    const answers = answersOf(crypto, ec)
    const serverAnswers: Answers = question => {
      if (question.about !== 'ticket') return answers(question)
      return 'seal' in question.wanted ? question.wanted.seal : question.wanted.open
    }
    const options = { crypto, who: ec, serverAnswers, server: { resumption: ['ticket'] } } as const
    const before = pair({ ...options, client: { session: 'new' } })
    shuttle(before)
    const kept = before.client.events.find(event => event.type === 'session')
    looked = { client: watched(), server: watched() }
    const both = pair({
      ...options,
      client: { crypto: looked.client.provider, session: how === 'new' ? undefined : kept?.session },
      server: { ...options.server, crypto: looked.server.provider },
    })
    const [made, last] = how === 'new' ? ([both.server, both.client] as const) : ([both.client, both.server] as const)
    step(both, () => made.tls.state === 'WaitChangeCipherSpec' || made.tls.state === 'WaitNewSessionTicket')
    expect(alive(both)).toEqual([2, 2])
    for (const side of [made, last]) side.touch('end')
    expect([made.failure?.code, last.failure?.code]).toEqual(['tls/handshake-cut', 'tls/handshake-cut'])
    expect(alive(both)).toEqual([0, 0])
  },
)

test('what comes behind the end of a connection finds nobody, and nothing can be said', () => {
  for (const version of ['TLS 1.2', 'TLS 1.3'] as const) {
    const both = pair({ crypto, who: ec, versions: [version] })
    shuttle(both)
    both.client.tls.write(Uint8Array.of(1), 0)
    const late = both.client.touch()
    both.client.tls.close(0)
    const goodbye = both.client.touch()
    both.server.tls.abandon()
    for (const piece of [...late, ...goodbye]) expect(both.server.touch(piece)).toEqual([])
    expect(both.server.touch('end')).toEqual([])
    expect([both.server.data.length, both.server.failure, both.server.tls.closed]).toEqual([0, undefined, true])
    both.server.tls.updateKeys(0)
    both.server.tls.close(0)
    expect(both.server.touch()).toEqual([])
    expect(() => both.server.tls.write(Uint8Array.of(1), 0)).toThrow(FailureError)
  }
})
