/**
 * tls-alpn-01 (RFC 8737 3): whoever has the name answers to a protocol of this name alone with a certificate for it that
 * nobody vouches for, in which the digest of the key authorization stands.
 */

import { type Identifier, serverNameOf } from '../../acme/identifiers.ts'
import { problem } from '../../acme/problem.ts'
import type { AcmeAnswer, ChallengeQuestion } from '../../acme/server/types.ts'
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { fail } from '../../failures/index.ts'
import { tlsClient } from '../../tls/engine.ts'
import { latin1Bytes, sameOctets } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { addressOf } from '../../x509/certificate/general-name.ts'
import { spkiOf } from '../../x509/certificate/public-key.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { dial } from '../stream/dial.ts'
import { type Answerer, secured } from '../stream/tls.ts'
import type { World } from '../stream/types.ts'

/** RFC 8737 6.2. */
export const ACME_TLS = 'acme-tls/1'

export interface LookAtTls {
  readonly challenge: ChallengeQuestion
  readonly world: World
  readonly address: string
  readonly port: number
  readonly patience: Millis
  readonly signal: AbortSignal
}

/** Rejects with `FailureError` where there is no handshake. */
export const lookAtTls = async ({
  challenge,
  world,
  address,
  port,
  patience,
  signal,
}: LookAtTls): Promise<AcmeAnswer> => {
  const { clock, crypto } = world
  const { identifier, keyAuthorization } = challenge
  const asked = clock.now()
  const timeouts = { name: patience, connect: patience }
  const stream = await dial({ host: address, port, signal, timeouts }, world.transport, clock)
  const abort = (): void => stream.reset()
  signal.addEventListener('abort', abort, { once: true })
  let shown: readonly Bytes[] = []
  const engine = tlsClient({
    crypto,
    serverName: serverNameOf(identifier),
    alpn: [ACME_TLS],
    epoch: clock.date() - asked,
    trace: undefined,
  })
  // Whose key it is does not matter: what it says is compared below, and who has the key has the name.
  const answer: Answerer = question => {
    if (question.about === 'certificate') return 'none'
    if (question.about !== 'trust') return fail('net/no-certificate', { where: question.about })
    shown = question.chain.map(each => each.slice())
    return trustWithoutChecking(question, spkiOf(shown[0]!), 'a certificate of tls-alpn-01')
  }
  const where = `${address}:${port}`
  const { connection } = await secured(stream, {
    engine,
    clock,
    asked,
    where,
    answer,
    handshake: patience,
  })
  stream.reset()
  signal.removeEventListener('abort', abort)
  if (connection.tls?.alpn !== ACME_TLS) return problem('tls', `${where} does not speak ${ACME_TLS}`)
  const digest = crypto.hash('sha256').update(latin1Bytes(keyAuthorization)).digest()
  const wrong = wrongIn(shown[0] ?? new Uint8Array(), identifier, digest)
  return wrong === undefined ? 'done' : problem('incorrectResponse', `the certificate that ${where} shows ${wrong}`)
}

/** What is not as RFC 8737 3 has it; undefined: nothing. */
const wrongIn = (der: Bytes, identifier: Identifier, digest: Bytes): string | undefined => {
  try {
    const certificate = new Certificate(der)
    const names = certificate.extension('subjectAltName') ?? []
    const [name] = names
    if (names.length !== 1 || name === undefined) return `has ${names.length} names, and not the one`
    const text =
      name.type === 'dns' ? name.text.toLowerCase() : name.type === 'ip' ? addressOf(name.octets)?.text : undefined
    if (name.type !== identifier.type || text !== identifier.value) return 'is for another name'
    const found = certificate.extensions.find(({ oid }) => oid === OID.acmeIdentifier)
    if (found === undefined) return 'has no acmeIdentifier'
    if (!found.critical) return 'has an acmeIdentifier that is not critical'
    const value = new Der(certificate.der, found.from, found.to)
    value.read(TAG.octetString, 'acmeIdentifier')
    value.finish('acmeIdentifier')
    return sameOctets(value.value(), digest) ? undefined : 'has the digest of another key authorization'
  } catch (error) {
    if (error instanceof DerError) return 'cannot be read'
    throw error
  }
}
