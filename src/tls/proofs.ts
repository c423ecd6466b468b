/**
 * Checks that leave a proof. Each class can only be made by its own check, and the state Established takes them as
 * arguments, which it need not keep: a check that was forgotten does not compile. (The chain's proof comes from
 * `x509/path/verify.ts`.) Fields that are declared and never set are for the compiler alone: nothing else looks like it.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'
import type { ChainTrusted } from '../x509/path/trusted.ts'
import type { Scheme } from './schemes.table.ts'
import type { ExternalKey } from './session/external-key.ts'
import type { Session } from './session/session.ts'
import type { Established } from './types.ts'

/** The holder of the certificate's key signed the key exchange of this handshake. */
export class SignatureValid {
  declare private readonly verified: 'by the key that was shown'
  private constructor() {}
  static check(
    crypto: CryptoProvider,
    scheme: Scheme,
    publicKey: Bytes,
    message: Bytes,
    signature: Bytes,
  ): SignatureValid | undefined {
    return crypto.verify(scheme.algorithm, publicKey, message, signature) ? new SignatureValid() : undefined
  }
}

/** The other side has seen the same handshake and has the same keys. */
export class FinishedVerified {
  declare private readonly verified: 'both sides saw the same'
  private constructor() {}
  static check(crypto: CryptoProvider, expected: Bytes, got: Bytes): FinishedVerified | undefined {
    return crypto.equal(expected, got) ? new FinishedVerified() : undefined
  }
}

/** A secret went out that only the holder of a trusted key can read (RFC 5246 7.4.7.1). */
export class SecretEncrypted {
  readonly trusted: ChainTrusted
  readonly ciphertext: Bytes
  private constructor(trusted: ChainTrusted, ciphertext: Bytes) {
    this.trusted = trusted
    this.ciphertext = ciphertext
  }
  /** Undefined when the key in the certificate cannot do it. */
  static to(crypto: CryptoProvider, trusted: ChainTrusted, premaster: Bytes): SecretEncrypted | undefined {
    const ciphertext = crypto.rsaEncrypt(trusted.publicKey, premaster)
    return ciphertext && new SecretEncrypted(trusted, ciphertext)
  }
}

/** The holder of the certificate's key has read that secret: its Finished was made with it. */
export class KeyHeld {
  declare private readonly held: 'its Finished was right'
  private constructor() {}
  static shown({ trusted }: SecretEncrypted, _finished: FinishedVerified): Fresh {
    return new Fresh(trusted, new KeyHeld())
  }
}

/** In this handshake the peer has shown a chain that is trusted, and that it has the key. */
export class Fresh {
  declare private readonly fresh: 'in this handshake'
  readonly trusted: ChainTrusted
  constructor(trusted: ChainTrusted, _key: SignatureValid | KeyHeld) {
    this.trusted = trusted
  }
}

/** It was known in an earlier handshake, whose secret it has: the chain that it showed then is trusted now. */
export class Resumed {
  readonly trusted: ChainTrusted
  readonly session: Session
  constructor(trusted: ChainTrusted, session: Session) {
    this.trusted = trusted
    this.session = session
  }
}

/**
 * It has the key that goes by this identity (RFC 9846 2.2): its Finished is made from secrets that come from the key, and
 * is about this handshake.
 */
export class KnowsKey {
  readonly key: ExternalKey
  private constructor(key: ExternalKey) {
    this.key = key
  }
  static shown(key: ExternalKey, _finished: FinishedVerified): KnowsKey {
    return new KnowsKey(key)
  }
}

/** What of a proof is told to whoever uses the connection. */
export const grounds = (proof: Authenticated): Pick<Established, 'trusted' | 'externalKey'> => {
  if (proof === 'anonymous') return { trusted: undefined }
  if (!(proof instanceof KnowsKey)) return { trusted: proof.trusted }
  const { externalIdentity: identity, context } = proof.key
  return { trusted: undefined, externalKey: { identity, context } }
}

/** Why the other side may be believed to be who it is; a client may be nobody in particular. */
export type Authenticated = Fresh | Resumed | KnowsKey | 'anonymous'
