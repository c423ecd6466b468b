/**
 * What a hello costs, in either version: nobody makes us do more work by being refused than by being served, and no part of
 * a hello is gone through once for every other part of it.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../test/support/bytes.ts'
import { answersOf, identity, pair, record, recordsOf, Side } from '../../test/support/tls.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { decode, encode, type Tagged } from '../wire/codec.ts'
import { tlsServer } from './engine.ts'
import { clientExtensions, extensionNumbers } from './messages/extensions.ts'
import type { ClientHello } from './messages/hello.ts'
import { handshake13 } from './messages/tls13.ts'
import type { TlsVersion } from './version-name.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')

type Change = (hello: ClientHello) => ClientHello

/** The hello of a client that speaks both versions, with something else in it. */
const hello = (change: Change): Uint8Array => {
  const [first] = recordsOf(concat(...pair({ crypto, who: ec, versions: ['TLS 1.3', 'TLS 1.2'] }).client.touch()))
  const message = decode(handshake13.codec, first!.subarray(5))
  return encode(handshake13.codec, { ...message, body: change(message.body as ClientHello) })
}
const saying =
  (values: Parameters<typeof clientExtensions>[0]): Change =>
  body => {
    const instead = clientExtensions(values)
    const others = body.extensions!.filter(({ type }) => !instead.some(extension => extension.type === type))
    return { ...body, extensions: [...others, ...instead] }
  }
const leavingOut =
  (type: number): Change =>
  body => ({ ...body, extensions: body.extensions!.filter(each => each.type !== type) })

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => 0x5000 + i)
const crowd: Tagged[] = numbers(3_700).map(type => ({ type, body: new Uint8Array(0) }))
const crowded: Change = body => ({ ...body, extensions: [...body.extensions!, ...crowd] })
const shares = (groups: readonly number[]) => groups.map(group => ({ group, keyExchange: Uint8Array.of(1) }))
const keys = (identities: number, binders: number) => ({
  identities: Array.from({ length: identities }, () => ({ identity: Uint8Array.of(1), obfuscatedTicketAge: 1 })),
  binders: Array.from({ length: binders }, () => new Uint8Array(32)),
})
const modes = { pskKeyExchangeModes: { modes: [1] } }
const broken = hello(crowded)
broken[broken.length - 1] = 9

/** Each with what comes of it in TLS 1.3. */
const HELLOS: readonly (readonly [what: string, code: string | undefined, hello: Uint8Array])[] = [
  ['nothing unusual', undefined, hello(body => body)],
  ['thousands of extensions that nobody knows', undefined, hello(crowded)],
  [
    'thousands of suites before one that is known',
    undefined,
    hello(body => ({ ...body, cipherSuites: [...numbers(7_000), 0x1301, 0xc02b] })),
  ],
  [
    'thousands of schemes before one that is known',
    undefined,
    hello(saying({ signatureAlgorithms: { schemes: [...numbers(7_000), 0x0403] } })),
  ],
  ['hundreds of keys from before', undefined, hello(saying({ ...modes, preSharedKey: keys(390, 390) }))],
  ['no suite in common', 'tls/no-common-suite', hello(body => ({ ...crowded(body), cipherSuites: [0x1305] }))],
  [
    'thousands of suites, none in common',
    'tls/no-common-suite',
    hello(body => ({ ...body, cipherSuites: numbers(7_000) })),
  ],
  ['compression', 'tls/no-null-compression', hello(body => ({ ...crowded(body), compressionMethods: [1] }))],
  [
    'an extension twice, far apart',
    'tls/extension-twice',
    hello(body => ({ ...body, extensions: [crowd[0]!, ...body.extensions!, ...crowd] })),
  ],
  ['no version in common', 'tls/no-common-version', hello(saying({ supportedVersions: { versions: numbers(127) } }))],
  [
    'thousands of schemes, none in common',
    'tls/no-common-scheme',
    hello(saying({ signatureAlgorithms: { schemes: numbers(7_000) } })),
  ],
  [
    'thousands of groups and a share of another',
    'tls/illegal-value',
    hello(saying({ supportedGroups: { groups: numbers(7_000) } })),
  ],
  [
    'thousands of groups with a share of each',
    'tls/no-common-group',
    hello(saying({ supportedGroups: { groups: numbers(2_200) }, keyShare: { clientShares: shares(numbers(2_200)) } })),
  ],
  [
    'thousands of shares of groups that are not listed',
    'tls/illegal-value',
    hello(saying({ keyShare: { clientShares: shares(numbers(3_000)) } })),
  ],
  [
    'hundreds of shares of one group',
    'tls/shares-twice',
    hello(saying({ keyShare: { clientShares: shares(numbers(3_000).fill(0x1d)) } })),
  ],
  ['no shares', 'tls/share-missing', hello(leavingOut(extensionNumbers.keyShare))],
  [
    'a share of small order',
    'tls/share-wrong',
    hello(saying({ keyShare: { clientShares: [{ group: 0x1d, keyExchange: new Uint8Array(32) }] } })),
  ],
  [
    'hundreds of protocols, none in common',
    'tls/alpn-none',
    hello(saying({ alpn: { protocols: numbers(2_000).map(number => `p${number}`) } })),
  ],
  [
    'keys without their modes',
    'tls/missing-extension',
    hello(body => saying({ preSharedKey: keys(390, 390) })(leavingOut(extensionNumbers.pskKeyExchangeModes)(body))),
  ],
  ['a key without a binder', 'tls/psk-binders', hello(saying({ ...modes, preSharedKey: keys(390, 389) }))],
  [
    'keys that do not come last',
    'tls/psk-not-last',
    hello(body => {
      const all = saying({ ...modes, preSharedKey: keys(390, 390) })(body)
      return { ...all, extensions: [...all.extensions!.slice(-1), ...all.extensions!.slice(0, -1)] }
    }),
  ],
  ['a malformed last extension', 'tls/bad-extension', broken],
]

