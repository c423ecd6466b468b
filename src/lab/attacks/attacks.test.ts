import { expect, test } from 'vitest'
import { node, platforms } from '../../../test/support/worlds.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { PASSWORD, SHOP } from '../shop.ts'
import { attacks, playAttack } from './index.ts'

for (const [name, platform] of platforms)
  for (const attack of attacks) {
    const verdict =
      attack.expected === 'succeeds'
        ? 'succeeds'
        : `is refused by the ${attack.expected.by} with ${attack.expected.code}`
    test(`on ${name}, over ${attack.over}, an attacker who ${attack.does}: ${verdict}`, async () => {
      const outcome = await playAttack(platform.lab(), attack)
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ asExpected: true })
      expect(outcome.learned.length, 'the attack did something').toBeGreaterThan(0)
      if (attack.over === 'https') expect(outcome.learned.join()).not.toContain('password')
    })
  }

test('over http the attacker has the password', async () => {
  const outcome = await playAttack(node.lab(), attacks.find(a => a.id === 'read-password')!)
  expect(outcome.learned.join()).toContain(PASSWORD)
})

test('over https the attacker has the name that the client asked for, and sizes', async () => {
  const outcome = await playAttack(node.lab(), attacks.find(a => a.id === 'listen-in')!)
  expect(outcome.learned).toEqual([
    `the name ${SHOP}`,
    expect.stringMatching(/^a request of \d{3} bytes$/),
    expect.stringMatching(/^an answer of \d{3} bytes$/),
  ])
})

test('what only looks like the form in an answer, or like the cookie in a request, is not learned', () => {
  const learned: string[] = []
  const tamper = attacks.find(a => a.id === 'read-password')!.tamperer!(text => void learned.push(text))
  const form = latin1Bytes('<pre>\nuser=ada&password=example</pre>')
  const cookie = latin1Bytes('GET / HTTP/1.1\r\nX-Note: set-cookie: sid=example\r\n\r\n')
  expect(tamper(form, 'to-client')).toEqual([form])
  expect(tamper(cookie, 'to-server')).toEqual([cookie])
  expect(learned).toEqual([])
  tamper(form, 'to-server')
  tamper(cookie, 'to-client')
  expect(learned).toHaveLength(2)
})
