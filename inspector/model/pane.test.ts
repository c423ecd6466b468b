import { expect, test } from 'vitest'
import { webPlatform } from '../../src/web/lab.ts'
import { latin1Text } from '../../src/wire/bytes.ts'
import { play } from '../runs/index.ts'
import {
  interestOf,
  nodeAt,
  nodeOver,
  partsOf,
  pathText,
  rangeIn,
  stepsDown,
  treeOf,
  waysTo,
  wireBytesOf,
} from './pane.ts'
import { type Scene, sceneOf } from './scene.ts'

const scene: Scene = sceneOf(await play(webPlatform({ seed: 7 }), { scenario: 'tls13', seed: 7 }))
const named = (name: string) => scene.own.find(message => message.name === name)!

test('a message opens at the field that people look for, and each field is found by its path and by its bytes', () => {
  const request = named('GET /account')
  const root = treeOf(request)
  const cookie = interestOf(root, request)
  expect(cookie.field.name).toBe('Cookie')
  expect(nodeAt(root, pathText(cookie))).toBe(cookie)
  expect(nodeOver(root, cookie.field.start)).toBe(cookie)
  expect(waysTo(root, cookie)).toEqual([root, cookie])
  const hello = named('ClientHello')
  expect(pathText(interestOf(treeOf(hello), hello))).toMatch(/extensions/)
})

test('a path that is not there leads to the nearest field above it', () => {
  const root = treeOf(named('ClientHello'))
  expect(nodeAt(root, 'no.such.field')).toBe(root)
  const extensions = root.children.find(({ field }) => field.name === 'extensions')!
  expect(nodeAt(root, `${pathText(extensions)}.99.nothing`)).toBe(extensions)
})

test('the breadcrumb leads down to the frame, and the bytes there are the ciphertext of these', () => {
  const request = named('GET /account')
  const cookie = interestOf(treeOf(request), request).field
  const steps = stepsDown(scene, request, cookie)
  expect(steps.map(({ layer }) => layer)).toEqual(['record', 'tcp', 'ip', 'ethernet'])
  const wire = wireBytesOf(scene, request)!
  const frame = steps.at(-1)!
  expect(wire.subarray(cookie.start, cookie.end)).toEqual(
    frame.message.bytes.subarray(frame.range.start, frame.range.end),
  )
  expect(latin1Text(wire)).not.toContain('Cookie')
  expect(wireBytesOf(scene, named('ClientHello'))).toBeUndefined()
})

test('the parts of the frame add up to the frame, with the message where it lies', () => {
  for (const name of ['GET /account', 'ClientHello', 'Certificate', 'A shop.test?']) {
    const message = named(name)
    const frame = stepsDown(scene, message).at(-1)!.message
    const parts = partsOf(scene, message)
    expect(
      parts.reduce((sum, { bytes }) => sum + bytes, 0),
      name,
    ).toBe(frame.bytes.length)
    expect(parts.find(({ kind }) => kind === 'this')?.bytes, name).toBe(message.bytes.length)
  }
  expect(partsOf(scene, named('GET /account')).map(({ kind, layer, bytes }) => [kind, layer, bytes])).toEqual([
    ['header', 'ethernet', 14],
    ['header', 'ip', 20],
    ['header', 'tcp', 20],
    ['header', 'record', 5],
    ['this', 'http', 162],
    ['type', 'record', 1],
    ['tag', 'record', 16],
  ])
})

test('a nonce is told from messages that share the record', async () => {
  const kinds = (of: Scene, name: string) =>
    partsOf(of, of.own.find(message => message.name === name)!).map(({ kind }) => kind)
  expect(kinds(scene, 'Certificate')).toEqual([
    'header',
    'header',
    'header',
    'other',
    'header',
    'other',
    'this',
    'other',
    'tag',
  ])
  const in12 = sceneOf(await play(webPlatform({ seed: 7 }), { scenario: 'tls12', seed: 7 }))
  expect(kinds(in12, 'GET /account')).toEqual(['header', 'header', 'header', 'header', 'nonce', 'this', 'tag'])
})

test('the certificate of a message has its fields, whatever the version', () => {
  const message = named('Certificate')
  const root = treeOf(message)
  const names = nodeAt(root, pathText(interestOf(root, message)))
  expect(names.field.name).toBe('subjectAltName')
  expect(latin1Text(message.bytes.subarray(names.field.start, names.field.end))).toContain('shop.test')
})

test('a range of an address is taken as far as the message goes', () => {
  const message = named('ClientHello')
  expect(rangeIn('3-9', message)).toEqual({ start: 3, end: 9 })
  expect(rangeIn('3-999999', message)).toEqual({ start: 3, end: message.bytes.length })
  for (const text of ['9-3', 'x', '-1-3', '999999-1000000', undefined]) expect(rangeIn(text, message)).toBeUndefined()
})
