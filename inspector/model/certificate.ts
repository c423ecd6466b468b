/**
 * The path of certificates as cards from the leaf up, joined by links that are checked here and now: whose signature is on
 * which certificate, and what else had to hold. Whether the last one is trusted is known only of runs that say whom the
 * client trusted.
 */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import { Failure } from '../../src/failures/index.ts'
import { hostAsked } from '../../src/inspect/agreed.ts'
import { type CertificateRow, certificateRows } from '../../src/inspect/certificate.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import type { Carrier, VerdictRecord } from '../../src/trace/types.ts'
import { sameOctets } from '../../src/wire/bytes.ts'
import type { Certificate } from '../../src/x509/certificate/certificate.ts'
import { explainChain } from '../../src/x509/path/explain.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import type { Span } from '../../src/x509/signed.ts'
import { readable, type ShownCertificate, shownChain } from './chain.ts'
import type { Run } from './run.ts'

export interface Card {
  readonly role: 'leaf' | 'authority' | 'root'
  readonly title: string
  readonly der: Uint8Array | undefined
  /** In the message that showed it; undefined for one that was not shown. */
  readonly where: Carrier | undefined
  /** Or why it cannot be read; undefined: it is known by name alone. */
  readonly certificate: Certificate | Failure | undefined
  /** What it says, in the order in which people ask. */
  readonly rows: readonly CertificateRow[]
  readonly checks: readonly CardCheck[]
  /** How it is joined to the next card, or to the trust of the client. */
  readonly link: Link
}

/** A check of the path that looked at this certificate. */
export interface CardCheck {
  readonly check: string
  readonly rule: string
  readonly span: Span | undefined
  readonly failure: Failure | undefined
}

export type Link =
  /** The signature was checked with the key of the next card. */
  | { readonly how: 'signed'; readonly by: string; readonly algorithm: string; readonly ok: boolean }
  /** As the client found; its issuer was not shown, and cannot be checked here. */
  | { readonly how: 'told'; readonly by: string }
  | { readonly how: 'trusted'; readonly anchor: string }
  /** It vouches for itself, and nobody here trusts it. */
  | { readonly how: 'self-signed'; readonly ok: boolean }
  /** Nobody that was shown has the name of its issuer. */
  | { readonly how: 'missing'; readonly issuer: string }
  /** It is trusted or not by those who know; here nobody does. */
  | { readonly how: 'not known'; readonly issuer: string }

export interface CertificatePath {
  readonly cards: readonly Card[]
  /** Shown and not a part of the path. */
  readonly aside: readonly Card[]
  /** What was asked for. */
  readonly name: string | undefined
  /** Why the client did not take it, where that is known. */
  readonly failure: Failure | undefined
}

/** Roots that are read; the stores of systems have a hundred and fifty. */
const MOST_ROOTS = 500
/** A chain is longer only where somebody wants to see what happens. */
const LONGEST = 8

/** Undefined where no certificate came that can be seen. */
export const certificatePath = (
  run: Pick<Run, 'records' | 'parties' | 'date' | 'trusted'>,
  crypto: CryptoProvider,
): CertificatePath | undefined => {
  const { records, parties, date, trusted } = run
  const { host } = parties.client
  const chain = host === undefined ? undefined : shownChain(records, host)
  if (chain === undefined) return undefined
  const at = date === undefined ? undefined : date + chain.message.at
  const context: Context = {
    crypto,
    at,
    roots: (trusted ?? []).slice(0, MOST_ROOTS).map(der => ({ der, certificate: readable(der) })),
  }
  const steps = pathFrom(chain.certificates, context)
  const used = new Set(steps.map(({ der }) => der))
  const name = hostAsked(records.filter(entry => entry.record.host === host))
  const judged =
    trusted === undefined || at === undefined ? undefined : judge(chain.certificates, { ...context, at, name })
  const anchor = anchorIn(records, host!)
  const cards = steps.map((step, i) =>
    cardOf(step, steps[i + 1], { ...context, judged, anchor, last: i === steps.length - 1 }),
  )
  const known = cards.at(-1)
  return {
    cards: known?.link.how === 'not known' && anchor !== undefined ? [...withAnchor(cards, anchor)] : cards,
    aside: chain.certificates
      .filter(({ der }) => !used.has(der))
      .map(step => cardOf(step, undefined, { ...context, judged: undefined, anchor: undefined, last: true })),
    name,
    failure: failureIn(records, host!),
  }
}

interface Root {
  readonly der: Uint8Array
  readonly certificate: Certificate | Failure
}

interface Context {
  readonly crypto: CryptoProvider
  readonly at: number | undefined
  readonly roots: readonly Root[]
}

type Step = (ShownCertificate | Root) & { readonly where?: Carrier }

/** From the leaf to whoever signed it, and so on: first those whose signature is right, roots before others. */
const pathFrom = (shown: readonly ShownCertificate[], context: Context): readonly Step[] => {
  const path: Step[] = shown.slice(0, 1)
  while (path.length < LONGEST) {
    const { certificate } = path.at(-1)!
    if (certificate === undefined || certificate instanceof Failure || isRoot(path.at(-1)!, context)) break
    const named = [...context.roots, ...shown].filter(
      each => !path.some(({ der }) => sameOctets(der, each.der)) && hasName(each.certificate, certificate.issuer.key),
    )
    const next = named.find(each => signed(certificate, each.certificate, context.crypto)) ?? named[0]
    if (next === undefined) break
    path.push(next)
  }
  return path
}

const isRoot = ({ der }: Step, { roots }: Context): boolean => roots.some(root => sameOctets(root.der, der))

