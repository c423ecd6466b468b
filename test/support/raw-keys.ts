/** Two sides that show raw public keys (RFC 7250), and know each other's. */
import { fail } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { rawKey } from '../../src/tls/certificate/certified-key.ts'
import type { Ask, TlsVersion } from '../../src/tls/types.ts'
import { trustWithoutChecking } from '../../src/x509/path/trusted.ts'
import {
  type Answers,
  answersOf,
  type Identity,
  identity,
  type KeyKind,
  type PairOptions,
  pair,
  shuttle,
  type Wire,
} from './tls.ts'

const crypto = nodeCrypto()

/** A key pair that is shown without a certificate. */
export const bare = (kind: KeyKind): Identity => {
  const who = identity(crypto, kind)
  return { ...who, certified: rawKey({ publicKey: who.spki, privateKey: who.pkcs8 }) }
}
/** What the sides of a meeting show, or `certified`. */
export const server = bare('p-256')
export const client = bare('p-384')
export const certified = identity(crypto, 'p-256')

export type Trust = Extract<Ask['question'], { about: 'trust' }>

/** Believes a raw key that it knows, and certificates of `certified`. */
export const knowing =
  (own: Answers, known: Identity, seen: Trust[] = []): Answers =>
  question => {
    if (question.about !== 'trust') return own(question)
    seen.push(question)
    if (question.certificateType === 'X509') return trustWithoutChecking(question, certified.spki, 'a test')
    return question.chain[0]!.join() === known.spki.join()
      ? trustWithoutChecking(question, known.spki, 'it is known')
      : fail('tls/certificate-untrusted')
  }

/** A client that shows `client` when it is asked, and a server that shows `server`: each knows the other. */
export const meeting = (
  version: TlsVersion,
  { wire, ...options }: Partial<PairOptions> & { readonly wire?: Wire } = {},
) => {
  const asked: Trust[] = []
  const both = pair({
    crypto,
    who: server,
    versions: [version],
    clientAnswers: knowing(
      question => (question.about === 'certificate' ? client.certified : answersOf(crypto, client)(question)),
      server,
      asked,
    ),
    serverAnswers: knowing(answersOf(crypto, server), client, asked),
    ...options,
    client: { peerCertificateTypes: ['RawPublicKey'], ...options.client },
  })
  shuttle(both, wire)
  return { ...both, asked }
}
