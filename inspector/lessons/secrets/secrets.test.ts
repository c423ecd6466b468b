import { createDecipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { lessonTests, scene, stage } from '../../../test/inspector/lesson-tests.ts'
import type { PicturesDrawing } from '../drawings.ts'
import { generatorOf, inverse, isPrime, power, triesFor } from './numbers.ts'

lessonTests('caesar', 'xor', 'blocks', 'paint', 'agreement', 'rsa', 'swapped')

test('numbers: powers, inverses, generators and logarithms are what they are elsewhere', () => {
  expect(power(7n, 560n, 561n)).toBe(1n)
  expect(power(3n, 200n, 13n)).toBe(9n)
  expect(inverse(17n, 3120n).inverse).toBe(2753n)
  expect([2, 7, 23, 41, 71].map(generatorOf)).toEqual([2, 3, 5, 6, 7].map((g, i) => (i === 0 ? 2 : g)))
  expect(triesFor(5, 8, 23)).toBe(6)
  expect([1, 2, 9, 97, 561].map(isPrime)).toEqual([false, true, false, true, false])
})

test('with ECB the shape shows: blocks are alike where those of the picture are, and nowhere else', async () => {
  const { steps } = await scene('blocks', 'flat', 3)
  const { pictures } = steps.at(-1)!.drawings[0] as PicturesDrawing<string>
  const [plain, ecb, cbc] = pictures.map(({ grey, width }) => squares(grey, width))
  const pattern = (blocks: readonly string[]): string => blocks.map(block => blocks.indexOf(block)).join()
  expect(pattern(ecb!)).toBe(pattern(plain!))
  expect(new Set(cbc).size).toBe(cbc!.length)
})

/** The picture's squares of four by four. */
const squares = (grey: Uint8Array, width: number): string[] => {
  const found: string[] = []
  for (let top = 0; top < grey.length / width; top += 4)
    for (let left = 0; left < width; left += 4)
      found.push(
        [0, 1, 2, 3].map(row => grey.subarray((top + row) * width + left, (top + row) * width + left + 4)).join(),
      )
  return found
}

test('the picture is encrypted with AES as others know it', () => {
  const { crypto } = stage.platform(1)
  const key = Uint8Array.from({ length: 16 }, (_, i) => i)
  const sealed = crypto.cbc(key).encrypt(new Uint8Array(16), new Uint8Array(16).fill(7))
  const decipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  expect([...decipher.update(sealed)]).toEqual(new Array(16).fill(7))
})

test('both sides come to the same colour and the same number; a listener comes to another', async () => {
  const { facts: colours } = await scene('paint', 'ear', 3)
  expect(colours.shopShared).toBe(colours.shared)
  expect(colours.ear).not.toBe(colours.shared)
  for (const change of ['small', 'larger']) {
    const { facts } = await scene('agreement', change, 3)
    expect(facts.shopShared).toBe(facts.shared)
    expect(facts.tries).toBe(facts.laptop)
  }
  expect((await scene('agreement', 'real', 3)).fixed).toEqual({ bytes: 32, agree: '=' })
})

test('RSA gives back what was encrypted, and dividing finds the private exponent', async () => {
  const { facts } = await scene('rsa', 'secret', 3)
  expect(facts.back).toBe(facts.message)
  const { facts: broken } = await scene('rsa', 'broken', 3)
  expect(broken.found).toBe(broken.d)
})

test('in the middle of TLS mallory is refused by a laptop that checks, and reads everything where it does not', async () => {
  expect((await scene('swapped', 'checked', 3)).fixed).toEqual({
    failure: 'tls/certificate-untrusted',
    alert: 'Alert',
  })
  const { facts } = await scene('swapped', 'believed', 3)
  expect(facts.heard).toBe(`card=${facts.card}`)
})
