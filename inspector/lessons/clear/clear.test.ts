import { expect, test } from 'vitest'
import { latin1Text } from '../../../src/wire/bytes.ts'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import type { MessageDrawing, TableDrawing } from '../drawings.ts'

lessonTests('eavesdropper', 'altered', 'stripped')

test('the bytes that are marked are the form over HTTP, and over TLS the same place without it', async () => {
  const marked = async (change: string, step: string) => {
    const { steps, facts } = await scene('eavesdropper', change, 3)
    const { message, marked: at } = steps.find(({ name }) => name === step)!.drawings[1] as MessageDrawing
    return {
      text: latin1Text(message.bytes.subarray(at!.start, at!.end)),
      form: `user=${facts.user}&password=${facts.password}`,
    }
  }
  const plain = await marked('plain', 'frame')
  expect(plain.text).toBe(plain.form)
  const sealed = await marked('tls', 'sealed')
  expect(sealed.text).not.toBe(sealed.form)
  expect(sealed.text).toHaveLength(sealed.form.length)
})

test('over HTTP all that was said stands in the frames, over TLS the name of the shop alone', async () => {
  const hidden = async (change: string) => {
    const { steps } = await scene('eavesdropper', change, 3)
    const { rows } = steps.at(-1)!.drawings.at(-1) as TableDrawing<string>
    return rows.map(({ cells: [what, seen] }) => [(what as { label: string }).label, 'label' in seen!])
  }
  expect((await hidden('plain')).filter(([, none]) => none)).toEqual([])
  expect((await hidden('tls')).filter(([, none]) => !none).map(([what]) => what)).toEqual(['host', 'sizes'])
})

test('a page that is rewritten has a right length and a right digest; over TLS one bit is enough', async () => {
  const { facts } = await scene('altered', 'digest', 3)
  expect(facts.shown).not.toBe(facts.written)
  expect(facts.told).toBe(facts.counted)
  expect(facts.shownBytes).toBe(facts.shownLength)
  expect((await scene('altered', 'tls', 3)).fixed).toEqual({ failure: 'tls/record-damaged' })
  const { facts: read } = await scene('altered', 'read', 3)
  expect(read.shown).toBe(read.written)
})

test('who answers the first request has the password; who begins with TLS keeps it', async () => {
  const { facts } = await scene('stripped', 'stripped', 3)
  expect(facts.heard).toBe(`user=${facts.user}&password=${facts.password}`)
  const known = await scene('stripped', 'known', 3)
  expect(known.facts.heard).toBeUndefined()
  expect(known.fixed?.failure).toMatch(/^tls\/.*/)
  expect((await scene('stripped', 'honest', 3)).facts.heard).toBeUndefined()
})
