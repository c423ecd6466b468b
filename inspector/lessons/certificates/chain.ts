/**
 * A chain from the shop's certificate to a root that the laptop trusts, checked by the verifier that TLS asks: the steps are
 * the verifier's own (`x509/path`), and so is the verdict. What is wrong with a chain is put into it by the lab.
 */
import { certificateAuthority } from '../../../src/ca/authority.ts'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { Failure } from '../../../src/failures/index.ts'
import { type BrokenKind, brokenChain } from '../../../src/lab/broken.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import { Certificate, type ChainIndex } from '../../../src/x509/certificate/certificate.ts'
import { type ExplainedPath, explainChain } from '../../../src/x509/path/explain.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import type { Card, Row } from '../drawings.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { code, plain, row } from '../rows.ts'
import { dice, found, SHOP } from '../stage.ts'

export interface ChainNames {
  readonly step:
    | 'leaf'
    | 'intermediate'
    | 'root'
    | 'authorities'
    | 'dates'
    | 'name'
    | 'trusted'
    | 'expired'
    | 'wrongName'
    | 'missing'
    | 'unknown'
    | 'byLeaf'
    | 'above'
    | 'notCa'
  readonly change: 'good' | 'expired' | 'wrongName' | 'missing' | 'unknown' | 'notCa'
  readonly choice: 'signature' | 'name' | 'root'
  readonly label:
    | 'issuer'
    | 'key'
    | 'signature'
    | 'until'
    | 'signed'
    | 'unsigned'
    | 'store'
    | 'authority'
    | 'dates'
    | 'name'
    | 'notInStore'
}
type Label = ChainNames['label']
type Change = ChainNames['change']

/** With another key beside it, which nobody asks for here, a chain is good. */
const KINDS: Readonly<Record<Change, BrokenKind>> = {
  good: 'wrongKey',
  expired: 'expired',
  wrongName: 'wrongName',
  missing: 'noIntermediate',
  unknown: 'untrusted',
  notCa: 'byALeaf',
}

const SHOWN = 6
/** Roots stay for long. */
const YEARS = 3650 * 86_400_000
const dateText = (at: number): string => new Date(at).toISOString().slice(0, 10)

interface Judged {
  readonly path: ExplainedPath
  /** Of the path, in its order. */
  readonly certificates: readonly Certificate[]
  readonly failure: string | undefined
}

const judged = (crypto: CryptoProvider, change: Change, at: number): Judged => {
  const now = (): number => at
  const authority = certificateAuthority({ crypto, now, name: 'Root', notAfter: at + YEARS })
  const made = brokenChain(KINDS[change], { crypto, now, name: SHOP, root: authority })
  const trust = trustStore([authority.certificate])
  const { paths, result } = explainChain({ chain: made.chain, name: SHOP, at, trust, crypto })
  const path = found(paths[0], 'path')
  const byIndex = (index: ChainIndex): Certificate =>
    new Certificate(index === 'anchor' ? authority.certificate : found(made.chain[index], 'certificate'))
  return {
    path,
    certificates: path.certificates.map(({ index }) => byIndex(index)),
    failure: result instanceof Failure ? result.code : undefined,
  }
}

const keyOf = (certificate: Certificate): string => hexText(certificate.keyOctets.subarray(1, 1 + SHOWN))
const signatureOf = (certificate: Certificate): string => hexText(certificate.signature.subarray(-SHOWN))
const nameOf = (text: string): string => text.replace(/^CN=/, '')

/** The verifier's checks that get a row on the card of the certificate that they are about. */
const CHECKS = { authorities: 'authority', dates: 'dates', name: 'name' } as const
type CheckName = keyof typeof CHECKS

/** Cards so far: so many certificates, and what was checked of them. */
const cardsOf = (
  { path, certificates }: Judged,
  count: number,
  checked: readonly CheckName[],
  fresh: 'cards' | 'checks',
): Card<Label>[] =>
  certificates.slice(0, count).map((certificate, i): Card<Label> => {
    const { index, subject } = path.certificates[i]!
    const isFresh = fresh === 'cards' && i === count - 1
    const isShown = index !== 'anchor'
    const isOwn = certificate.isSelfIssued
    const isAnchor = path.anchored && i === certificates.length - 1
    const rows: Row<Label>[] = [
      row('issuer', plain(nameOf(certificate.issuer.text))),
      row('key', code(`${keyOf(certificate)}…`)),
      ...(isShown && !isOwn ? [row<Label>('signature', code(`…${signatureOf(certificate)}`))] : []),
      row('until', plain(dateText(certificate.notAfter))),
      ...(isAnchor ? [{ ...row<Label>('store', plain('✓')), tone: 'good' as const }] : []),
      ...(isOwn && !isAnchor ? [{ ...row<Label>('notInStore', plain('✗')), tone: 'bad' as const }] : []),
      ...checked.flatMap((name, place) => {
        const check = path.checks.find(each => each.check === name && each.certificate?.index === index)
        if (check === undefined) return []
        const good = check.failure === undefined
        const marked = fresh === 'checks' && place === checked.length - 1
        return [{ ...row<Label>(CHECKS[name], plain(good ? '✓' : '✗')), tone: toneOf(good), fresh: marked }]
      }),
    ]
    const isSigned = i < count - 1 && path.checks.some(each => isGoodSignature(each, index))
    return { title: nameOf(subject), rows, signed: i < count - 1 ? isSigned : undefined, fresh: isFresh }
  })

