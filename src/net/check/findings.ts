/** What is thought of what was found. Nothing is concluded from a question that had no answer, but that it had none. */
import { type FindingCode, type FindingFacts, GRADES, findings as table } from '../../failures/findings.table.ts'
import { groupIsOld, type Weakness, weaknessesIn } from './traits.ts'
import {
  type Certificates,
  type ChainSeen,
  type Extensions,
  type Http,
  type HttpSeen,
  known,
  type Observed,
  type Report,
  type Robustness,
  type Sessions,
  type SuitesOf,
  TRIALS,
  type Trial,
  type VersionName,
  type Versions,
} from './types.ts'
import { unansweredIn } from './unanswered.ts'
import { isOffered } from './versions.ts'

export interface Finding extends FindingFacts {
  readonly code: FindingCode
  /** What was seen: suites, versions, names, days. */
  readonly got: readonly string[]
}

const [SOON, HALF_A_YEAR, LONGEST_TICKET] = [14, 180 * 86_400, 7 * 86_400] as const
/** Bits of Diffie-Hellman: broken by those who can pay (Logjam), and short of RFC 9325 4.4. */
const [BROKEN_DH, SHORT_DH] = [1_024, 2_048] as const

/** Worst first. */
export const findingsIn = ({ observed, unsteady }: Pick<Report, 'observed' | 'unsteady'>): readonly Finding[] => {
  const found: Finding[] = []
  const say = (code: FindingCode, ...got: readonly string[]): void => void found.push({ code, ...table[code], got })
  const { versions, suites, certificates, extensions, sessions, http, robustness, starttls } = observed
  if (versions !== undefined) ofVersions(versions, say)
  if (suites !== undefined) ofSuites(suites, extensions, say)
  ofKeys(observed, say)
  if (certificates !== undefined) ofCertificates(certificates, say)
  if (extensions !== undefined) ofExtensions(extensions, say)
  if (sessions !== undefined) ofSessions(sessions, say)
  if (http !== undefined) ofHttp(http, say)
  if (robustness !== undefined) ofRobustness(robustness, say)
  if (known(starttls?.injection) === true) say('starttls-injection')
  if (unsteady) say('unsteady')
  const without = unansweredIn(observed).map(([path]) => path)
  if (without.length > 0) say('unanswered', ...without)
  return found.sort((a, b) => GRADES.indexOf(b.grade) - GRADES.indexOf(a.grade))
}

type Say = (code: FindingCode, ...got: readonly string[]) => void

const ofVersions = ({ versions, fallbackSignal, downgradeMark }: Versions, say: Say): void => {
  const has = (name: VersionName): boolean => isOffered(versions[name])
  const hasNot = (name: VersionName): boolean => known(versions[name])?.offered === false
  if (has('SSL 2.0')) say('ssl2')
  if (has('SSL 3.0')) say('ssl3')
  if (has('TLS 1.0')) say('tls10')
  if (has('TLS 1.1')) say('tls11')
  if (hasNot('TLS 1.2') && hasNot('TLS 1.3')) say('no-modern-version')
  else if (hasNot('TLS 1.3')) say('no-tls13')
  if (known(fallbackSignal) === false) say('fallback-unheard')
  if (known(downgradeMark) === false) say('downgrade-unmarked')
}

const BY_WEAKNESS: Readonly<Record<Weakness, FindingCode>> = {
  null: 'suite-null',
  anonymous: 'suite-anonymous',
  export: 'suite-export',
  des: 'suite-des',
  rc4: 'suite-rc4',
  '3des': 'suite-3des',
  old: 'suite-old',
  static: 'suite-static',
  cbc: 'suite-cbc',
}

const ofSuites = (all: readonly SuitesOf[], extensions: Extensions | undefined, say: Say): void => {
  const names = [...new Set(all.flatMap(({ suites }) => known(suites) ?? []))]
  for (const [weakness, code] of Object.entries(BY_WEAKNESS)) {
    const weak = names.filter(name => weaknessesIn(name).includes(weakness as Weakness))
    // RFC 7366 takes from CBC what was wrong with it.
    const isMended = code === 'suite-cbc' && extensions !== undefined && known(extensions.encryptThenMac) === true
    if (weak.length > 0 && !isMended) say(code, ...weak)
  }
  const old = all.find(({ version }) => version === 'TLS 1.0')
  const cbc = (known(old?.suites) ?? []).filter(name => weaknessesIn(name).includes('cbc'))
  if (cbc.length > 0) say('cbc-in-tls10', ...cbc)
  const unasked = [...new Set(all.flatMap(({ unoffered }) => unoffered ?? []))]
  if (unasked.length > 0) say('suite-not-offered', ...unasked)
  const followed = all.filter(({ order, suites }) => known(order) === 'client' && (known(suites) ?? []).some(isWeak))
  if (followed.length > 0) say('client-order', ...followed.map(({ version }) => version))
  const bits = all.map(({ dhBits }) => dhBits).filter(each => each !== undefined)
  const least = bits.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...bits)
  if (least <= BROKEN_DH) say('dh-broken', `${least}`)
  else if (least < SHORT_DH) say('dh-short', `${least}`)
}

