/** `barewire ca issue`, `csr` and `renew`: certificates from the authority of this machine, as files. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CertificateRequest } from '../../../ca/policy.ts'
import type { ProfileName } from '../../../ca/profiles.table.ts'
import { unlessRefused } from '../../../ca/refused.ts'
import { requestAgain, requestedIn } from '../../../ca/request.ts'
import type { Certified, KeyKind } from '../../../ca/types.ts'
import type { OpenedAuthority } from '../../../node/ca-files.ts'
import { nodeCrypto } from '../../../node/crypto.ts'
import { completeTogether, writeTogether } from '../../../node/together.ts'
import { type WriteMode, writeWhole } from '../../../node/whole-file.ts'
import { publicKeyText, readPublicKey } from '../../../x509/certificate/public-key.ts'
import { encryptPrivateKey } from '../../../x509/files/encrypted-key.ts'
import { pem } from '../../../x509/files/pem.ts'
import type { KeyPair } from '../../../x509/issue.ts'
import { certificateRequestIn } from '../../../x509/request/request.ts'
import { certificateRequest } from '../../../x509/request/write.ts'
import type { CommonOptions } from '../../command.ts'
import { fileContents } from '../../demands.ts'
import type { Io } from '../../io.ts'
import { certificateAt, certificateOf, day, meant, orThrow, say, usage, withAuthority, withFound } from './common.ts'
import { caRenewRoot } from './init.ts'
import { passwordIn } from './password.ts'

export interface IssueOptions extends CommonOptions {
  readonly days?: number | undefined
  readonly profile?: Exclude<ProfileName, 'intermediate'> | undefined
  readonly key?: KeyKind | undefined
  readonly out?: string | undefined
  readonly passwordFile?: string | undefined
  readonly replace?: true | undefined
}

/** As much as public authorities give: longer than a week's work, shorter than anybody forgets. */
const USUAL_DAYS = 90

export const caIssue = (names: readonly string[], options: IssueOptions, io: Io): Promise<number> =>
  withAuthority(io, options, async authority => {
    const { profile, days = USUAL_DAYS } = options
    const keyPair = nodeCrypto().generateKeyPair(options.key ?? 'p-256')
    const place = placeFor(names[0]!, options)
    const request = { names, profile, days, publicKey: keyPair.spki, by: 'cli' }
    const done = await signedInto(authority, request, place, { keyPair, options })
    return told(io, options, done, bothAt(place))
  })

interface Place {
  /** Path without the end of the name. */
  readonly base: string
  readonly how: WriteMode
}

/** `*.a.test` is no name for a file everywhere, and neither is `::1`. */
export const fileName = (name: string): string => name.replace(/^\*\./, '_wildcard.').replaceAll(':', '-')

const placeFor = (name: string, { out = '.', replace }: IssueOptions): Place => {
  mkdirSync(out, { recursive: true })
  completeTogether(out)
  return { base: join(out, fileName(name)), how: replace ? 'replace' : 'new' }
}

interface Keys {
  readonly keyPair: KeyPair
  readonly options: Pick<IssueOptions, 'passwordFile'>
}

/** The key lies on the disk before there is a certificate for it; when that is refused, it goes away again. */
const signedInto = async (
  { issuer }: OpenedAuthority,
  request: CertificateRequest,
  place: Place,
  { keyPair, options }: Keys,
): Promise<Certified> => {
  const { base, how } = place
  orThrow(unlessRefused(issuer, () => issuer.judge(request)))
  const key = keyFile(keyPair, passwordIn(options.passwordFile))
  mustBeFree(place, ['.pem', '.key'])
  return writeTogether(base, how, { '.key': key }, () => {
    const result = issuer.certify(request)
    return { result, rest: { '.pem': result.chain.map(der => pem('CERTIFICATE', der)).join('') } }
  })
}

const mustBeFree = ({ base, how }: Place, ends: readonly string[]): void => {
  const taken = ends.map(end => `${base}${end}`).find(path => existsSync(path))
  if (how === 'new' && taken !== undefined)
    throw usage(`${taken} is there already: --replace puts the new one in its place.`)
}

export const keyFile = ({ pkcs8 }: KeyPair, password: string | undefined): string =>
  password === undefined
    ? pem('PRIVATE KEY', pkcs8)
    : pem('ENCRYPTED PRIVATE KEY', encryptPrivateKey(pkcs8, password, nodeCrypto()))

/** Where what was made lies. */
interface Files {
  readonly certificate: string
  readonly key?: string
}

const bothAt = ({ base }: Place): Files => ({ certificate: `${base}.pem`, key: `${base}.key` })

