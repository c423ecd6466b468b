/**
 * A whole exchange per seed (name, ARP, TCP, TLS, HTTP, twice on one connection) over a bad network. What arrives is what
 * was sent, or the failure has a name: TCP's checksum lets a few damaged segments in thousands of millions through, TLS
 * none. `BAREWIRE_SEED=n npx vitest run test/property` repeats one run to the byte.
 */

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { FailureError } from '../../src/failures/index.ts'
import { client, serve } from '../../src/index.ts'
import { LAB_DATE } from '../../src/lab/clock.ts'
import { network } from '../../src/lab/network.ts'
import { hostTransport } from '../../src/net/stream/host.ts'
import type { World } from '../../src/net/stream/types.ts'
import { seededNodeCrypto } from '../../src/node/crypto.ts'
import { type SeededRandom, seeded } from '../../src/random.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { keptForFailure } from '../support/captures.ts'
import { node, web } from '../support/worlds.ts'
import { faultsOf, firstWrong, namedBy, seeds } from './seeds.ts'

const turn = () => new Promise(setImmediate)

const authority = certificateAuthority({
  crypto: seededNodeCrypto(seeded(1)),
  now: () => LAB_DATE,
  name: 'property root',
})
const key = certifiedKey(authority.issue({ names: ['server'] }))
const trust = trustStore([authority.root])

interface Outcome {
  readonly exchanges: readonly {
    readonly sent: Uint8Array
    readonly heard: Uint8Array
    readonly answer: Uint8Array
    readonly got: Uint8Array | undefined
    readonly code: string | undefined
  }[]
  /** Of every frame that passed the wire, with its time. */
  readonly fingerprint: string
  readonly lost: number
}

const run = async (seed: number, platform = node, random: SeededRandom = seeded(seed)): Promise<Outcome> => {
  const kept = keptForFailure(`https-seed-${seed}`, LAB_DATE)
  const net = network({ seed, turn, trace: kept?.trace, ...faultsOf(random) })
  kept?.watch(net)
  const hash = createHash('sha256')
  net.tap(({ at, what, bytes }) => void hash.update(`${at} ${what} `).update(bytes))
  const worldOf = (name: string): World => {
    const dice = seeded(random.below(2 ** 31))
    return {
      clock: net.clock,
      random: dice,
      crypto: platform.seeded(dice),
      transport: hostTransport(net.host(name), { keepAlive: 'off' }),
      coders: [],
      trust: () => trust,
      isPublicSuffix: () => false,
    }
  }
  const [near, far] = [worldOf('client'), worldOf('server')]
  const heard: Uint8Array[] = []
  const answers: Uint8Array[] = []
  const server = await serve(
    async request => {
      heard.push(new Uint8Array(await request.arrayBuffer()))
      return new Response(answers.at(-1)!)
    },
    { world: far, port: 443, tls: { certificateFor: () => key } },
  )
  const browser = client({ world: near })
  const exchanges: Outcome['exchanges'][number][] = []
  for (let i = 0; i < 2; i++) {
    const sent = random.bytes(random.below(4_000))
    const answer = random.bytes(random.below(16_000))
    answers.push(answer)
    const before = heard.length
    let got: Uint8Array | undefined
    let code: string | undefined
    try {
      const response = await browser.fetch('https://server/', { method: 'POST', body: sent })
      got = new Uint8Array(await response.arrayBuffer())
    } catch (error) {
      code = codeOf(error)
    }
    exchanges.push({ sent, heard: heard[before] ?? new Uint8Array(0), answer, got, code })
  }
  browser.close()
  await server.close(1000)
  await net.clock.idle()
  const lost = net.counts.lost + net.counts.corrupted
  net.close()
  return { exchanges, fingerprint: hash.digest('hex'), lost }
}

const codeOf = (error: unknown): string => {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof FailureError) return e.code
  return `no name: ${error}`
}

test('500 seeds of loss, duplication, reordering and corruption: right to the last byte, or a named failure', async () => {
  let whole = 0
  const codes: Record<string, number> = {}
  for (const seed of seeds(500)) {
    const about = namedBy(seed)
    const { exchanges } = await run(seed)
    for (const { sent, heard, answer, got, code } of exchanges) {
      expect(firstWrong(heard, sent), about).toBe(-1)
      if (got === undefined) {
        expect(code, about).toMatch(/^(dns|link|ip|tcp|tls|http|net)\/[a-z0-9-]+$/)
        codes[code!] = (codes[code!] ?? 0) + 1
        continue
      }
      expect([got.length, firstWrong(got, answer), heard.length], about).toEqual([answer.length, -1, sent.length])
      whole++
    }
  }
  if (process.env.BAREWIRE_SEED !== undefined) return
  // A wire this bad may cut some, not most.
  expect(whole, JSON.stringify(codes)).toBeGreaterThan(900)
}, 180_000)

test('a seed repeats a run to the last byte of every frame, on every platform', async () => {
  for (const seed of [3, 44, 271]) {
    const [one, two, three] = [await run(seed), await run(seed), await run(seed, web)]
    expect(two.fingerprint, namedBy(seed)).toBe(one.fingerprint)
    expect(three.fingerprint, namedBy(seed)).toBe(one.fingerprint)
  }
  expect((await run(3)).fingerprint).not.toBe((await run(4)).fingerprint)
})