const isWeak = (name: string): boolean => weaknessesIn(name).length > 0

const ofKeys = ({ groups, schemes }: Observed, say: Say): void => {
  const [new13, old12] = [known(groups?.tls13), known(groups?.tls12)]
  const old = (old12 ?? []).filter(groupIsOld)
  if (old.length > 0) say('curve-old', ...old)
  if (new13 !== undefined && !new13.some(name => name.includes('MLKEM'))) say('no-hybrid')
  const sha1 = (known(schemes?.tls12) ?? []).filter(name => /sha1$|md5$/.test(name))
  if (sha1.length > 0) say('sha1-signature', ...sha1)
}

/** In good time for a person, and for what renews certificates of a week when a third is left. */
export const isEndingSoon = ({ daysLeft, lifetime }: ChainSeen): boolean => daysLeft < Math.min(SOON, lifetime / 3)

const ofCertificates = ({ rsa, ecdsa, ed25519 }: Certificates, say: Say): void => {
  for (const each of [rsa, ecdsa, ed25519]) {
    const chain = known<ChainSeen | 'none'>(each)
    if (chain === undefined || chain === 'none') continue
    if (!chain.trusted) say('chain-refused', chain.key, chain.failure ?? '')
    else if (isEndingSoon(chain)) say('ends-soon', chain.key, `${chain.daysLeft}`)
    if (!chain.ordered) say('chain-disordered', chain.key)
    if (chain.withRoot) say('root-sent', chain.key)
    if (chain.mustStaple && !chain.stapled) say('staple-missing', chain.key)
  }
}

const ofExtensions = (extensions: Extensions, say: Say): void => {
  const { extendedMasterSecret, secureRenegotiation, compression, heartbeat } = extensions
  if (known(extendedMasterSecret) === false) say('no-extended-master-secret')
  if (known(secureRenegotiation) === false) say('renegotiation-insecure')
  if (known(compression) === true) say('compression')
  if (known(heartbeat) === true) say('heartbeat')
}

const ofSessions = ({ tls12, tls13 }: Sessions, say: Say): void => {
  const [before, now] = [known(tls12), known(tls13)]
  if (now !== undefined && now.earlyData > 0) say('early-data', `${now.earlyData}`)
  if (now !== undefined && now.lifetime > LONGEST_TICKET) say('ticket-long', `${now.lifetime}`)
  const none = before === undefined ? undefined : !before.ids && !before.tickets
  if (now === undefined ? none === true : !now.resumed && none !== false) say('no-resumption')
}

const ofHttp = ({ https, plain, closeNotify }: HttpSeen, say: Say): void => {
  const answer = known<Http>(https)
  if (answer !== undefined) {
    const { hsts, csp, cookies, server } = answer
    const named = (which: typeof cookies): readonly string[] => which.map(({ name }) => name)
    if (hsts === undefined || hsts.maxAge === 0) say('no-hsts')
    else if (hsts.maxAge < HALF_A_YEAR) say('hsts-short', `${hsts.maxAge}`)
    const inClear = cookies.filter(({ secure }) => !secure)
    if (inClear.length > 0) say('cookie-in-clear', ...named(inClear))
    const forScripts = cookies.filter(({ httpOnly }) => !httpOnly)
    if (forScripts.length > 0) say('cookie-for-scripts', ...named(forScripts))
    const crossing = cookies.filter(({ sameSite }) => sameSite === undefined || /^none$/i.test(sameSite))
    if (crossing.length > 0) say('cookie-crosses-sites', ...named(crossing))
    if (!csp) say('no-csp')
    if (server !== undefined && /\d/.test(server)) say('server-version', server)
  }
  if (known(plain) === 'page' || known(plain) === 'elsewhere') say('plain-page')
  if (known(closeNotify) === false) say('no-goodbye')
}

/** A server may have nothing for a name that it does not know, or for nobody's (RFC 6066 3). */
const MAY_REFUSE: ReadonlySet<Trial> = new Set(['no-name', 'unknown-name'])

const ofRobustness = (robustness: Robustness, say: Say): void => {
  const failed = TRIALS.filter(trial => !MAY_REFUSE.has(trial) && known(robustness[trial])?.offered === false)
  if (failed.length > 0) say('intolerant', ...failed)
}

/** Whether one is as bad as that. */
export const isAtLeast = ({ grade }: Finding, bar: FindingFacts['grade']): boolean =>
  GRADES.indexOf(grade) >= GRADES.indexOf(bar)
