/**
 * A certificate authority in memory: a root, intermediates below it, leaf certificates for names and addresses. A request
 * goes through the policy (`policy.ts`), its serial number into the inventory (`inventory.ts`), and only then a signature
 * is asked for. It signs what somebody can believe (`useful.ts`); chains that are out of date, for another name or by
 * another key need no more.
 */
import { OID } from '../asn1/oids.table.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { hexText } from '../wire/bytes.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import {
  authorityKeyIdentifier,
  type CertificateToWrite,
  certificateToSign,
  type ExtensionToWrite,
  type KeyPair,
  keyIdentifier,
  randomSerial,
  subjectKeyIdentifier,
  type ToSign,
  writeCertificate,
  writeName,
} from '../x509/issue.ts'
import { notAuthority } from '../x509/path/fitness.ts'
import { deployed } from '../x509/path/profile.ts'
import { authorityExtensions, contentsOf } from './contents.ts'
import { type Inventory, memoryInventory, type RevocationReason } from './inventory.ts'
import { digestOf } from './log.ts'
import {
  type CertificatePlan,
  type CertificateRequest,
  type Policy,
  planOf,
  usualPolicy,
  validityOf,
} from './policy.ts'
import { certificateProfiles } from './profiles.table.ts'
import { ocspNoCheck, publishedExtensions } from './published.ts'
import type {
  AuthorityOptions,
  AuthorityTools,
  CertificateAuthority,
  Certified,
  IntermediateOptions,
  Issued,
  LeafOptions,
  LoadOptions,
  Order,
} from './types.ts'
import { mustBeUseful } from './useful.ts'

/** Roots of other development authorities last as long; it is renewed before it ends. */
const ROOT_DAYS = 3650

/** A new root. Throws RangeError for limits that limit nothing. */
export const certificateAuthority = (options: AuthorityOptions): CertificateAuthority => {
  const { crypto, name, now } = options
  const keyPair = crypto.generateKeyPair(options.key ?? 'p-256')
  const subject = writeName([[OID.commonName, name]])
  const certificate = writeCertificate(
    {
      serialNumber: randomSerial(crypto),
      issuer: subject,
      subject,
      ...validityOf(options, now(), ROOT_DAYS),
      spki: keyPair.spki,
      extensions: [
        ...authorityExtensions(options, options.pathLength),
        subjectKeyIdentifier(keyIdentifier(keyPair.spki, crypto)),
      ],
    },
    keyPair,
    crypto,
  )
  return new Authority({ ...toolsOf(options, crypto), now, keyPair, line: [new Certificate(certificate)] })
}

/**
 * An authority from its certificate and key, as files bring them; without a key it can only take orders. Throws `DerError`
 * for a malformed certificate, and RangeError for one whose signatures nobody would take or that is not below `above`.
 */
export const loadAuthority = (
  crypto: CryptoProvider,
  now: () => Millis,
  certificate: Bytes,
  privateKey: Bytes | undefined,
  options: LoadOptions = {},
): CertificateAuthority => {
  const line = [certificate, ...(options.above ?? [])].map(der => new Certificate(der).decodeAll())
  for (const [i, parsed] of line.entries()) {
    const fault = notAuthority(parsed, 'anchor', deployed)
    if (fault !== undefined) throw new RangeError(`${fault.where} is no authority: ${fault.got}`)
    const above = line[i + 1]
    if (above !== undefined && !isBelow(parsed, above, crypto))
      throw new RangeError(`“${parsed.subject.shortText}” was not signed by “${above.subject.shortText}”`)
  }
  const { spki } = line[0]!
  const keyPair = { spki, pkcs8: privateKey }
  return new Authority({ ...toolsOf(options, crypto), now, keyPair, line })
}

const isBelow = (below: Certificate, above: Certificate, crypto: CryptoProvider): boolean => {
  const { signatureAlgorithm: algorithm, issuer, tbs, signature } = below
  return (
    issuer.key === above.subject.key && algorithm !== undefined && crypto.verify(algorithm, above.spki, tbs, signature)
  )
}

/** The same authority, for tests of those who verify: it signs also what nobody should believe. See `broken` of the lab. */
export const signingAnything = (authority: CertificateAuthority): CertificateAuthority => {
  if (!(authority instanceof Authority)) throw new TypeError('this authority was not made by barewire/ca')
  return authority.signingAnything()
}

