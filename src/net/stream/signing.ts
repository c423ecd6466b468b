/** What a key does that is here or elsewhere: the answers to the questions `sign`, of both sides, and `decrypt`, of servers. */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { isKeyElsewhere } from '../../tls/certificate/certified-key.ts'
import { schemeById } from '../../tls/schemes.table.ts'
import type { Ask } from '../../tls/types.ts'
import { keyShown } from './public-keys.ts'
import type { World } from './types.ts'

type Sign = Extract<Ask['question'], { readonly about: 'sign' }>

/** Whoever signs elsewhere is checked: we could not have tried that key at the call. */
export const signed = (question: Sign, { crypto }: World): Bytes | Failure | Promise<Bytes | Failure> => {
  const { key, message } = question
  const scheme = schemeById(question.scheme)
  if (scheme === undefined) return fail('net/no-certificate')
  if (key.key instanceof Uint8Array) return crypto.sign(scheme.algorithm, key.key, message)
  if (!isKeyElsewhere(key.key)) return fail('net/no-certificate')
  const checked = (signature: Bytes): Bytes | Failure =>
    crypto.verify(scheme.algorithm, keyShown(key.chain[0]!, key.certificateType ?? 'X509')!, message, signature)
      ? signature
      : fail('net/key-mismatch', { where: 'The key that signed elsewhere', expected: 'the certificate' })
  const made = key.key.sign(message, scheme.algorithm)
  return made instanceof Promise ? made.then(checked) : checked(made)
}

type Decrypt = Extract<Ask['question'], { readonly about: 'decrypt' }>

/** Whatever goes wrong is `none`: a client that hears why can decrypt what others have sent (Bleichenbacher). */
export const decrypted = (
  { key: { key }, ciphertext }: Decrypt,
  { crypto }: Pick<World, 'crypto'>,
): Bytes | 'none' | Promise<Bytes | 'none'> => {
  try {
    if (key instanceof Uint8Array) return crypto.rsaRaw(key, ciphertext) ?? 'none'
    const made = isKeyElsewhere(key) ? key.decrypt?.(ciphertext) : undefined
    return made instanceof Promise ? made.then(block, () => 'none') : block(made)
  } catch {
    return 'none'
  }
}

/** RFC 5246 7.4.7.1: the ciphertext is no longer, and so the modulus. From elsewhere anything may come. */
const MOST_BYTES = 0xffff
const block = (made: unknown): Bytes | 'none' =>
  made instanceof Uint8Array && made.length <= MOST_BYTES ? made : 'none'
