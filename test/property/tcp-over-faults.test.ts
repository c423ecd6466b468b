/**
 * The same exchange over 500 bad networks: whatever the wire does, the bytes that arrive are right and whole, or the
 * failure has a name. One seed is one run: `BAREWIRE_SEED=n npx vitest run test/property` repeats it.
 */
import { expect, test } from 'vitest'
import type { Failure } from '../../src/failures/index.ts'
import { LAB_DATE } from '../../src/lab/clock.ts'
import { network } from '../../src/lab/network.ts'
import { seeded } from '../../src/random.ts'
import { concat } from '../support/bytes.ts'
import { keptForFailure } from '../support/captures.ts'
import { faultsOf, firstWrong, namedBy, seeds } from './seeds.ts'

interface Outcome {
  readonly request: Uint8Array
  readonly answer: Uint8Array
  readonly requestHeard: Uint8Array
  readonly answerHeard: Uint8Array
  readonly ended: boolean
  readonly failures: readonly Failure[]
  readonly leaks: number
}

/** The client sends some kilobytes and finishes; the server answers when it has heard all, and finishes. */
const exchange = (seed: number): Outcome => {
  const random = seeded(seed)
  const kept = keptForFailure(`tcp-seed-${seed}`, LAB_DATE)
  const net = network({ seed, trace: kept?.trace, ...faultsOf(random) })
  kept?.watch(net)
  const [client, server] = [net.host('client'), net.host('server')]
  const request = random.bytes(1 + random.below(8_000))
  const answer = random.bytes(1 + random.below(30_000))
  const heard = { request: [] as Uint8Array[], answer: [] as Uint8Array[] }
  const failures: Failure[] = []
  let ended = false
  server.listen({ port: 80 }, connection => {
    let sent = -1
    return {
      event(event) {
        while (connection.readable > 0) heard.request.push(connection.read(4096, net.clock.now()))
        if (event.type === 'peer-finished') sent = 0
        if (event.type === 'failure') failures.push(event.failure)
        if (sent >= 0 && sent < answer.length) {
          sent += connection.write(answer.subarray(sent), net.clock.now())
          if (sent === answer.length) connection.finish(net.clock.now())
        }
      },
    }
  })
  let sent = 0
  client.connect({ address: server.address, port: 80 }, connection => ({
    event(event) {
      while (connection.readable > 0) heard.answer.push(connection.read(4096, net.clock.now()))
      if (event.type === 'peer-finished') ended = true
      if (event.type === 'failure') failures.push(event.failure)
      if ((event.type === 'connected' || event.type === 'writable') && sent < request.length) {
        sent += connection.write(request.subarray(sent), net.clock.now())
        if (sent === request.length) connection.finish(net.clock.now())
      }
    },
  }))
  net.clock.run()
  const leaks = client.pool.outstanding + server.pool.outstanding
  return {
    request,
    answer,
    requestHeard: concat(...heard.request),
    answerHeard: concat(...heard.answer),
    ended,
    failures,
    leaks,
  }
}

test('500 seeds of loss, duplication, reordering and corruption: every byte right and in order, or a named failure', () => {
  let whole = 0
  for (const seed of seeds(500)) {
    const o = exchange(seed)
    const about = namedBy(seed)
    // What was heard is always a beginning of what was said.
    expect(firstWrong(o.requestHeard, o.request), about).toBe(-1)
    expect(firstWrong(o.answerHeard, o.answer), about).toBe(-1)
    if (o.ended) {
      expect(o.answerHeard.length, about).toBe(o.answer.length)
      expect(o.requestHeard.length, about).toBe(o.request.length)
      whole++
    } else expect(o.failures.map(f => f.code).join(), about).toMatch(/^(tcp|link|ip)\/[a-z-]+/)
    expect(o.leaks, about).toBe(0)
  }
  // A wire this bad may cut some, not most.
  if (process.env.BAREWIRE_SEED === undefined) expect(whole).toBeGreaterThan(485)
})