const told = async (io: Io, options: CommonOptions, done: Certified, files: Files): Promise<number> => {
  const { serial, notAfter, publicKey } = done
  const { certificate, key } = files
  const until = new Date(notAfter).toISOString()
  const event = { type: 'issued', serial, notAfter: until, certificate, key: key ?? null }
  const where = [certificate, key].filter(file => file !== undefined).join('   ')
  await say(io, options, event, [
    where,
    `  ${publicKeyText(readPublicKey(publicKey))}, serial ${serial.slice(0, 8)}…, until ${day(notAfter)}, by ${done.chain.length > 1 ? 'the intermediate' : 'the root'}`,
  ])
  return 0
}

export interface CsrOptions extends IssueOptions {
  readonly sign?: string | undefined
}

/** Makes a key and a request for it; with `--sign` a certificate from somebody's request. */
export const caCsr = async (names: readonly string[], options: CsrOptions, io: Io): Promise<number> => {
  if (options.sign !== undefined) {
    if (names.length > 0) throw usage('A request that is signed says its names itself.')
    return signed(options.sign, options, io)
  }
  if (names.length === 0) throw usage('Which names? Or --sign FILE, for a request that is there.')
  const crypto = nodeCrypto()
  const key = crypto.generateKeyPair(options.key ?? 'p-256')
  const place = placeFor(names[0]!, options)
  const { base, how } = place
  const der = orThrow(unlessRefused({ name: 'the request' }, () => certificateRequest({ key, names }, crypto)))
  const text = keyFile(key, passwordIn(options.passwordFile))
  mustBeFree(place, ['.csr', '.key'])
  writeTogether(base, how, { '.key': text }, () => ({
    result: undefined,
    rest: { '.csr': pem('CERTIFICATE REQUEST', der) },
  }))
  const event = { type: 'request', request: `${base}.csr`, key: `${base}.key`, names: [...names] }
  await say(io, options, event, [`${event.request}   ${event.key}`])
  return 0
}

const signed = (path: string, options: CsrOptions, io: Io): Promise<number> =>
  withAuthority(io, options, authority => {
    const crypto = nodeCrypto()
    const { issuer } = authority
    const asked = orThrow(certificateRequestIn(fileContents(path), crypto))
    const { profile, days = USUAL_DAYS } = options
    const done = orThrow(
      unlessRefused(issuer, () => {
        const request = requestedIn(asked, { profile, days, by: 'cli' }, crypto)
        const place = placeFor(request.names[0] ?? 'certificate', options)
        mustBeFree(place, ['.pem'])
        return { certificate: `${place.base}.pem`, issued: issuer.certify(request) }
      }),
    )
    const { certificate, issued } = done
    writeWhole(certificate, issued.chain.map(der => pem('CERTIFICATE', der)).join(''), 0o644, 'replace')
    return told(io, options, issued, { certificate })
  })

/** The same names and purposes once more, for a new key. */
export const caRenew = async (what: string, options: IssueOptions, io: Io): Promise<number> => {
  const profile = await withFound(io, options, authority => meant(authority, what).profile)
  if (profile === 'root') {
    const { days, key, profile: other, out, passwordFile } = options
    if ([days, key, other, out, passwordFile].some(each => each !== undefined))
      throw usage('A root is renewed as it is: barewire ca init --replace makes another.')
    return caRenewRoot(options, io)
  }
  if (profile === 'intermediate') throw usage('The intermediate is renewed by itself, long before it ends.')
  return renewLeaf(what, options, io)
}

const renewLeaf = (what: string, options: IssueOptions, io: Io): Promise<number> =>
  withFound(io, options, async authority => {
    const entry = meant(authority, what)
    const before = certificateOf(entry)
    const { profile, days } = options
    const keyPair = nodeCrypto().generateKeyPair(options.key ?? 'p-256')
    const again = orThrow(
      unlessRefused(authority.issuer, () => requestAgain(before, { profile, days, by: `renewal of ${entry.serial}` })),
    )
    const place = placeOf(what, again.names[0] ?? 'certificate', options)
    const done = await signedInto(authority, { ...again, publicKey: keyPair.spki }, place, { keyPair, options })
    return told(io, options, done, bothAt(place))
  })

/** A certificate that is named by its file is replaced there, with its key beside it. */
const placeOf = (what: string, name: string, options: IssueOptions): Place => {
  if (!what.endsWith('.pem') || options.out !== undefined) return placeFor(name, options)
  completeTogether(dirname(what))
  certificateAt(what)
  return { base: what.slice(0, -'.pem'.length), how: 'replace' }
}
