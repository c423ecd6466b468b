/**
 * What a certificate says (RFC 5280 4.1), what the signature in it covers, and what comes of it when somebody else makes
 * one, changes one, or shows that of the shop.
 */
import { selfSigned } from '../../../src/ca/authority.ts'
import { client } from '../../../src/net/client/client.ts'
import { serve } from '../../../src/net/server/serve.ts'
import { certifiedKey } from '../../../src/tls/certificate/certified-key.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import { Certificate } from '../../../src/x509/certificate/certificate.ts'
import type { Drawing, MessageDrawing } from '../drawings.ts'
import { type Ladder, type Lifeline, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene, Stage, Step } from '../lesson.ts'
import { takePlace } from '../middle.ts'
import { code, plain, row, table } from '../rows.ts'
import { found, LAPTOP, MALLORY, SHOP, since } from '../stage.ts'
import { failureOf, inWorld, type Play, said, talkOf } from '../world.ts'

export interface CertificateNames {
  readonly step:
    | 'shown'
    | 'names'
    | 'key'
    | 'dates'
    | 'issuer'
    | 'covered'
    | 'signature'
    | 'forged'
    | 'ownKey'
    | 'copy'
    | 'verdict'
    | 'proof'
    | 'refused'
  readonly change: 'issued' | 'replaced' | 'selfMade' | 'copied'
  readonly choice: 'signature' | 'name' | 'proof'
  readonly label: 'chain' | 'signatures' | 'name' | 'proof' | 'failure'
}
type Label = CertificateNames['label']
type Change = CertificateNames['change']

const DAY = 86_400_000
/** Where TLS 1.3 has the leaf in its Certificate message. */
const LEAF = 'body.entries.0.certificate.data'

interface Shown {
  readonly chain: readonly Uint8Array[]
  readonly privateKey: Uint8Array
}

/** The shop's own, made by the authority that the laptop trusts. */
const ofTheShop = ({ world, random }: Play): Shown & { readonly other: string } => {
  const other = `${random.pick(['m', 'eu', 'www', 'books', 'orders', 'returns', 'catalogue'])}.${SHOP}`
  const notAfter = world.network.clock.date() + random.between(20, 90) * DAY
  return { ...world.authority.issue({ names: [SHOP, other], notAfter }), other }
}

/** What Mallory shows instead, with the key that it has. */
const ofMallory = (play: Play, { chain }: Shown, change: Exclude<Change, 'issued'>): Shown => {
  const { platform, world } = play
  const own = platform.crypto.generateKeyPair('p-256')
  if (change === 'copied') return { chain, privateKey: own.pkcs8 }
  if (change === 'selfMade')
    return selfSigned(platform.crypto, () => world.network.clock.date(), { names: [SHOP], keyPair: own })
  const leaf = chain[0]!.slice()
  leaf.set(own.spki, new Certificate(leaf).spans.publicKey.from)
  return { chain: [leaf, ...chain.slice(1)], privateKey: own.pkcs8 }
}

const visit = (stage: Stage, seed: number, change: Change) =>
  inWorld(stage, { seed, lesson: 'certificate', third: change === 'issued' ? undefined : 'expected' }, async play => {
    const { server, laptop, trace } = play
    const shop = ofTheShop(play)
    const machine = change === 'issued' ? server : takePlace(play)
    const { chain, privateKey } = change === 'issued' ? shop : ofMallory(play, shop, change)
    const key = certifiedKey({ chain, privateKey })
    await serve(async () => new Response('here'), {
      world: machine.world,
      host: machine.host.address.text,
      port: 443,
      tls: { certificateFor: () => key, tickets: 'none' },
      trace,
    })
    const browser = client({ world: laptop.world, trace })
    const failure = await failureOf(browser.fetch(`https://${SHOP}/`).then(answer => answer.text()))
    browser.close()
    return { other: shop.other, failure }
  })

const WITH_MALLORY: readonly Lifeline[] = [
  { host: LAPTOP, side: 'client' },
  { host: MALLORY, side: 'third' },
]

/** What the laptop checked, in the order of the table. */
const CHECKS = [
  ['chain', 'chain'],
  ['signatures', 'signatures'],
  ['name', 'name'],
  ['proof', 'signature'],
] as const satisfies readonly (readonly [label: Label, check: string])[]

/** The laptop's verdicts; what it did not come to is left out. */
const verdictsOf = (records: Scene['records']): ReadonlyMap<string, boolean> =>
  new Map(
    records.flatMap(entry =>
      entry.type === 'verdict' && entry.record.host === LAPTOP ? [[entry.record.check, entry.record.ok] as const] : [],
    ),
  )

const checksOf = (records: Scene['records'], failure: string | undefined, fresh = 1): Drawing<Label> => {
  const verdicts = verdictsOf(records)
  const rows = CHECKS.flatMap(([label, check]) => {
    const ok = verdicts.get(check)
    return ok === undefined ? [] : [{ ...row<Label>(label, plain(ok ? '✓' : '✗')), tone: toneOf(ok) }]
  })
  const why = failure === undefined ? [] : [{ ...row<Label>('failure', code(failure)), tone: 'bad' as const }]
  return table([...rows, ...why], fresh)
}
const toneOf = (ok: boolean): 'good' | 'bad' => (ok ? 'good' : 'bad')

