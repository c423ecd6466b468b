import { expect, test } from 'vitest'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeWorld } from '../../node/world.ts'
import { encryptPrivateKey } from '../../x509/files/encrypted-key.ts'
import { pem } from '../../x509/files/pem.ts'
import { client } from './client.ts'

const world = nodeWorld()
const { crypto } = world
const keyPair = crypto.generateKeyPair('p-256')
const own = certificateAuthority({ crypto, now: Date.now, name: 'People' }).issue({ names: ['me.test'], keyPair })

test('a client opens its own key with the password that is given, and with no other', () => {
  const key = pem('ENCRYPTED PRIVATE KEY', encryptPrivateKey(keyPair.pkcs8, 'secret', crypto, { iterations: 1000 }))
  const made = (password?: string) => () => client({ world, cert: pem('CERTIFICATE', own.certificate), key, password })
  expect(made('secret')).not.toThrow()
  expect(made('wrong')).toThrow(expect.objectContaining({ code: 'file/password-wrong' }))
  expect(made()).toThrow(expect.objectContaining({ code: 'net/key-encrypted' }))
})
