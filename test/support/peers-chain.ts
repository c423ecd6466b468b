/**
 * Certificates for interop tests, made by the `openssl` command so that nothing of ours has touched them: a root, an
 * intermediate and any number of leaves, right and deliberately wrong, in a temporary folder.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type KeyKind = 'ecdsa' | 'rsa'

/** Files in PEM. */
export interface Leaf {
  readonly key: string
  /** The leaf alone. */
  readonly certificate: string
  /** Leaf and intermediate: what a server ought to send. */
  readonly chain: string
}

export interface LeafOptions {
  readonly names?: readonly string[]
  readonly addresses?: readonly string[]
  /** What the key may do; `digitalSignature` where left out. */
  readonly usage?: string
  /** `serverAuth` where left out. */
  readonly purposes?: string
  /** Days from now; negative is in the past. */
  readonly validFrom?: number
  readonly validUntil?: number
}

export interface TestAuthority {
  readonly kind: KeyKind
  /** The root in PEM: what a client is to trust. */
  readonly root: string
  issue(options?: LeafOptions): Leaf
  selfSigned(options?: LeafOptions): Leaf
}

const DAY = 86_400_000

/** A temporary folder that `remove` takes away. */
export const temporaryFolder = (name: string): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), `barewire-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Root and intermediate of one key type in `folder`; leaves on demand. */
export const testAuthority = (kind: KeyKind, folder: string): TestAuthority => {
  const dir = join(folder, kind)
  mkdirSync(join(dir, 'issued'), { recursive: true })
  const file = (name: string) => join(dir, name)
  writeFileSync(file('index.txt'), '')
  writeFileSync(file('ca.cnf'), configuration(dir))
  makeKey(kind, file('root.key'))
  makeKey(kind, file('intermediate.key'))
  openssl(['req', '-x509', '-new', '-key', file('root.key'), '-out', file('root.pem'), '-days', '30', '-config'], {
    config: file('ca.cnf'),
    more: ['-extensions', 'authority', '-subj', `/CN=Test root ${kind}`],
  })
  let serial = 0
  const sign = (issuer: 'root' | 'intermediate', subject: SubjectToSign, options: LeafOptions): void => {
    const request = `${subject.certificate}.csr`
    const extensions = `${subject.certificate}.ext`
    writeFileSync(extensions, subject.extensions)
    openssl(['req', '-new', '-key', subject.key, '-out', request, '-config'], {
      config: file('ca.cnf'),
      more: ['-subj', `/CN=${subject.commonName}`],
    })
    const signer = subject.selfSigned
      ? ['-selfsign', '-keyfile', subject.key, '-cert', file(`${issuer}.pem`)]
      : ['-keyfile', file(`${issuer}.key`), '-cert', file(`${issuer}.pem`)]
    openssl(['ca', '-batch', '-notext', '-config'], {
      config: file('ca.cnf'),
      more: [
        ...signer,
        ...['-in', request, '-out', subject.certificate, '-extfile', extensions],
        ...['-startdate', asn1Time(options.validFrom ?? -1), '-enddate', asn1Time(options.validUntil ?? 20)],
      ],
    })
  }
  const authority = 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n'
  sign(
    'root',
    {
      key: file('intermediate.key'),
      certificate: file('intermediate.pem'),
      commonName: `Test intermediate ${kind}`,
      extensions: `${authority}subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n`,
    },
    {},
  )
  const leaf = (options: LeafOptions, selfSigned: boolean): Leaf => {
    const base = file(`issued/${++serial}`)
    const made = { key: `${base}.key`, certificate: `${base}.pem`, chain: `${base}.chain.pem` }
    const { names = ['localhost'], addresses = ['127.0.0.1'], usage, purposes } = options
    makeKey(kind, made.key)
    sign(
      'intermediate',
      {
        ...made,
        commonName: `leaf ${serial}`,
        extensions: leafExtensions(names, addresses, usage, purposes),
        selfSigned,
      },
      options,
    )
    const more = selfSigned ? '' : readFileSync(file('intermediate.pem'), 'utf8')
    writeFileSync(made.chain, readFileSync(made.certificate, 'utf8') + more)
    return made
  }
  return {
    kind,
    root: file('root.pem'),
    issue: (options = {}) => leaf(options, false),
    selfSigned: (options = {}) => leaf(options, true),
  }
}

interface SubjectToSign {
  readonly key: string
  readonly certificate: string
  readonly commonName: string
  readonly extensions: string
  readonly selfSigned?: boolean
}

const openssl = (before: readonly string[], { config, more }: { config: string; more: readonly string[] }): void => {
  execFileSync('openssl', [...before, config, ...more], { stdio: ['ignore', 'ignore', 'pipe'] })
}

const makeKey = (kind: KeyKind, path: string): void => {
  const algorithm =
    kind === 'ecdsa'
      ? ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
      : ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
  execFileSync('openssl', ['genpkey', ...algorithm, '-out', path], { stdio: ['ignore', 'ignore', 'pipe'] })
}

const leafExtensions = (
  names: readonly string[],
  addresses: readonly string[],
  usage = 'digitalSignature',
  purposes = 'serverAuth',
): string => {
  const alternatives = [...names.map(name => `DNS:${name}`), ...addresses.map(address => `IP:${address}`)]
  return [
    'basicConstraints=critical,CA:FALSE',
    `keyUsage=critical,${usage}`,
    `extendedKeyUsage=${purposes}`,
    'subjectKeyIdentifier=hash',
    `subjectAltName=${alternatives.join(',')}`,
    '',
  ].join('\n')
}

const asn1Time = (days: number): string => new Date(Date.now() + days * DAY).toISOString().replace(/[-:T]|\.\d+/g, '')

const configuration = (dir: string): string => `
[ca]
default_ca = here
[here]
database = ${dir}/index.txt
new_certs_dir = ${dir}/issued
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[req]
distinguished_name = subject
prompt = no
[subject]
CN = unnamed
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
`
