/** With which algorithms the server signs for what it says. */
import { CipherSuite, SignatureScheme } from '../../tls/messages/registries.table.ts'
import { isIn13, schemes as ourSchemes } from '../../tls/schemes.table.ts'
import { type Asking, flightIn, helloFor, refusalIn, SCHEMES, whyNot } from './asking.ts'
import { engage } from './engage.ts'
import { authenticationOf, isForward, OLD_SUITES } from './traits.ts'
import { isUnasked, type Known, type Schemes, type Unasked, unasked } from './types.ts'

export const askSchemes = async (asking: Asking): Promise<Schemes> => {
  const { spoken } = asking
  const none: Known<readonly string[]> = unasked('pointless')
  const [tls13, tls12] = await Promise.all([
    spoken.includes('TLS 1.3') ? each(OURS_13, id => signs13(id, asking)) : none,
    spoken.includes('TLS 1.2') ? each(SCHEMES, id => signs12(id, asking)) : none,
  ])
  return { tls13, tls12 }
}

/** CertificateVerify is encrypted: only those that we can check ourselves. */
const OURS_13: readonly number[] = /* @__PURE__ */ (() => ourSchemes.map(({ id }) => id).filter(isIn13))()

const each = async (
  ids: readonly number[],
  ask: (id: number) => Promise<boolean | Unasked>,
): Promise<Known<readonly string[]>> => {
  const found = await Promise.all(ids.map(ask))
  return found.find(isUnasked) ?? ids.filter((_, i) => found[i] === true).map(SignatureScheme.nameOf)
}

/** In these the server signs, with a key of this kind: some choose the suite first, and see then that they cannot. */
const signedBy = (kind: 'rsa' | 'ecdsa'): readonly number[] =>
  OLD_SUITES.filter(id => isForward(CipherSuite.nameOf(id)) && authenticationOf(CipherSuite.nameOf(id)) === kind)
const SIGNED = /* @__PURE__ */ (() => ({ rsa: signedBy('rsa'), ecdsa: signedBy('ecdsa') }))()

const signs12 = async (scheme: number, asking: Asking): Promise<boolean | Unasked> => {
  const kind = SignatureScheme.nameOf(scheme).startsWith('rsa') ? 'rsa' : 'ecdsa'
  const spec = { ...helloFor('TLS 1.2', asking, SIGNED[kind]), schemes: [scheme] }
  const reply = await asking.asker.hello(spec, 'exchange')
  const flight = flightIn(reply)
  if (flight === undefined) return refusalIn(reply) === undefined ? whyNot(reply) : false
  return flight.scheme === scheme
}

const signs13 = async (scheme: number, asking: Asking): Promise<boolean | Unasked> => {
  const reply = await asking.asker.hello({ ...helloFor('TLS 1.3', asking), schemes: [scheme] })
  if (flightIn(reply) === undefined) return refusalIn(reply) === undefined ? whyNot(reply) : false
  const signed = await engage(asking, { versions: ['TLS 1.3'], schemes: [scheme] }, () => true)
  // It went as far as a ServerHello, and could not sign.
  return isUnasked(signed) && signed.code !== undefined && signed.unasked === 'cut' ? false : signed
}
