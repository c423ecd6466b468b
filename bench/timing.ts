/**
 * `npm run timing [-- NAME…] [--samples N] [--json]`: whether the time that a peer can measure tells what it must not know
 * (Lucky Thirteen, ROBOT). Inputs of two kinds are worked off in random order and their times compared by Welch's t:
 * beyond 4.5 either way the two are told apart (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?").
 * Nothing passes or fails: what comes out depends on the machine, its load and the number of samples.
 */
import { generateKeyPairSync, randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import type { CryptoProvider } from '../src/crypto/provider.ts'
import { nodeCrypto } from '../src/node/crypto.ts'
import { suitesNamed } from '../src/tls/suites.table.ts'
import { CbcProtection } from '../src/tls/tls12/cbc-protection.ts'
import { premasterOf } from '../src/tls/tls12/rsa-premaster.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string' }, json: { type: 'boolean', default: false } },
})

/** One kind of input; each call makes the next, ready to be worked off by the function that it gives. */
interface Kind {
  readonly name: string
  /** Which of the kinds it is compared with; the first when left out. */
  readonly twin?: number
  readonly next: () => () => void
}
interface Experiment {
  readonly name: string
  readonly samples: number
  readonly kinds: () => readonly [Kind, ...Kind[]]
}

const crypto = nodeCrypto()

const CBC = {
  sha1: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  sha256: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  sha384: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
} as const
const MAC_LENGTH = { sha1: 20, sha256: 32, sha384: 48 } as const

/** A record that decrypts to what an attacker could have put together: text, no MAC that fits, and a last byte. */
const lucky = (mac: keyof typeof CBC): Experiment => ({
  name: `lucky13/${mac}`,
  samples: 100_000,
  kinds: () => {
    const [suite] = suitesNamed([CBC[mac]])
    if (suite?.mode !== 'cbc') throw new Error(`${CBC[mac]} is no suite with CBC`)
    const key = crypto.random.bytes(suite.keyLength)
    const protection = new CbcProtection(crypto, suite, crypto.random.bytes(MAC_LENGTH[mac]), key, 'mac-then-encrypt')
    const cbc = crypto.cbc(key)
    const record =
      (padding: (inner: Uint8Array) => void): Kind['next'] =>
      () => {
        const inner = crypto.random.bytes(384)
        padding(inner)
        const iv = crypto.random.bytes(16)
        const fragment = new Uint8Array([...iv, ...cbc.encrypt(iv, inner)])
        return () => void protection.open(23, fragment)
      }
    const padded = (bytes: number) => record(inner => void inner.fill(bytes - 1, inner.length - bytes))
    const broken = record(inner => inner.set([1, 2], inner.length - 2))
    return [
      { name: 'one byte of padding', next: padded(1) },
      { name: 'one byte again', next: padded(1) },
      { name: 'no padding', next: broken },
      { name: '2 bytes', next: padded(2) },
      { name: '64 bytes', next: padded(64) },
      { name: '256 bytes', next: padded(256) },
    ]
  },
})

/** A block as the bare RSA operation gives it, of 256 bytes, with one of them set: all kinds take the same work to make. */
const block = ([at, value]: readonly [number, number]): Uint8Array => {
  const bytes = crypto.random.bytes(256).map(byte => byte | 1)
  bytes.set([0, 2])
  bytes.set([0, 3, 3], 207)
  bytes[at] = value
  return bytes
}
/** What is wrong with it, and beside each a good block that was set in the same place. */
const BLOCKS: readonly (readonly [string, readonly [number, number]])[] = [
  ['a good first byte', [0, 0]],
  ['another first byte', [0, 1]],
  ['type 2', [1, 2]],
  ['type 1', [1, 1]],
  ['no zero in the first eight', [5, 9]],
  ['a zero in the first eight', [5, 0]],
  ['no zero in the middle', [100, 9]],
  ['a zero in the middle', [100, 0]],
  ['a zero before the message', [207, 0]],
  ['none there', [207, 7]],
  ['the version', [209, 3]],
  ['another version', [209, 9]],
]

