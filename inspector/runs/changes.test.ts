/** That each change leads to what the page says of it, over both versions, on both platforms. */
import { expect, test } from 'vitest'
import { node, web } from '../../test/support/worlds.ts'
import type { Run } from '../model/run.ts'
import { choices } from './changes.table.ts'
import { CERTIFICATES, MIDDLES, OFFERS, PLAINS, type Scenario, SERVERS } from './plan.ts'
import { play } from './play.ts'

const SEED = 7
const before: Readonly<Record<Scenario, Promise<Run>>> = {
  tls13: play(node.lab(SEED), { scenario: 'tls13', seed: SEED }),
  tls12: play(node.lab(SEED), { scenario: 'tls12', seed: SEED }),
}

for (const { id, change, ends } of choices)
  test(`${id} ends as it must`, async () => {
    for (const [scenario, platform] of [
      ['tls13', node],
      ['tls12', web],
    ] as const) {
      const plan = { scenario, seed: SEED, change: change(await before[scenario]) }
      const { failure } = await play(platform.lab(SEED), plan)
      expect([scenario, failure?.code ?? 'works']).toEqual([scenario, ends[scenario]])
    }
  })

test('whatever a plan can say is offered, once', () => {
  const ids = choices.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(ids)).toEqual(
    new Set([
      ...['flip', 'noise', 'drop', 'delay', 'duplicate', 'fin', 'plain', 'password'],
      ...CERTIFICATES.map(is => `certificate-${is}`),
      ...OFFERS.map(is => `offer-${is}`),
      ...MIDDLES.map(does => `middle-${does}`),
      ...PLAINS.map(is => `plain-${is}`),
      ...SERVERS.map(is => `server-${is}`),
    ]),
  )
})