const toneOf = (good: boolean): 'good' | 'bad' => (good ? 'good' : 'bad')

const isGoodSignature = (
  { check, certificate, failure }: ExplainedPath['checks'][number],
  index: ChainIndex,
): boolean => check === 'signatures' && certificate?.index === index && failure === undefined

type Plan = readonly (readonly [name: ChainNames['step'], cards: number, checked: readonly CheckName[]])[]

/** What a reader sees one after the other; each ends at what decided. */
const PLANS: Readonly<Record<Change, Plan>> = {
  good: [
    ['leaf', 1, []],
    ['intermediate', 2, []],
    ['root', 3, []],
    ['authorities', 3, ['authorities']],
    ['dates', 3, ['authorities', 'dates']],
    ['name', 3, ['authorities', 'dates', 'name']],
    ['trusted', 3, ['authorities', 'dates', 'name']],
  ],
  expired: [
    ['leaf', 1, []],
    ['intermediate', 2, []],
    ['root', 3, []],
    ['authorities', 3, ['authorities']],
    ['expired', 3, ['authorities', 'dates']],
  ],
  wrongName: [
    ['leaf', 1, []],
    ['intermediate', 2, []],
    ['root', 3, []],
    ['authorities', 3, ['authorities']],
    ['dates', 3, ['authorities', 'dates']],
    ['wrongName', 3, ['authorities', 'dates', 'name']],
  ],
  missing: [
    ['leaf', 1, []],
    ['missing', 1, []],
  ],
  unknown: [
    ['leaf', 1, []],
    ['intermediate', 2, []],
    ['authorities', 3, ['authorities']],
    ['dates', 3, ['authorities', 'dates']],
    ['name', 3, ['authorities', 'dates', 'name']],
    ['unknown', 3, ['authorities', 'dates', 'name']],
  ],
  notCa: [
    ['leaf', 1, []],
    ['byLeaf', 2, []],
    ['above', 4, []],
    ['notCa', 4, ['authorities']],
  ],
}

const play = (stage: Stage, seed: number, change: Change): Scene<ChainNames> => {
  const { crypto } = stage.platform(seed)
  const random = dice(seed, `chain/${change}`)
  const at = Date.UTC(2026, random.between(0, 11), random.between(1, 28), random.between(0, 23))
  const chain = judged(crypto, change, at)
  const { path, certificates, failure } = chain
  const leaf = found(certificates[0], 'leaf')
  const issuer = certificates[1]
  const good = path.checks.filter(({ check, failure: fault }) => check === 'signatures' && fault === undefined)
  const steps = PLANS[change].map(([name, cards, checked], i, plan): Step<ChainNames> => {
    const before = plan[i - 1]
    const fresh = before === undefined || cards > before[1] ? 'cards' : 'checks'
    return { name, drawings: [{ kind: 'chain', cards: cardsOf(chain, cards, checked, fresh) }] }
  })
  return {
    records: [],
    facts: {
      date: dateText(at),
      until: dateText(leaf.notAfter),
      leafKey: keyOf(leaf),
      leafSignature: signatureOf(leaf),
      ...(issuer === undefined ? {} : { issuerKey: keyOf(issuer), rootKey: keyOf(certificates.at(-1)!) }),
    },
    fixed: {
      leaf: nameOf(leaf.subject.text),
      issuer: nameOf(leaf.issuer.text),
      count: certificates.length,
      signatures: good.length,
      asked: SHOP,
      verdict: failure ?? '✓',
    },
    steps,
  }
}

const isVerdict =
  (code: string) =>
  ({ fixed }: Scene): boolean =>
    fixed?.verdict === code

export const chain: Lesson<ChainNames> = {
  id: 'chain',
  changes: ['good', 'expired', 'wrongName', 'missing', 'unknown', 'notCa'],
  question: {
    kind: 'choosing',
    about: 'unknown',
    choices: [
      { name: 'signature', change: 'unknown', see: 'intermediate', holds: isVerdict('tls/certificate-signature') },
      { name: 'name', change: 'unknown', see: 'name', holds: isVerdict('tls/certificate-name') },
      { name: 'root', change: 'unknown', see: 'unknown', holds: isVerdict('tls/certificate-untrusted') },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
