/** `barewire ca list`, `show`, `revoke`, `crl`, `ocsp` and `export`: what the authority knows, and what it says of it. */
import { readFileSync } from 'node:fs'
import { limitsIn } from '../../../ca/contents.ts'
import { type InventoryEntry, type RevocationReason, stateOf } from '../../../ca/inventory.ts'
import { brokenLine } from '../../../ca/log.ts'
import { ocspAnswer, ocspAnswerFor, revocationList } from '../../../ca/revocation.ts'
import type { CertificateAuthority } from '../../../ca/types.ts'
import { isFailure } from '../../../failures/index.ts'
import type { OpenedAuthority } from '../../../node/ca-files.ts'
import { nodeCrypto } from '../../../node/crypto.ts'
import { writeWhole } from '../../../node/whole-file.ts'
import { Certificate } from '../../../x509/certificate/certificate.ts'
import { publicKeyText } from '../../../x509/certificate/public-key.ts'
import { pem } from '../../../x509/files/pem.ts'
import { writePkcs12 } from '../../../x509/files/pkcs12-write.ts'
import { privateKeyIn } from '../../../x509/files/private-key.ts'
import { parseOcspRequest } from '../../../x509/revocation/ocsp-request.ts'
import { factsOf } from '../../authority.ts'
import type { CommonOptions } from '../../command.ts'
import { fileContents } from '../../demands.ts'
import type { Io } from '../../io.ts'
import { jsonLine } from '../../json.ts'
import { certificateOf, day, entryEvent, meant, say, usage, withFound } from './common.ts'
import { passwordIn } from './password.ts'

export interface ListOptions extends CommonOptions {
  readonly state?: 'waiting' | 'issued' | 'revoked' | undefined
  readonly log?: true | undefined
}

export const caList = (options: ListOptions, io: Io): Promise<number> =>
  withFound(io, options, async ({ inventory }) => {
    if (options.log) {
      for (const { number, at, what, serial, by, detail } of inventory.log()) {
        const event = { type: 'log', number, at: new Date(at).toISOString(), what, serial, by, detail }
        const text = `${number}  ${event.at}  ${what}  ${serial === '' ? detail : `${serial.slice(0, 8)}…`}  by ${by}`
        await say(io, options, event, [text])
      }
      return 0
    }
    for (const entry of inventory.entries({ state: options.state }))
      await say(io, options, { type: 'certificate', ...entryEvent(entry) }, [entryText(entry)])
    return 0
  })

const entryText = (entry: InventoryEntry): string => {
  const { serial, notAfter, names, subject, profile, revocation } = entry
  const state = revocation === undefined ? stateOf(entry) : `revoked ${day(revocation.at)} (${revocation.reason})`
  return `${serial.slice(0, 16)}  ${state}  until ${day(notAfter)}  ${profile}  ${names.join(', ') || subject}`
}

/** The authority, or one certificate of it. */
export const caShow = (what: string | undefined, options: CommonOptions, io: Io): Promise<number> =>
  withFound(io, options, opened =>
    what === undefined ? authority(opened, options, io) : one(opened, what, options, io),
  )

const authority = async (opened: OpenedAuthority, options: CommonOptions, io: Io): Promise<number> => {
  const { root, issuer, inventory, url } = opened
  const broken = brokenLine(nodeCrypto(), inventory.log())
  const { permitted = [], excluded = [] } = limitsIn(root.certificate)
  const facts = factsOf(opened)
  const counts = countsOf(inventory.entries())
  const event = {
    type: 'authority',
    path: facts.path,
    name: root.name,
    fingerprint: facts.fingerprint,
    notAfter: new Date(root.notAfter).toISOString(),
    intermediate: issuer.name,
    permitted: [...permitted],
    excluded: [...excluded],
    url: url ?? null,
    ...counts,
    log: broken === undefined ? 'whole' : `changed at line ${broken}`,
  }
  const names = permitted.length === 0 ? ['every name'] : permitted
  await say(io, options, event, [
    `${root.name}, until ${day(root.notAfter)}, ${keyText(root)}`,
    `  SHA-256       ${facts.fingerprint}`,
    `  certificate   ${facts.path}`,
    `  signs for     ${names.join(', ')}`,
    ...(permitted.length === 0
      ? []
      : ['  for others: barewire ca init --replace --only NAME makes another root, to be trusted anew']),
    ...(url === undefined ? [] : [`  tells at      ${url}, while barewire ca serve runs`]),
    `  intermediate  ${issuer.name}, until ${day(issuer.notAfter)}`,
    `  inventory     ${counts.issued} issued, ${counts.revoked} revoked, ${counts.waiting} never signed; log ${event.log}`,
  ])
  return broken === undefined ? 0 : 9
}

const keyText = ({ certificate }: CertificateAuthority): string => publicKeyText(new Certificate(certificate).publicKey)

const countsOf = (entries: readonly InventoryEntry[]) => {
  const counts = { issued: 0, revoked: 0, waiting: 0 }
  for (const entry of entries) counts[stateOf(entry)]++
  return counts
}

const one = async (opened: OpenedAuthority, what: string, options: CommonOptions, io: Io): Promise<number> => {
  const entry = meant(opened, what)
  const { serial, names, subject, profile, by, at, notBefore, notAfter, revocation } = entry
  await say(io, options, { type: 'certificate', ...entryEvent(entry) }, [
    subject || names.join(', '),
    `  serial   ${serial}`,
    `  names    ${names.join(', ') || 'none'}`,
    `  for      ${profile}, ${day(notBefore)} to ${day(notAfter)}`,
    `  asked    ${new Date(at).toISOString()} by ${by}`,
    `  state    ${revocation === undefined ? stateOf(entry) : `revoked ${new Date(revocation.at).toISOString()}, ${revocation.reason}`}`,
  ])
  return 0
}