/** A leaf that nobody vouches for but itself. */
export const selfSigned = (crypto: CryptoProvider, now: () => Millis, leaf: LeafOptions): Issued => {
  const keyPair = leaf.keyPair ?? crypto.generateKeyPair(leaf.key ?? 'p-256')
  const plan = planOf({ ...leaf, publicKey: keyPair.spki }, { crypto, now: now(), notAfter: undefined })
  const serialNumber = randomSerial(crypto)
  const identifier = keyIdentifier(keyPair.spki, crypto)
  const certificate = writeCertificate(
    { ...contentsOf(plan, identifier, identifier), serialNumber, issuer: plan.subject },
    keyPair,
    crypto,
  )
  return {
    certificate,
    serial: hexText(serialNumber),
    chain: [certificate],
    root: certificate,
    privateKey: keyPair.pkcs8,
    publicKey: keyPair.spki,
    notAfter: plan.notAfter,
  }
}

interface Tools {
  readonly crypto: CryptoProvider
  readonly policy: Policy
  readonly inventory: Inventory
  readonly published: readonly ExtensionToWrite[]
  readonly signs: 'useful' | 'anything'
}

const toolsOf = ({ policy, inventory, published = {} }: AuthorityTools, crypto: CryptoProvider): Tools => ({
  crypto,
  policy: policy ?? usualPolicy,
  inventory: inventory ?? memoryInventory(crypto),
  published: publishedExtensions(published),
  signs: 'useful',
})

interface Parts extends Tools {
  readonly now: () => Millis
  readonly keyPair: { readonly spki: Bytes; readonly pkcs8: Bytes | undefined }
  /** This authority and those above it; the last is the root. */
  readonly line: readonly Certificate[]
}

class Authority implements CertificateAuthority {
  readonly certificate: Bytes
  readonly root: Bytes
  readonly name: string
  readonly id: string
  readonly notAfter: Millis
  readonly inventory: Inventory
  readonly #parts: Parts
  readonly #own: Certificate
  readonly #identifier: Bytes

  constructor(parts: Parts) {
    const { crypto, line, inventory } = parts
    const own = line[0]!
    this.#parts = parts
    this.#own = own
    this.#identifier = own.extension('subjectKeyIdentifier') ?? keyIdentifier(own.spki, crypto)
    this.id = hexText(this.#identifier)
    this.certificate = own.der
    this.root = line.at(-1)!.der
    this.name = own.subject.shortText
    this.notAfter = own.notAfter
    this.inventory = inventory
  }

  get keyPair(): KeyPair {
    const { spki, pkcs8 } = this.#parts.keyPair
    if (pkcs8 === undefined) throw new TypeError(`the key of “${this.name}” lives elsewhere: ask for an order`)
    return { spki, pkcs8 }
  }

  issue(leaf: LeafOptions): Issued {
    const { crypto } = this.#parts
    const keyPair = leaf.keyPair ?? crypto.generateKeyPair(leaf.key ?? 'p-256')
    return { ...this.certify({ ...leaf, publicKey: keyPair.spki }), privateKey: keyPair.pkcs8 }
  }

  certify(request: CertificateRequest): Certified {
    const { pkcs8 } = this.keyPair
    const { algorithm, tbs, complete } = this.order(request)
    return complete(this.#parts.crypto.sign(algorithm, pkcs8, tbs))
  }

  judge(request: CertificateRequest): void {
    // Logs keep what they are shown.
    this.#toSign(this.#wanted({ ...request, logs: [] }), randomSerial(this.#parts.crypto))
  }

  order(request: CertificateRequest): Order {
    const wanted = this.#wanted(request)
    return this.#ordered(wanted, (certificate, serial) => ({
      certificate,
      serial,
      chain: [certificate, ...this.#parts.line.slice(0, -1).map(({ der }) => der)],
      root: this.root,
      publicKey: wanted.spki,
      notAfter: wanted.notAfter,
    }))
  }