/** How many elements of lists are looked at while `step` runs, through what looks for one of them. */
const lookedAt = (step: () => void): number => {
  const { includes, indexOf, find, findIndex, some } = Array.prototype
  let count = 0
  const counting = <F extends (this: unknown[], ...args: never[]) => unknown>(search: F): F =>
    function (this: unknown[], ...args: never[]) {
      const [wanted] = args as unknown[]
      const found = indexOf.call(this, wanted)
      if (typeof wanted !== 'function') count += found < 0 ? this.length : found + 1
      else
        args[0] = ((...each: unknown[]) => {
          count++
          return wanted(...each)
        }) as never
      return search.apply(this, args)
    } as F
  Object.assign(Array.prototype, {
    includes: counting(includes),
    indexOf: counting(indexOf),
    find: counting(find),
    findIndex: counting(findIndex),
    some: counting(some),
  })
  try {
    step()
  } finally {
    Object.assign(Array.prototype, { includes, indexOf, find, findIndex, some })
  }
  return count
}

/** A provider that counts what costs: agreements, signatures, and blocks of bytes that are hashed. */
const counted = () => {
  const done = { agreements: 0, signatures: 0, macs: 0 }
  const provider: CryptoProvider = {
    ...crypto,
    offerShare(group) {
      done.agreements++
      return crypto.offerShare(group)
    },
    answerShare(group, share) {
      done.agreements++
      return crypto.answerShare(group, share)
    },
    sign(...what) {
      done.signatures++
      return crypto.sign(...what)
    },
    hmac(...what) {
      done.macs++
      return crypto.hmac(...what)
    },
  }
  return { provider, done }
}

/** How often a whole message is taken apart into fields while `step` runs. */
const takenApart = (step: () => void): number => {
  const { walk } = handshake13.codec
  let times = 0
  handshake13.codec.walk = (...args) => {
    times++
    return walk(...args)
  }
  try {
    step()
  } finally {
    handshake13.codec.walk = walk
  }
  return times
}

const met = (versions: readonly TlsVersion[], message: Uint8Array) => {
  const { provider, done } = counted()
  const server = new Side(
    tlsServer({ crypto: provider, versions, alpn: ['http/1.1'], resumption: ['ticket'] }),
    answersOf(provider, ec),
  )
  let looked = 0
  const apart = takenApart(() => {
    looked = lookedAt(() => server.touch(record(22, message)))
  })
  return { code: server.failure?.code, state: server.tls.state, done, looked, apart }
}

describe.each<[string, readonly TlsVersion[]]>([
  ['TLS 1.3', ['TLS 1.3']],
  ['both versions', ['TLS 1.3', 'TLS 1.2']],
  ['TLS 1.2', ['TLS 1.2']],
])('to a server of %s', (name, versions) => {
  const usual = met(
    versions,
    hello(body => body),
  )
  test('a usual hello costs one agreement and one signature', () => {
    expect(usual.code).toBeUndefined()
    expect(usual.done).toMatchObject({ agreements: 1, signatures: 1 })
    expect(usual.looked).toBeGreaterThan(10)
  })
  test.each(HELLOS)('a hello with %s: %s', (_, code, message) => {
    const { done, looked, apart, ...ended } = met(versions, message)
    if (name === 'TLS 1.3') expect(ended.code).toBe(code)
    expect(done.agreements).toBeLessThanOrEqual(1)
    expect(done.signatures).toBeLessThanOrEqual(ended.code === undefined ? 1 : 0)
    expect(done.macs).toBeLessThanOrEqual(usual.done.macs)
    expect(apart, 'into fields, which are for people').toBe(0)
    // A number of two bytes is compared with each of a dozen of ours, at most.
    expect(looked, `${message.length} bytes`).toBeLessThan(usual.looked + 8 * message.length)
  })
})
