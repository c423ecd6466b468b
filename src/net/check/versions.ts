/** Which versions there are, and what is said to those who come with less than they can. */
import { FALLBACK_SCSV, ProtocolVersion } from '../../tls/messages/registries.table.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { Answered } from './asker.ts'
import { type Asking, flightIn, helloFor, numberOf, offeredIn, refusalIn, suitesOf, whyNot } from './asking.ts'
import { type HelloSpec, ssl2Hello } from './hello.ts'
import {
  isUnasked,
  type Known,
  type Offered,
  type Unasked,
  unasked,
  VERSION_NAMES,
  type VersionName,
  type Versions,
} from './types.ts'

type Modern = Exclude<VersionName, 'SSL 2.0'>
type Base = Pick<Asking, 'asker' | 'world' | 'serverName'>

/** One version and the hello that it was found with. */
export interface VersionFound {
  readonly offered: Known<Offered>
  readonly reply: Answered | Unasked
  readonly spec: HelloSpec
}

/** Asks with one list of suites after the other until one is taken. */
export const versionFound = async (version: Modern, base: Base): Promise<VersionFound> => {
  let last: VersionFound | undefined
  for (const spec of specsFor(version, base)) {
    const reply = await base.asker.hello(spec)
    const wanted = numberOf[version]
    const offered = offeredIn(reply, found => found.version === wanted || ProtocolVersion.nameOf(found.version))
    last = { offered, reply, spec }
    if (isUnasked(offered) || offered.offered || flightIn(reply) !== undefined) return last
    // RFC 9846 6.2: it has said that it is the version.
    if (offered.by === 'alert 70') return last
  }
  return last!
}

/** TLS 1.3 with shares too: there are servers that do not know how to ask for one. */
const specsFor = (version: Modern, base: Base): readonly HelloSpec[] => {
  const specs = suitesOf(version).map(suites => helloFor(version, base, suites))
  if (version !== 'TLS 1.3') return specs
  const { crypto } = base.world
  const shares = [
    { group: 0x001d, keyExchange: crypto.offerShare('x25519').share },
    { group: 0x0017, keyExchange: crypto.offerShare('secp256r1').share },
  ]
  return [...specs, { ...specs[0]!, shares }]
}

/** TLS 1.3 and 1.2 first: what the server answers to is asked again to see whether it is there. */
export const askVersions = async (
  base: Base,
  found: ReadonlyMap<Modern, VersionFound>,
): Promise<{ readonly versions: Versions; readonly found: ReadonlyMap<Modern, VersionFound> }> => {
  const names = VERSION_NAMES.filter((name): name is Modern => name !== 'SSL 2.0')
  const [ssl2, ...rest] = await Promise.all([
    askSsl2(base),
    ...names.map(async name => [name, found.get(name) ?? (await versionFound(name, base))] as const),
  ])
  const all = new Map(rest)
  const versions = Object.fromEntries([
    ['SSL 2.0', ssl2],
    ...rest.map(([name, { offered }]) => [name, offered] as const),
  ]) as Versions['versions']
  const spoken = names.filter(name => isOffered(versions[name]))
  const fallbackSignal = await askFallback(base, spoken)
  return { versions: { versions, fallbackSignal, downgradeMark: markIn(all, spoken) }, found: all }
}

export const isOffered = (known: Known<Offered>): boolean => !isUnasked(known) && known.offered

const askSsl2 = async ({ asker, world }: Base): Promise<Known<Offered>> => {
  const reply = await asker.bytes(() => ssl2Hello(world.random), 'hello')
  if (!isUnasked(reply) && reply.kind === 'ssl2') return { offered: true }
  // Servers of today answer with an alert of TLS, with bytes of something else, or leave.
  const by = refusalIn(reply) ?? (isUnasked(reply) ? undefined : 'no SSL 2.0')
  return by === undefined ? whyNot(reply) : { offered: false, by }
}

/** RFC 7507 3: with the signal and less than the server can do, inappropriate_fallback is the answer. */
const askFallback = async (base: Base, spoken: readonly Modern[]): Promise<Known<boolean>> => {
  const below = spoken.at(-2)
  if (below === undefined) return unasked('pointless')
  const spec = helloFor(below, base)
  for (const suites of suitesOf(below)) {
    const reply = await base.asker.hello({ ...spec, suites: [...suites, FALLBACK_SCSV] })
    if (flightIn(reply) !== undefined) return false
    const refusal = refusalIn(reply)
    if (refusal === undefined) return whyNot(reply)
    if (refusal === 'alert 86') return true
  }
  return unasked('cut')
}

/** RFC 9846 4.2.3: "DOWNGRD" and how far, in the last eight bytes. */
const markIn = (found: ReadonlyMap<Modern, VersionFound>, spoken: readonly Modern[]): Known<boolean> => {
  const [top, below] = [spoken.at(-1), spoken.at(-2)]
  if (below === undefined || top === undefined || numberOf[top] < numberOf['TLS 1.2']) return unasked('pointless')
  const flight = flightIn(found.get(below)!.reply)
  return flight === undefined ? unasked('pointless') : latin1Text(flight.hello.random, 24, 31) === 'DOWNGRD'
}
