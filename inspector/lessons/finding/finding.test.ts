import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import { seenBy } from '../stage.ts'

lessonTests('arp', 'dns', 'routes')

test('the last answer is believed, by a careful laptop the first, whoever gave it', async () => {
  const used = async (change: string) => {
    const { facts } = await scene('arp', change, 3)
    return Object.entries(facts).find(([name, card]) => name.endsWith('Card') && card === facts.used)?.[0]
  }
  expect(await used('honest')).toBe('shopCard')
  expect(await used('lies')).toBe('malloryCard')
  expect(await used('strict')).toBe('shopCard')
  expect(await used('faster')).toBe('malloryCard')
})

test('a forged answer counts when it has number and port of the question, and not otherwise', async () => {
  for (const seed of [3, 4, 5]) {
    const { facts: blind } = await scene('dns', 'blind', seed)
    expect(blind.address).toBe(blind.shop)
    const { facts: heard } = await scene('dns', 'overheard', seed)
    expect(heard.address).toBe(heard.wanted)
    expect(Number(heard.toldAt)).toBeLessThan(Number(heard.answeredAt))
  }
})

test('a name that is not there is an answer, and an alias is followed', async () => {
  expect((await scene('dns', 'absent', 3)).fixed).toMatchObject({
    failure: 'dns/no-address',
    means: 'NXDOMAIN',
    code: 3,
  })
  const { facts } = await scene('dns', 'alias', 3)
  expect(facts.address).toBe(facts.shop)
})

test('each router takes one from the time to live, and makes a frame of its own', async () => {
  const { facts, fixed } = await scene('routes', 'far', 3)
  expect(fixed).toEqual({ life: 64, left: 62, wires: 3 })
  expect(facts.sentTo).toBe(facts.routerCard)
  expect(facts.arrivedFor).toBe(facts.shopCard)
  const { facts: near } = await scene('routes', 'near', 3)
  expect(near.sentTo).toBe(near.shopCard)
})

test('a packet in a circle ends after as many frames as it had to live, and its sender is told', async () => {
  const { fixed, records } = await scene('routes', 'loop', 3)
  expect(fixed).toEqual({ life: 64, left: 1, wires: 64, failure: 'ip/time-exceeded' })
  expect(seenBy(records, 'shop.test', 'ethernet')).toEqual([])
})
