/**
 * Clients with a key from elsewhere (RFC 9846 4.3.11, RFC 9257): whose key it is, is asked before a suite is fixed, because a
 * key belongs to a hash. Who has neither a key nor is shown a certificate learns the same, at the same place, whether we
 * know the identity or not (RFC 9846 appendix E.6).
 */

import { clientView } from '../messages/extensions.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { Refusal } from '../refusal.ts'
import { Secret } from '../secret.ts'
import { type ExternalKey, secretOf } from '../session/external-key.ts'
import type { Context } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import { answeredFirst, WaitClientFinished13 } from './client-part.ts'
import { commonSuites, type Greeting } from './hello-server.ts'
import { type BindingKey, isBound } from './psk.ts'
import { openFlight } from './server-flight.ts'
import { showCertificate, type WaitSignature13 } from './server-full.ts'

/** What follows where no ticket is taken. */
export type Ticketless = WaitSignature13 | WaitClientFinished13

/** The hello with the key that we have, and the suite that it is for; unchanged where there is none of use. */
export const withKey = (
  context: Context<Bodies13>,
  greeting: Greeting,
  certified: CertifiedKey | 'none',
  key: ExternalKey | 'none',
): Greeting => {
  const suite = key === 'none' ? undefined : commonSuites(greeting).find(({ hash }) => hash === key.hash)
  if (key === 'none' || suite === undefined) return greeting
  // RFC 9257 4.1: a hello of our own comes back.
  if (key.role === 'client') throw context.refusal('hello', greeting.hello, 'tls/external-key-own', 'extensions', {})
  // Whoever is not shown a certificate shall not see by the suite that the identity is known.
  const unseen = greeting.share === undefined && certified === 'none'
  if (unseen && !bound(context, greeting, key, indexOf(greeting, key))) return greeting
  return { ...greeting, suite, external: key }
}

const indexOf = ({ offered }: Greeting, key: ExternalKey): number =>
  offered?.identities.findIndex(({ identity }) => key.isFor(identity)) ?? -1

const bound = (context: Context<Bodies13>, greeting: Greeting, key: ExternalKey, index: number): boolean => {
  const { hello, before, offered } = greeting
  return isBound(context.crypto, bindingKey(key), before, hello.bytes, offered!, index)
}

const bindingKey = (key: ExternalKey): BindingKey => ({ kind: key.kind, hash: key.hash, secret: secretOf(key) })

/** With the key from elsewhere that the client has, or with certificates. */
export const withoutTicket = (
  context: Context<Bodies13>,
  greeting: Greeting,
  certified: CertifiedKey | 'none',
): Ticketless => {
  const { external } = greeting
  return external === undefined ? withCertificate(context, greeting, certified) : takeKey(context, greeting, external)
}

export const withCertificate = (
  context: Context<Bodies13>,
  greeting: Greeting,
  certified: CertifiedKey | 'none',
): WaitSignature13 => {
  if (certified === 'none') throw unknown(context, greeting)
  return showCertificate(context, greeting, certified)
}

/** Our flight without certificates, to the client that can read it. */
const takeKey = (context: Context<Bodies13>, greeting: Greeting, key: ExternalKey): WaitClientFinished13 => {
  const { hello, offered } = greeting
  if (offered === undefined)
    throw context.refusal('hello', hello, 'tls/missing-extension', 'extensions', { expected: 'pre_shared_key' })
  const index = indexOf(greeting, key)
  if (index < 0)
    throw context.refusal('hello', hello, 'tls/key-not-offered', 'extensions', {
      got: 'another choice of keys',
      expected: 'the one that was chosen from the first hello',
    })
  // RFC 9846 4.3.11.2: "If this value is not present or does not validate, the server MUST abort the handshake."
  if (!bound(context, greeting, key, index)) throw context.refusal('hello', hello, 'tls/binder-wrong', 'extensions', {})
  const keys = openFlight(context, greeting, { psk: { secret: secretOf(key), index } })
  context.send('Finished', { verifyData: keys.finished('server', context.transcript.digest()) })
  const traffic = keys.application(context, context.transcript.digest())
  context.protectWrites(traffic.protection('server'))
  answeredFirst(context, greeting)
  return new WaitClientFinished13({ greeting, keys, shown: 'X509', traffic }, { proof: key, chain: [] })
}

/** There is nothing to show. A binder is looked at all the same: how long it takes says as little as the alert. */
const unknown = (context: Context<Bodies13>, { hello, offered, before, suite, config }: Greeting): Refusal => {
  const { preSharedKey } = clientView(hello.body.extensions ?? [])
  if (config.psk !== 'asked' || preSharedKey === undefined)
    return context.refusal('hello', hello, 'tls/nothing-to-show', 'extensions', {})
  if (offered === undefined) return context.refusal('hello', hello, 'tls/no-key-mode', 'extensions', {})
  const nobody = { kind: 'external', hash: suite.hash, secret: new Secret(new Uint8Array(32)) } as const
  isBound(context.crypto, nobody, before, hello.bytes, offered, 0)
  return context.refusal('hello', hello, 'tls/external-key-unknown', 'extensions', {
    got: `${offered.identities.length} identities`,
    expected: 'one of a key that we have',
  })
}