/** The padding is looked at. */
const robot: Experiment = {
  name: 'robot/padding',
  samples: 200_000,
  kinds: () =>
    BLOCKS.map(([name, byte], index) => ({
      name,
      twin: index - (index % 2),
      next: () => {
        const [bytes, random] = [block(byte), crypto.random.bytes(48)]
        return () => void premasterOf(bytes, 0x0303, random).wipe()
      },
    })) as unknown as [Kind, ...Kind[]],
}

/** With the RSA operation before it, of ciphertexts that an attacker with the public key has made. */
const robotWhole: Experiment = {
  name: 'robot/decrypt',
  samples: 6_000,
  kinds: () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    })
    const raw = (provider: CryptoProvider, bytes: Uint8Array) => provider.rsaRaw(privateKey, bytes)
    const modulus = modulusOf(publicKey)
    return BLOCKS.map(([name, byte], index) => ({
      name,
      twin: index - (index % 2),
      next: () => {
        const ciphertext = power(block(byte), modulus)
        const random = crypto.random.bytes(48)
        return () => void premasterOf(raw(crypto, ciphertext), 0x0303, random).wipe()
      },
    })) as unknown as [Kind, ...Kind[]]
  },
}

/** The last 256 bytes before the exponent 65537 in a SubjectPublicKeyInfo. */
const modulusOf = (spki: Uint8Array): bigint => numberOf(spki.subarray(spki.length - 5 - 256, spki.length - 5))
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const power = (message: Uint8Array, modulus: bigint): Uint8Array => {
  let value = numberOf(message)
  const base = value
  for (let i = 0; i < 16; i++) value = (value * value) % modulus
  const hex = ((value * base) % modulus).toString(16).padStart(512, '0')
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

const timeOf = (work: () => void): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

/** What is slower than this share of all is the machine's doing: collected garbage, another process. */
const KEPT = 0.9

interface Compared {
  readonly name: string
  readonly t: number
  /** Microseconds, of what is kept. */
  readonly mean: number
  readonly samples: number
}

const momentsOf = (times: readonly number[]): { mean: number; variance: number; count: number } => {
  const count = times.length
  const mean = times.reduce((sum, time) => sum + time, 0) / count
  return { mean, count, variance: times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (count - 1) }
}

const compared = ({ samples, kinds }: Experiment): readonly Compared[] => {
  const all = kinds()
  const times: number[][] = all.map(() => [])
  const total = Number(values.samples ?? samples) * all.length
  const warm = Math.ceil(total / 20)
  for (let i = -warm; i < total; i++) {
    const at = randomInt(all.length)
    const time = timeOf(all[at]!.next())
    if (i >= 0) times[at]!.push(time)
  }
  const limit = times.flat().sort((a, b) => a - b)[Math.floor(KEPT * times.flat().length)]!
  const moments = times.map(each => momentsOf(each.filter(time => time <= limit)))
  return all.map(({ name, twin = 0 }, index) => {
    const { mean, variance, count } = moments[index]!
    const other = moments[twin]!
    const t = (mean - other.mean) / Math.sqrt(variance / count + other.variance / other.count)
    return { name, t, mean: 1000 * mean, samples: count }
  })
}

const EXPERIMENTS = [lucky('sha1'), lucky('sha256'), lucky('sha384'), robot, robotWhole]
for (const experiment of EXPERIMENTS) {
  if (positionals.length > 0 && !positionals.some(name => experiment.name.startsWith(name))) continue
  const found = compared(experiment)
  if (values.json) {
    console.log(JSON.stringify({ experiment: experiment.name, compared: found }))
    continue
  }
  console.log(`${experiment.name.padEnd(30)}${'µs'.padStart(10)}${'samples'.padStart(10)}${'t'.padStart(9)}`)
  for (const { name, mean, samples, t } of found)
    console.log(
      `  ${name.padEnd(28)}${mean.toFixed(3).padStart(10)}${`${samples}`.padStart(10)}${t.toFixed(2).padStart(9)}${Math.abs(t) > 4.5 ? '  told apart' : ''}`,
    )
}
