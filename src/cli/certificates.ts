/** Certificates of the local CA for the names that this machine answers to, made when a client first asks. */
import { networkInterfaces } from 'node:os'
import type { CertifiedKey } from '../tls/types.ts'
import { parseIp } from '../wire/address.ts'
import { isHostName } from '../x509/path/names.ts'

/** Makes a leaf for these names and addresses. */
export type Issue = (names: readonly string[]) => CertifiedKey

export interface CertificateSource {
  /** For the name that a client asks for; undefined for a name that is not ours. Without a name: the addresses. */
  for(name: string | undefined): CertifiedKey | undefined
  /** What the certificate without a name is valid for. */
  readonly usual: readonly string[]
}

/** A certificate that was made: for a name that had none, or in the place of one that grew old. */
export interface Made {
  readonly names: readonly string[]
  readonly key: CertifiedKey
  readonly since: 'issued' | 'renewed'
}

/** Clients choose the name below `localhost`, so how many are kept is our decision. */
const MOST_NAMES = 256
/** Made again long before the week of a leaf is over. */
const RENEW_AFTER = 2 * 24 * 60 * 60 * 1000

/**
 * `host` is what `--host` says: an address, or a name, that the certificates are to fit as well. Of the addresses of a host
 * that is all of them those are taken that `signs` says yes to. `told` hears of each certificate.
 */
export const certificateSource = (
  issue: Issue,
  host: string,
  now: () => number,
  signs: (name: string) => boolean = () => true,
  told: (made: Made) => void = () => {},
): CertificateSource => {
  const made = new Map<string, { readonly key: CertifiedKey; readonly at: number }>()
  const usual = usualNames(host, signs)
  // Clients may send any text: what no host can be called gets no certificate.
  const ours = (name: string): boolean => (name.endsWith('.localhost') && isHostName(name)) || usual.includes(name)
  return {
    usual,
    for(name) {
      const wanted = name?.toLowerCase().replace(/\.$/, '')
      if (wanted !== undefined && !ours(wanted)) return undefined
      const label = wanted === undefined || usual.includes(wanted) ? '' : wanted
      const known = made.get(label)
      if (known !== undefined && now() - known.at < RENEW_AFTER) return known.key
      const names = label === '' ? usual : [label]
      const key = issue(names)
      const oldest = made.keys().next().value
      if (made.size >= MOST_NAMES && oldest !== undefined) made.delete(oldest)
      made.delete(label)
      made.set(label, { key, at: now() })
      told({ names, key, since: known === undefined ? 'issued' : 'renewed' })
      return key
    },
  }
}

type Interfaces = ReturnType<typeof networkInterfaces>

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

const usualNames = (host: string, signs: (name: string) => boolean): readonly string[] => {
  // The zone of a link-local address (`fe80::1%eth0`) is this machine's business.
  const wanted = host.toLowerCase().replace(/%.*$|\.$/, '')
  const names = [...LOOPBACK, ...(EVERYWHERE.has(wanted) ? ownAddresses(wanted).filter(signs) : [wanted])]
  // The system also listens on `127.1`, which a certificate cannot say.
  return [...new Set(names.filter(name => parseIp(name) !== undefined || isHostName(name)))]
}

/**
 * Addresses under which others reach a server that listens on `host`, which is `0.0.0.0` (IPv4 only) or `::`. Link-local
 * IPv6 ones mean nothing elsewhere.
 */
export const ownAddresses = (host: string, interfaces: Interfaces = networkInterfaces()): readonly string[] =>
  Object.values(interfaces)
    .flatMap(list => list ?? [])
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address)
    .filter(address => host !== '0.0.0.0' || !address.includes(':'))
