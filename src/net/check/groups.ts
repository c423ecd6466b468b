/** Which groups keys are agreed on with: of TLS 1.3 without a share, so that the server names them before anything is computed. */
import { CipherSuite, NamedGroup } from '../../tls/messages/registries.table.ts'
import type { Answered } from './asker.ts'
import { type Asking, chunks, flightIn, GROUPS_12, GROUPS_13, helloFor, numberOf, refusalIn, whyNot } from './asking.ts'
import { OLD_SUITES } from './traits.ts'
import { type Groups, isUnasked, type Known, type Unasked, unasked } from './types.ts'

export const askGroups = async (asking: Asking): Promise<Groups> => {
  const { spoken } = asking
  const [tls13, tls12] = await Promise.all([
    spoken.includes('TLS 1.3') ? groups13(asking) : unasked('pointless'),
    spoken.includes('TLS 1.2') ? groups12(asking) : unasked('pointless'),
  ])
  const names = (ids: readonly number[] | Unasked): Known<readonly string[]> =>
    isUnasked(ids) ? ids : ids.map(NamedGroup.nameOf)
  return { tls13: names(tls13), tls12: names(tls12), order: await orderOf(tls13, asking) }
}

const groups13 = async (asking: Asking): Promise<readonly number[] | Unasked> => {
  const replies = await Promise.all(GROUPS_13.map(group => ask13(asking, [group])))
  const lost = replies.find(reply => flightIn(reply) === undefined && refusalIn(reply) === undefined)
  if (lost !== undefined) return whyNot(lost)
  return GROUPS_13.filter((group, i) => flightIn(replies[i]!)?.group === group)
}

const ask13 = (asking: Asking, groups: readonly number[]): Promise<Answered | Unasked> =>
  asking.asker.hello({ ...helloFor('TLS 1.3', asking), groups })

const orderOf = async (found: readonly number[] | Unasked, asking: Asking): Promise<Known<'server' | 'client'>> => {
  if (isUnasked(found)) return found
  if (found.length < 2) return unasked('pointless')
  const [forwards, backwards] = await Promise.all([found, [...found].reverse()].map(list => ask13(asking, list)))
  const [first, second] = [flightIn(forwards!), flightIn(backwards!)]
  if (first === undefined) return whyNot(forwards!)
  if (second === undefined) return whyNot(backwards!)
  return first.group === second.group ? 'server' : 'client'
}

/** With curves only, of all kinds of key. */
const CURVES = /* @__PURE__ */ (() => chunks(OLD_SUITES.filter(id => /^TLS_ECDHE_/.test(CipherSuite.nameOf(id))))[0]!)()

/** What an ECDSA key may be on: RFC 8422 5.1 holds the certificate to the list as well, so these stand behind what is asked. */
const KEY_CURVES: readonly number[] = [0x0017, 0x0018, 0x0019]
/** Asked one by one where the server would rather have another. */
const MODERN: readonly number[] = /* @__PURE__ */ (() => GROUPS_12.slice(0, 8))()

const groups12 = async (asking: Asking): Promise<readonly number[] | Unasked> => {
  const found: number[] = []
  let left = GROUPS_12
  while (left.length > 0) {
    const chosen = await chosen12(asking, left)
    if (isUnasked(chosen)) return chosen
    if (chosen === 'none' || !left.includes(chosen)) break
    found.push(chosen)
    left = left.filter(id => id !== chosen)
  }
  if (found.length === 0) return found
  const others = await Promise.all(
    MODERN.filter(id => !found.includes(id)).map(async id => ({
      id,
      chosen: await chosen12(asking, [id, ...KEY_CURVES.filter(curve => curve !== id)]),
    })),
  )
  const lost = others.map(({ chosen }) => chosen).find(isUnasked)
  return lost ?? [...found, ...others.filter(({ id, chosen }) => chosen === id).map(({ id }) => id)]
}

const chosen12 = async (asking: Asking, groups: readonly number[]): Promise<number | 'none' | Unasked> => {
  const reply = await asking.asker.hello({ ...helloFor('TLS 1.2', asking, CURVES), groups }, 'exchange')
  const flight = flightIn(reply)
  if (flight === undefined) return refusalIn(reply) === undefined ? whyNot(reply) : 'none'
  return flight.version === numberOf['TLS 1.2'] && flight.group !== undefined ? flight.group : 'none'
}