export interface RevokeOptions extends CommonOptions {
  readonly reason?: RevocationReason | undefined
}

export const caRevoke = (
  what: string,
  { reason = 'unspecified', ...options }: RevokeOptions,
  io: Io,
): Promise<number> =>
  withFound(io, options, async opened => {
    const { serial } = meant(opened, what)
    const outcome = ownerOf(opened, serial).revoke(serial, reason, 'cli')
    const entry = opened.inventory.find(serial)!
    const when = day(entry.revocation!.at)
    await say(io, options, { type: 'revoked', outcome, ...entryEvent(entry) }, [
      outcome === 'already'
        ? `${serial} was revoked already, on ${when} (${entry.revocation!.reason})`
        : `${serial} is revoked (${reason}); who keeps a list learns of it from the next one: barewire ca crl`,
    ])
    return 0
  })

/** Who signed it. The root signed itself: taking that back means nothing. */
const ownerOf = ({ root, issuer, inventory }: OpenedAuthority, serial: string): CertificateAuthority => {
  const entry = inventory.find(serial)
  if (entry?.profile === 'root') throw usage('A root is not revoked but no longer trusted: barewire ca uninstall.')
  if (entry?.issuer === issuer.id) return issuer
  if (entry?.issuer === root.id) return root
  throw usage(`The intermediate that signed ${serial} is no longer there.`)
}

export interface CrlOptions extends CommonOptions {
  readonly out?: string | undefined
  readonly days?: number | undefined
  readonly of?: 'intermediate' | 'root' | undefined
}

export const caCrl = (options: CrlOptions, io: Io): Promise<number> =>
  withFound(io, options, async ({ root, issuer }) => {
    const signer = options.of === 'root' ? root : issuer
    const list = revocationList(signer, { crypto: nodeCrypto(), now: Date.now(), days: options.days })
    return product(io, options, options.out, { der: list, label: 'X509 CRL', type: 'crl' })
  })

interface Product {
  readonly der: Uint8Array
  /** As PEM, unless it goes to a file that ends with `.der`, `.crl` or `.p12`. */
  readonly label: string | undefined
  readonly type: string
}

/** To a file, or to standard output as the product of the command. */
const product = async (
  io: Io,
  options: CommonOptions,
  out: string | undefined,
  { der, label, type }: Product,
): Promise<number> => {
  const contents = label === undefined || (out !== undefined && /\.(der|crl|cer)$/.test(out)) ? der : pem(label, der)
  if (out !== undefined) {
    writeWhole(out, contents, type === 'p12' ? 0o600 : 0o644, 'replace')
    await say(io, options, { type, path: out, bytes: contents.length }, [out])
  } else if (options.json) await io.out.write(jsonLine({ type, der: Buffer.from(der).toString('base64') }))
  else await io.out.write(typeof contents === 'string' ? new TextEncoder().encode(contents) : contents)
  return 0
}

export interface OcspOptions extends CommonOptions {
  readonly out?: string | undefined
  readonly days?: number | undefined
}

/** The answer to a request in a file, or about a certificate. */
export const caOcsp = (what: string, options: OcspOptions, io: Io): Promise<number> =>
  withFound(io, options, opened => {
    const told = { crypto: nodeCrypto(), now: Date.now(), days: options.days }
    const request = requestAt(what)
    if (request !== undefined) {
      const der = ocspAnswer([opened.issuer, opened.root], request, told)
      return product(io, options, options.out, { der, label: undefined, type: 'ocsp' })
    }
    const { serial } = meant(opened, what)
    const der = ocspAnswerFor(ownerOf(opened, serial), serial, told)
    return product(io, options, options.out, { der, label: undefined, type: 'ocsp' })
  })

const requestAt = (path: string): Uint8Array | undefined => {
  try {
    const file = new Uint8Array(readFileSync(path))
    return isFailure(parseOcspRequest(file)) ? undefined : file
  } catch {
    return undefined
  }
}

export interface ExportOptions extends CommonOptions {
  readonly out?: string | undefined
  readonly keyFile?: string | undefined
  readonly passwordFile?: string | undefined
}

/** A certificate with those above it as PEM; with `--key-file` and a password as PKCS#12. Without a name: the root. */
export const caExport = (what: string | undefined, options: ExportOptions, io: Io): Promise<number> =>
  withFound(io, options, opened => {
    const { root, issuer } = opened
    const chain = what === undefined ? [root.certificate] : chainOf(opened, what)
    if (options.keyFile === undefined) {
      const text = chain.map(der => pem('CERTIFICATE', der)).join('')
      return product(io, options, options.out, { der: new TextEncoder().encode(text), label: undefined, type: 'pem' })
    }
    const password = passwordIn(options.passwordFile)
    if (password === undefined) throw usage('PKCS#12 is written under a password: --password-file FILE.')
    const key = privateKeyIn(fileContents(options.keyFile))
    if (key === undefined) throw usage(`${options.keyFile} holds no private key that can be read.`)
    const friendlyName = what === undefined ? issuer.name : new Certificate(chain[0]!).subject.shortText
    const entries = [{ privateKey: key.pkcs8, chain, friendlyName }]
    const der = writePkcs12({ entries, certificates: [root.certificate] }, password, nodeCrypto())
    return product(io, options, options.out, { der, label: undefined, type: 'p12' })
  })

const chainOf = (opened: OpenedAuthority, what: string): readonly Uint8Array[] => {
  const entry = meant(opened, what)
  const { issuer, root } = opened
  const leaf = certificateOf(entry).der
  return entry.issuer === issuer.id && leaf !== root.certificate ? [leaf, issuer.certificate] : [leaf]
}