const play = async (stage: Stage, seed: number, change: Change): Promise<Scene<CertificateNames>> => {
  const { records: all, outcome } = await visit(stage, seed, change)
  const records = since(all, said(all, LAPTOP, 'ClientHello').at)
  const message = said(records, change === 'issued' ? SHOP : MALLORY, 'Certificate')
  const leaf = new Certificate(shownIn(message))
  const inside = (field: string): MessageDrawing => ({ kind: 'message', message, certificate: LEAF, field })
  const covered = leaf.tbs.length
  const facts = {
    ...(change === 'selfMade'
      ? {}
      : { other: outcome.other, until: new Date(leaf.notAfter).toISOString().slice(0, 10) }),
    serial: hexText(leaf.serialNumber.subarray(0, 6)),
    key: hexText(leaf.keyOctets.subarray(1, 7)),
    signature: hexText(leaf.signature.subarray(-6)),
    ...(change === 'selfMade' ? {} : { covered, size: leaf.der.length }),
  }
  const verdicts = verdictsOf(records)
  const fixed = {
    issuer: leaf.issuer.text.replace(/^CN=/, ''),
    failure: outcome.failure ?? '✓',
    chainHeld: verdicts.get('chain') === true ? '✓' : '✗',
    nameHeld: verdicts.get('name') === true ? '✓' : '✗',
  }
  const steps =
    change === 'issued'
      ? issued(inside, checksOf(records, undefined))
      : refused(records, change, inside, outcome.failure)
  return { records, facts, fixed, steps }
}

/** The leaf that a Certificate message of TLS 1.3 shows. */
const shownIn = (message: MessageRecord): Uint8Array => {
  const { bytes } = message
  // type and length, no context, the length of the list, that of the first entry (RFC 9846 4.5.1).
  const start = 11
  return bytes.subarray(start, start + ((bytes[8]! << 16) | (bytes[9]! << 8) | bytes[10]!))
}

const issued = (
  inside: (field: string) => MessageDrawing,
  checks: Drawing<Label>,
): readonly Step<CertificateNames>[] => [
  { name: 'shown', drawings: [inside('tbsCertificate.serialNumber')] },
  { name: 'names', drawings: [inside('tbsCertificate.extensions.list.subjectAltName')] },
  { name: 'key', drawings: [inside('tbsCertificate.subjectPublicKeyInfo.subjectPublicKey')] },
  { name: 'dates', drawings: [inside('tbsCertificate.validity')] },
  { name: 'issuer', drawings: [inside('tbsCertificate.issuer')] },
  { name: 'covered', drawings: [inside('tbsCertificate')] },
  { name: 'signature', drawings: [inside('signatureValue')] },
  { name: 'verdict', drawings: [checks] },
]

const FIRST = { replaced: 'ownKey', selfMade: 'forged', copied: 'copy' } as const
const FIELD = {
  replaced: 'tbsCertificate.subjectPublicKeyInfo.subjectPublicKey',
  selfMade: 'tbsCertificate.issuer',
  copied: 'tbsCertificate.extensions.list.subjectAltName',
} as const

const refused = (
  records: Scene['records'],
  change: Exclude<Change, 'issued'>,
  inside: (field: string) => MessageDrawing,
  failure: string | undefined,
): readonly Step<CertificateNames>[] => {
  const arrows = talkOf<Label>(records, WITH_MALLORY, ({ name }) =>
    name === 'ChangeCipherSpec' ? undefined : { text: name },
  )
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  const ladder: Ladder<Label> = { lifelines: WITH_MALLORY, arrows, brackets: [], from: 0, to }
  const shown = said(records, MALLORY, 'Certificate')
  const alert = found(
    arrows.find(({ text, from }) => text === 'Alert' && from === 0),
    'alert',
  )
  const proof = change === 'copied' ? [said(records, MALLORY, 'CertificateVerify')] : []
  const plan = [
    { name: FIRST[change], at: shown.at, now: alert.sent, fresh: [shown.id] },
    ...proof.map(({ at, id }) => ({ name: 'proof' as const, at, now: alert.sent, fresh: [id] })),
    { name: 'refused' as const, at: alert.sent, now: to, fresh: [alert.id] },
  ]
  const beside: readonly Drawing<Label>[] = [
    inside(FIELD[change]),
    ...proof.map((message): Drawing<Label> => ({ kind: 'message', message, field: 'body.signature' })),
    checksOf(records, failure, 2),
  ]
  return ladderSteps(ladder, plan).map((step, i) => ({ ...step, drawings: [...step.drawings, beside[i]!] }))
}

const isRefusedWith =
  (code: string) =>
  ({ fixed }: Scene): boolean =>
    fixed?.failure === code

export const certificate: Lesson<CertificateNames> = {
  id: 'certificate',
  changes: ['issued', 'replaced', 'selfMade'],
  question: {
    kind: 'choosing',
    about: 'copied',
    choices: [
      { name: 'signature', change: 'copied', see: 'copy', holds: isRefusedWith('tls/certificate-signature') },
      { name: 'name', change: 'copied', see: 'copy', holds: isRefusedWith('tls/certificate-name') },
      { name: 'proof', change: 'copied', see: 'proof', holds: isRefusedWith('tls/signature-wrong') },
    ],
  },
  play: (stage, { seed, change }) => play(stage, seed, change),
}
