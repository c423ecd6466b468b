/** Signatures with a key that is here or elsewhere: what both sides answer to the question `sign`. */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { isKeyElsewhere } from '../../tls/certified-key.ts'
import { schemeById } from '../../tls/schemes.table.ts'
import type { Ask } from '../../tls/types.ts'
import { spkiOf } from '../../x509/public-key.ts'
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
    crypto.verify(scheme.algorithm, spkiOf(key.chain[0]!), message, signature)
      ? signature
      : fail('net/key-mismatch', { where: 'The key that signed elsewhere', expected: 'the certificate' })
  const made = key.key.sign(message, scheme.algorithm)
  return made instanceof Promise ? made.then(checked) : checked(made)
}
