import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import type { Cell, TableDrawing } from '../drawings.ts'

lessonTests('session', 'stolen', 'scope', 'fixation', 'leaving')

/** The last cells of a step's table: codes of what was refused, and what is written otherwise. */
const verdicts = async (id: 'stolen' | 'scope', change: string, step: string): Promise<string[]> => {
  const { steps } = await scene(id, change, 3)
  const { drawings } = steps.find(({ name }) => name === step)!
  const { rows } = drawings.find(({ kind }) => kind === 'table') as TableDrawing<string>
  return rows.map(({ cells }) => said(cells.at(-1)!))
}
const said = (cell: Cell<string>): string => {
  if ('failure' in cell) return cell.failure.code
  if ('label' in cell) return cell.label
  return 'code' in cell ? cell.code : cell.text
}

test('the id that the laptop carries is not what the shop keeps, and opens nothing when a letter is another one', async () => {
  const { facts, steps } = await scene('session', 'remembered', 3)
  const table = steps.find(({ name }) => name === 'given')!.drawings.at(-1) as TableDrawing<string>
  const [laptop, shop] = table.rows.map(({ cells }) => said(cells[1]!))
  const id = laptop!.split('=')[1]!
  expect(id).toHaveLength(32)
  expect(shop).not.toContain(id.slice(8))
  expect(facts.answer).toBe(`${facts.user}: ${facts.books} books`)
  expect((await scene('session', 'guessed', 3)).fixed).toMatchObject({ status: 401, letters: 32 })
  expect((await scene('session', 'forgetful', 3)).fixed).toMatchObject({ status: 401 })
})

test('what is stolen opens the account, and the marks of a cookie keep it from being stolen', async () => {
  const of = async (change: string) => (await scene('stolen', change, 3)).fixed
  expect(await of('plain')).toMatchObject({ cookies: 1, passwords: 1, status: 200 })
  expect(await of('unmarked')).toMatchObject({ cookies: 1, passwords: 0, status: 200, cookie: 'sid' })
  expect(await of('marked')).toMatchObject({ cookies: 0, passwords: 0, status: 401, cookie: '__Host-sid' })
  expect(await verdicts('stolen', 'marked', 'tries')).toEqual(['cookie/only-over-tls', 'cookie/only-same-site', 'none'])
  const { facts } = await scene('stolen', 'unmarked', 3)
  expect(await verdicts('stolen', 'unmarked', 'tries')).toEqual([facts.id, 'cookie/only-same-site', facts.id])
})

test('which cookies go where is as the jar judged', async () => {
  expect(await verdicts('scope', 'several', 'judged')).toEqual([
    '✓',
    '✓',
    '✓',
    'cookie/host-prefix',
    'cookie/public-suffix',
    'cookie/other-domain',
  ])
  const names = (await verdicts('scope', 'several', 'table')).map(text => text.replace(/=[^;]*/g, ''))
  expect(names).toEqual(['name; theme', 'cart; name; theme', 'theme'])
  expect((await scene('scope', 'tossed', 3)).fixed).toMatchObject({ whose: 'mallory', sent: 2 })
  expect((await scene('scope', 'prefixed', 3)).fixed).toMatchObject({ whose: 'laptop', sent: 1 })
  expect(await verdicts('scope', 'prefixed', 'tossed')).toEqual(['cookie/host-prefix'])
})

test('an id from before the login opens the account only where it stays the same', async () => {
  const { facts, fixed } = await scene('fixation', 'kept', 3)
  expect(fixed).toEqual({ status: 200 })
  expect(`${facts.answer}`).toMatch(new RegExp(`^${facts.user}: \\d+ books$`))
  expect((await scene('fixation', 'changed', 3)).fixed).toEqual({ status: 401 })
})

test('a copy outlives a logout that only removes the cookie, and nothing else', async () => {
  expect((await scene('leaving', 'ended', 3)).fixed).toEqual({ laptopStatus: 401, status: 401 })
  expect((await scene('leaving', 'cookieOnly', 3)).fixed).toEqual({ laptopStatus: 401, status: 200 })
  expect((await scene('leaving', 'waiting', 3)).fixed).toEqual({ laptopStatus: 401, status: 401 })
})