  intermediate(options: IntermediateOptions): CertificateAuthority {
    const { crypto, now, line, signs } = this.#parts
    const { pkcs8 } = this.keyPair
    const { name, days } = certificateProfiles.intermediate
    const keyPair = options.keyPair ?? crypto.generateKeyPair(options.key ?? 'p-256')
    const published = publishedExtensions(options.published ?? {})
    const order = this.#ordered(
      {
        profile: name,
        subject: writeName([[OID.commonName, options.name]]),
        subjectText: `CN=${options.name}`,
        names: [],
        ...validityOf(options, now(), days, signs === 'useful' ? this.notAfter : undefined),
        spki: keyPair.spki,
        extensions: [
          ...authorityExtensions(options, options.pathLength ?? 0),
          subjectKeyIdentifier(keyIdentifier(keyPair.spki, crypto)),
          authorityKeyIdentifier(this.#identifier),
          ...this.#parts.published,
        ],
        by: options.by ?? 'library',
      },
      certificate =>
        new Authority({ ...this.#parts, keyPair, published, line: [new Certificate(certificate), ...line] }),
    )
    return order.complete(crypto.sign(order.algorithm, pkcs8, order.tbs))
  }

  revoke(serial: string, reason: RevocationReason = 'unspecified', by = 'library'): 'revoked' | 'already' | 'unknown' {
    if (this.inventory.find(serial)?.issuer !== this.id) return 'unknown'
    return this.inventory.revoke(serial, { at: this.#parts.now(), reason }, by)
  }

  signingAnything(): CertificateAuthority {
    return new Authority({ ...this.#parts, signs: 'anything' })
  }

  /** Judged, and in the inventory, before anybody is asked to sign. */
  #ordered<Done>(wanted: Wanted, done: (certificate: Bytes, serial: string) => Done): Order<Done> {
    const { crypto, inventory, now, keyPair } = this.#parts
    const { serial, algorithm, tbs, sealed } = this.#numbered(wanted)
    return {
      algorithm,
      tbs,
      complete: signature => {
        if (!crypto.verify(algorithm, keyPair.spki, tbs, signature))
          throw new RangeError(`this signature is not by the key of “${this.name}”`)
        const certificate = sealed(signature)
        inventory.issued(serial, certificate, now())
        return done(certificate, serial)
      },
    }
  }

  #wanted(request: CertificateRequest): Wanted {
    const { crypto, now, policy, signs } = this.#parts
    const context = { crypto, now: now(), notAfter: signs === 'useful' ? this.notAfter : undefined }
    const plan = (signs === 'useful' ? policy : planOf)(request, context)
    const contents = contentsOf(plan, keyIdentifier(plan.publicKey, crypto), this.#identifier)
    const extensions = [...contents.extensions, ...this.#publishedBeside(contents.extensions)]
    return { ...plan, ...contents, extensions, logs: request.logs, by: request.by ?? 'library' }
  }

  /** Unless it says so itself, or is not to be asked about. */
  #publishedBeside(extensions: readonly ExtensionToWrite[]): readonly ExtensionToWrite[] {
    const there = new Set(extensions.map(({ oid }) => oid))
    return there.has(ocspNoCheck.oid) ? [] : this.#parts.published.filter(({ oid }) => !there.has(oid))
  }

  #toSign(wanted: Wanted, serialNumber: Bytes): ToSign {
    const { line, signs, keyPair } = this.#parts
    const toSign = certificateToSign({ ...wanted, serialNumber, issuer: this.#own.subject.der }, keyPair.spki)
    // Nobody gets to see it without its signature, but it can be read as if it had one.
    if (signs === 'useful') mustBeUseful(new Certificate(toSign.sealed(NO_SIGNATURE)), line)
    return toSign
  }

  #numbered(wanted: Wanted): ToSign & { readonly serial: string } {
    const { crypto, inventory, now } = this.#parts
    const { profile, subjectText: subject, names, notBefore, notAfter, by, spki } = wanted
    for (let tries = 0; tries < MOST_SERIALS; tries++) {
      const serialNumber = randomSerial(crypto)
      const toSign = this.#toSign(wanted, serialNumber)
      const serial = hexText(serialNumber)
      const key = digestOf(spki, crypto)
      const entry = { serial, issuer: this.id, subject, names, profile, notBefore, notAfter, key, by, at: now() }
      if (inventory.reserve(entry)) return { ...toSign, serial }
    }
    throw new RangeError('the random numbers repeat themselves: every serial number that came was there before')
  }
}

/** With 158 random bits a second one is news already. */
const MOST_SERIALS = 4
const NO_SIGNATURE: Bytes = new Uint8Array(1)

type Wanted = Omit<CertificateToWrite, 'serialNumber' | 'issuer'> &
  Pick<CertificatePlan, 'profile' | 'subjectText' | 'names'> & { readonly by: string }
