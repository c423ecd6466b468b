/**
 * How a thread seals: by OpenSSL's own functions where they can be called (`../openssl.ts`), else by an object of
 * `node:crypto` for each record. Both use nothing but what they are given, because their texts run in threads.
 */
import type { createCipheriv, createSecretKey, KeyObject } from 'node:crypto'
import type { AeadName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { Calls, Pointer } from '../openssl.ts'

/** Seals in place. Arrays are views of memory that does not move, of the lengths that TLS has. */
export interface Sealer {
  begin(name: AeadName, key: Bytes): void
  /** Throws where OpenSSL refuses: `data` is neither plaintext nor ciphertext then. */
  seal(nonce: Bytes, additional: Bytes, data: Bytes, tag: Bytes): void
  /** The key is overwritten, or left to be. */
  end(): void
}

export interface NodeCrypto {
  readonly createCipheriv: typeof createCipheriv
  readonly createSecretKey: typeof createSecretKey
}

export const byNode = ({ createCipheriv, createSecretKey }: NodeCrypto): Sealer => {
  let name: AeadName
  let key: KeyObject | undefined
  return {
    begin(wanted, octets) {
      name = wanted
      key = createSecretKey(octets)
    },
    seal(nonce, additional, data, tag) {
      // Node's types know the length of a tag for one name, and ask for that of the plaintext; both are wrong.
      const cipher = createCipheriv(name as 'chacha20-poly1305', key!, nonce, { authTagLength: 16 })
      cipher.setAAD(additional, {} as { plaintextLength: number })
      const ciphertext = cipher.update(data)
      cipher.final()
      data.set(ciphertext)
      tag.set(cipher.getAuthTag())
      // As `spent` in `aead.ts`: it need not lie there until somebody collects it.
      const { buffer } = ciphertext as { readonly buffer: ArrayBufferLike & { transfer?(length: number): unknown } }
      if (buffer.byteLength === ciphertext.length) buffer.transfer?.(0)
    },
    end() {
      key = undefined
    },
  }
}

export interface OpenSslCalls {
  readonly calls: Calls
  readonly cipher: (symbol: string) => Pointer
}

export const byOpenSsl = (
  { calls, cipher }: OpenSslCalls,
  ciphers: Readonly<Record<AeadName, { readonly symbol: string }>>,
  getTag: number,
): Sealer => {
  const { newContext, control, clearErrors } = calls
  const { begin, update, end } = calls.sealing
  const scratch = new Uint8Array(256)
  const [written, noOutput, zeros] = [scratch.subarray(0, 8), scratch.subarray(32, 64), scratch.subarray(64, 96)]
  const demand = (result: number): void => {
    if (result === 1) return
    // What OpenSSL notes of it is not left for `node:crypto` to find.
    clearErrors()
    throw new Error('OpenSSL seals nothing')
  }
  const contexts = new Map<AeadName, Pointer>()
  for (const name of Object.keys(ciphers) as AeadName[]) {
    const context = newContext()
    demand(begin(context, cipher(ciphers[name].symbol), null, null, null))
    contexts.set(name, context)
  }
  let context: Pointer
  return {
    begin(name, octets) {
      context = contexts.get(name)
      demand(begin(context, null, null, octets, null))
    },
    seal(nonce, additional, data, tag) {
      demand(begin(context, null, null, null, nonce))
      if (additional.length > 0) demand(update(context, null, written, additional, additional.length))
      if (data.length > 0) demand(update(context, data, written, data, data.length))
      demand(end(context, noOutput, written))
      demand(control(context, getTag, tag.length, tag))
    },
    end: () => demand(begin(context, null, null, zeros, null)),
  }
}
