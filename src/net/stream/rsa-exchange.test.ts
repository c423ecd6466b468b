/** Suites with RSA key exchange by their names, and the key that decrypts, here or elsewhere. */
import { expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Issued } from '../../ca/types.ts'
import type { KeyElsewhere } from '../../tls/certificate/certified-key.ts'
import { KEY_USAGE } from '../../x509/certificate/extensions.ts'
import { fetch, serve } from '../index.ts'
import type { TlsServerOptions } from './server-answers.ts'
import { decrypted } from './signing.ts'

const authority = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'test root' })
const usage = KEY_USAGE.keyEncipherment
const rsa = authority.issue({ names: ['shop.test'], key: 'rsa-2048', usage })
const ec = authority.issue({ names: ['shop.test'] })
const suites = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_GCM_SHA256'] as const

const elsewhere = ({ privateKey }: Issued, decrypt: KeyElsewhere['decrypt']): KeyElsewhere => ({
  sign: (message, algorithm) => node.crypto.sign(algorithm, privateKey, message),
  ...(decrypt && { decrypt }),
})
const raw = (ciphertext: Uint8Array): Uint8Array => node.crypto.rsaRaw(rsa.privateKey, ciphertext)!

const answerOf = async (server: TlsServerOptions, tls: Pick<TlsServerOptions, 'suites'>) => {
  const world = node.world()
  const serving = await serve(() => new Response('hello'), { world, port: 443, tls: server })
  closing.push(() => serving.close(50))
  const answer = await fetch('https://shop.test/', { world, ca: authority.certificate, tls })
  expect(await answer.text()).toBe('hello')
  return answer.connection.tls!
}

test('a certificate that may only encrypt serves, with its key here or elsewhere', async () => {
  const keys = [rsa.privateKey, elsewhere(rsa, raw), elsewhere(rsa, async ciphertext => raw(ciphertext))]
  for (const key of keys)
    expect(await answerOf({ cert: [...rsa.chain], key, suites }, { suites: [suites[1]] })).toMatchObject({
      suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
      version: 'TLS 1.2',
    })
})

test('of an ECDSA and an RSA certificate a client that only encrypts gets the one that it can use', async () => {
  const own = { cert: [...ec.chain, ...rsa.chain], key: [ec.privateKey, rsa.privateKey], suites }
  expect((await answerOf(own, { suites: [suites[1]] })).peerChain[0]).toEqual(rsa.certificate)
  expect((await answerOf(own, { suites: [suites[0]] })).peerChain[0]).toEqual(ec.certificate)
})

test('without their names neither side speaks of them', async () => {
  const own = { cert: [...rsa.chain], key: rsa.privateKey }
  expect(await codeOf(answerOf(own, { suites: [suites[1]] }))).toBe('tls/nothing-in-common')
  expect(await codeOf(answerOf({ ...own, suites: [suites[1]] }, {}))).toMatch(/^tls\/no/)
})

test('whatever a key elsewhere does with a ciphertext, the answer is a block or none', async () => {
  const ciphertext = new Uint8Array(256)
  const answer = (key: unknown) =>
    decrypted({ about: 'decrypt', key: { chain: [], schemes: [], key }, ciphertext }, node.world())
  const throwing = () => {
    throw new Error('bad padding')
  }
  expect(await answer(elsewhere(rsa, () => new Uint8Array(256)))).toEqual(new Uint8Array(256))
  for (const key of [
    undefined,
    elsewhere(rsa, undefined),
    elsewhere(rsa, throwing),
    elsewhere(rsa, async () => throwing()),
    elsewhere(rsa, () => 'text' as never),
    elsewhere(rsa, async () => new Uint8Array(0x10000)),
    ec.privateKey,
  ])
    expect(await answer(key)).toBe('none')
})
