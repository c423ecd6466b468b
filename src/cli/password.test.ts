import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { oldPem, sample } from '../../test/support/key-files.table.ts'
import { captured } from '../../test/support/peers-io.ts'
import type { KeyedInput } from './io.ts'
import { passwordFor, secretTyped } from './password.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A terminal whose keys are pressed by the test. */
class Keyboard extends EventEmitter implements KeyedInput {
  readonly did: string[] = []
  setRawMode(mode: boolean): void {
    this.did.push(mode ? 'raw' : 'cooked')
  }
  resume(): void {
    this.did.push('resumed')
  }
  pause(): void {
    this.did.push('paused')
  }
  press(...pieces: readonly string[]): void {
    for (const piece of pieces) this.emit('data', utf8(piece))
  }
}

const typed = async (...pieces: readonly string[]): Promise<string | undefined> => {
  const keyboard = new Keyboard()
  const secret = secretTyped(keyboard)
  keyboard.press(...pieces)
  const answer = await secret
  expect(keyboard.did).toEqual(['raw', 'resumed', 'cooked', 'paused'])
  expect(keyboard.listenerCount('data') + keyboard.listenerCount('end')).toBe(0)
  return answer
}

test('a password is what is typed until Enter, key by key or at once', async () => {
  expect(await typed('s', 'e', 'c', 'r', 'e', 't', '\r')).toBe('secret')
  expect(await typed('secret\nmore')).toBe('secret')
  expect(await typed('pass wörd\r')).toBe('pass wörd')
})

test('a key that takes back takes a whole character, one that clears takes all', async () => {
  expect(await typed('aö\x7fb\r')).toBe('ab')
  expect(await typed('a\x08\x08\x08b\r')).toBe('b')
  expect(await typed('wrong\x15right\r')).toBe('right')
})

test('nothing typed, Ctrl-C, Ctrl-D, a pasted file: no password', async () => {
  for (const keys of ['\r', 'abc\x03', 'abc\x04', 'x'.repeat(5000)]) expect(await typed(keys), keys).toBeUndefined()
  const keyboard = new Keyboard()
  const secret = secretTyped(keyboard)
  keyboard.press('abc')
  keyboard.emit('end')
  expect(await secret).toBeUndefined()
})

const locked = utf8(Object.values(oldPem)[0]!)
const files = [
  [['cert.pem'], [sample('certificate')]],
  [['key.pem'], [locked]],
] as const

test('who sits at a terminal is asked, with the names of the files that are locked', async () => {
  const keys = new Keyboard()
  const io = { ...captured(), keys }
  const answer = passwordFor({ passwordFile: undefined, files }, io)
  await new Promise(resolve => setImmediate(resolve))
  keys.press('secret\r')
  expect(await answer).toBe('secret')
  expect(io.stderr()).toBe('Password of key.pem (what is typed is not shown):\n')
  expect(io.stdout()).toBe('')
})

test('nobody is asked where nothing is locked, or nobody is there', async () => {
  const io = { ...captured(), keys: new Keyboard() }
  expect(await passwordFor({ passwordFile: undefined, files: files.slice(0, 1) }, io)).toBeUndefined()
  expect(await passwordFor({ passwordFile: undefined, files }, captured())).toBeUndefined()
  expect([io.stderr(), io.keys.did]).toEqual(['', []])
})