const hasName = (certificate: Certificate | Failure, key: string): boolean =>
  !(certificate instanceof Failure) && certificate.subject.key === key

/** Whether the signature of `child` was made with the key of `issuer`. */
const signed = (child: Certificate, issuer: Certificate | Failure, crypto: CryptoProvider): boolean => {
  const { signatureAlgorithm } = child
  if (issuer instanceof Failure || signatureAlgorithm === undefined) return false
  return crypto.verify(signatureAlgorithm, issuer.spki, child.tbs, child.signature)
}

interface CardContext extends Context {
  readonly judged: readonly Judged[] | undefined
  readonly anchor: string | undefined
  readonly last: boolean
}

const cardOf = (step: Step, next: Step | undefined, context: CardContext): Card => {
  const { der, certificate, where } = step
  const readableOne = certificate instanceof Failure ? undefined : certificate
  return {
    role: isRoot(step, context) ? 'root' : isCa(readableOne) ? 'authority' : 'leaf',
    title: readableOne === undefined ? '?' : readableOne.subject.shortText || readableOne.subject.text,
    der,
    where,
    certificate,
    rows:
      readableOne === undefined || context.at === undefined
        ? rowsOf(readableOne, context)
        : certificateRows(readableOne, context.at, context.crypto),
    checks: context.judged?.filter(each => sameOctets(each.der, der)).map(({ check }) => check) ?? [],
    link: linkOf(step, readableOne, next, context),
  }
}

/** Where nobody knows what day it is, nothing is said about how long it still holds. */
const rowsOf = (certificate: Certificate | undefined, { crypto }: Context): readonly CertificateRow[] => {
  if (certificate === undefined) return []
  const rows = certificateRows(certificate, certificate.notBefore, crypto)
  return rows.map(row => (row.key === 'validity' ? { ...row, values: row.values.slice(0, 1) } : row))
}

const isCa = (certificate: Certificate | undefined): boolean => certificate?.extension('basicConstraints')?.ca === true

const linkOf = (
  step: Step,
  certificate: Certificate | undefined,
  next: Step | undefined,
  context: CardContext,
): Link => {
  if (certificate === undefined) return { how: 'missing', issuer: '?' }
  const issuer = certificate.issuer.shortText || certificate.issuer.text
  if (isRoot(step, context))
    return { how: 'trusted', anchor: certificate.subject.shortText || certificate.subject.text }
  if (next !== undefined) {
    const algorithm = certificateRows(certificate, certificate.notBefore, context.crypto).find(
      ({ key }) => key === 'signature',
    )
    const ok = signed(certificate, next.certificate, context.crypto)
    return { how: 'signed', by: issuer, algorithm: algorithm?.values[0] ?? '', ok }
  }
  if (certificate.isSelfIssued && context.roots.length > 0)
    return { how: 'self-signed', ok: signed(certificate, certificate, context.crypto) }
  return context.roots.length > 0 ? { how: 'missing', issuer } : { how: 'not known', issuer }
}

/** A root that was not shown and is not at hand, known by the name that the engine gave it. */
const withAnchor = (cards: readonly Card[], anchor: string): readonly Card[] => {
  const last = cards.at(-1)!
  const itself = last.title === anchor
  const trusted: Link = { how: 'trusted', anchor }
  if (itself) return [...cards.slice(0, -1), { ...last, link: trusted }]
  const root: Card = {
    role: 'root',
    title: anchor,
    der: undefined,
    where: undefined,
    certificate: undefined,
    rows: [],
    checks: [],
    link: trusted,
  }
  return [...cards.slice(0, -1), { ...last, link: { how: 'told', by: anchor } }, root]
}

/** `trusted by …`: what the engine says of a chain that it took. */
const anchorIn = (records: readonly TraceRecord[], host: string): string | undefined => {
  const verdict = verdictsOf(records, host).find(({ check, ok }) => check === 'chain' && ok)
  return /^trusted by (.*)$/s.exec(verdict?.about ?? '')?.[1]
}

const failureIn = (records: readonly TraceRecord[], host: string): Failure | undefined =>
  verdictsOf(records, host).find(
    ({ layer, ok, failure }) => layer === 'tls' && !ok && /certificate|chain/.test(failure?.code ?? ''),
  )?.failure

const verdictsOf = (records: readonly TraceRecord[], host: string): readonly VerdictRecord[] =>
  records.flatMap(entry => (entry.type === 'verdict' && entry.record.host === host ? [entry.record] : []))

interface Judged {
  readonly der: Uint8Array
  readonly check: CardCheck
}

/** The checks of the path that counts, by certificate: the whole judgement once more, in the page. */
const judge = (
  shown: readonly ShownCertificate[],
  { crypto, at, roots, name }: Context & { readonly at: number; readonly name: string | undefined },
): readonly Judged[] => {
  const { paths } = explainChain({
    chain: shown.map(({ der }) => der),
    name,
    at,
    trust: trustStore(roots.map(({ der }) => der)),
    crypto,
  })
  const path = paths.find(({ failure }) => failure === undefined) ?? paths[0]
  return (path?.checks ?? []).flatMap(({ check, rule, certificate, span, failure }) => {
    const index = certificate?.index
    const der = typeof index === 'number' ? shown[index]?.der : anchorOf(roots, certificate?.subject)
    return der === undefined ? [] : [{ der, check: { check, rule, span, failure } }]
  })
}

const anchorOf = (roots: readonly Root[], subject: string | undefined): Uint8Array | undefined =>
  roots.find(({ certificate }) => !(certificate instanceof Failure) && certificate.subject.text === subject)?.der
