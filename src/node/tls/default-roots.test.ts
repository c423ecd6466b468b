/** Roots for the whole process: this file has a process of its own. */
import { once } from 'node:events'
import * as nodeTls from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { closing, errorOf, listening, localhost, root, strangeRoot } from '../../../test/support/node-tls.ts'
import {
  connect,
  createSecureContext,
  createServer,
  getCACertificates,
  type RootsOf,
  setDefaultCACertificates,
} from './index.ts'

test('the usual roots are those of the system, as far as this Node can list them', () => {
  if ('getCACertificates' in nodeTls)
    expect(getCACertificates()).toEqual(expect.arrayContaining([...getCACertificates('system')]))
  else
    expect(() => getCACertificates()).toThrow(expect.objectContaining({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' }))
})

afterEach(() => setDefaultCACertificates([]))

const visitor = async (options: object = {}) =>
  closing(connect({ port: await listening(createServer(localhost)), host: 'localhost', ...options }))

test('roots that are set for the process hold where no ca is given', async () => {
  setDefaultCACertificates([strangeRoot('another'), new TextEncoder().encode(root), root])
  expect(getCACertificates()).toHaveLength(2)
  expect(getCACertificates('default')).toContain(root)
  const near = await visitor()
  await once(near, 'secureConnect')
  expect(near.authorized).toBe(true)
  expect(await errorOf(await visitor({ ca: strangeRoot('a third') }))).toBeInstanceOf(Error)
})

test('none are set: nobody is believed, except by ca', async () => {
  setDefaultCACertificates([])
  expect(getCACertificates()).toEqual([])
  expect(await errorOf(await visitor())).toBeInstanceOf(Error)
  await once(await visitor({ ca: root }), 'secureConnect')
})

test('they do not say whose clients may come', () => {
  setDefaultCACertificates([root])
  const secureContext = createSecureContext(localhost)
  expect(() => createServer({ secureContext, requestCert: true })).toThrow(/requestCert/)
})

test.each([
  ['no list', root, 'ERR_INVALID_ARG_TYPE'],
  ['a number among them', [root, 3], 'ERR_INVALID_ARG_TYPE'],
  ['what is no certificate', [root, 'root'], 'ERR_CRYPTO_OPERATION_FAILED'],
])('%s is refused, and everything stays as it was', (_, certs, code) => {
  setDefaultCACertificates([root])
  expect(() => setDefaultCACertificates(certs as string[])).toThrow(expect.objectContaining({ code }))
  expect(getCACertificates()).toEqual([root])
})

test('those that Node carries are told apart', () => {
  expect(getCACertificates('bundled')).toEqual(nodeTls.rootCertificates)
  for (const [type, code] of [
    ['all', 'ERR_INVALID_ARG_VALUE'],
    [1, 'ERR_INVALID_ARG_TYPE'],
  ])
    expect(() => getCACertificates(type as RootsOf)).toThrow(expect.objectContaining({ code }))
})
