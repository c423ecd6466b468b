/** Reads the arguments that the runner gives to a shim. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { certificatesIn, pemBlocks } from '../../../src/x509/files/pem.ts'
import { flags as known } from './flags.table.ts'
import { UNKNOWN } from './reasons.ts'

type Kind = 'x509' | 'raw key' | 'shared key'

/** What a side can show: a chain or a raw key, and the key to it; or what it has in common with the other. */
export class Credential {
  readonly kind: Kind
  readonly #flags = new Flags()
  constructor(kind: Kind) {
    this.kind = kind
  }
  get flags(): Flags {
    return this.#flags
  }
  get chain(): readonly Uint8Array[] {
    // BoringSSL makes the public key of the private one.
    if (this.kind === 'raw key') return [publicKeyOf(this.privateKey)]
    const file = this.#flags.text('cert-file')
    return file === undefined ? [] : certificatesIn(new Uint8Array(readFileSync(file)))
  }
  /** PrivateKeyInfo, DER. */
  get privateKey(): Uint8Array {
    const file = this.#flags.text('key-file') ?? this.#flags.text('cert-file')
    const blocks = file === undefined ? [] : pemBlocks(readFileSync(file, 'latin1'))
    return blocks.find(({ label }) => label === 'PRIVATE KEY')?.der ?? new Uint8Array(0)
  }
}

/** The flags of one connection, by name without the `-`. A flag without a value has none here. */
export class Flags {
  readonly credentials: Credential[] = []
  readonly #values = new Map<string, string[]>()

  /** Flags of credentials belong to the credential that was introduced last. */
  set(name: string, value: string | undefined): void {
    if (name === 'new-x509-credential') this.credentials.push(new Credential('x509'))
    if (name === 'new-rpk-credential') this.credentials.push(new Credential('raw key'))
    if (name === 'new-psk-credential') this.credentials.push(new Credential('shared key'))
    const last = CREDENTIAL_FLAGS.has(name) ? this.credentials.at(-1) : undefined
    if (last !== undefined) {
      last.flags.set(name, value)
      return
    }
    const values = this.#values.get(name) ?? []
    if (value !== undefined) values.push(value)
    this.#values.set(name, values)
  }
  has(name: string): boolean {
    return this.#values.has(name)
  }
  /** Given last. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)
  }
  number(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : Number(text)
  }
  /** Every value that was given, in order; undefined: none. */
  numbers(name: string): readonly number[] | undefined {
    return this.#values.get(name)?.map(Number)
  }
  bytes(name: string): Uint8Array | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64'))
  }
  /** The credential that stands for itself, when `-cert-file` came before any was introduced. */
  get ownCredential(): Credential | undefined {
    if (!this.has('cert-file') && !this.has('key-file')) return undefined
    const own = new Credential('x509')
    for (const name of CREDENTIAL_FLAGS) for (const value of this.#values.get(name) ?? []) own.flags.set(name, value)
    return own
  }
}

const publicKeyOf = (pkcs8: Uint8Array): Uint8Array =>
  new Uint8Array(
    createPublicKey(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })).export({
      format: 'der',
      type: 'spki',
    }),
  )

const CREDENTIAL_FLAGS: ReadonlySet<string> = new Set([
  'cert-file',
  'key-file',
  'signing-prefs',
  'ocsp-response',
  'signed-cert-timestamps',
  'psk-importer-key',
  'psk-importer-identity',
  'psk-importer-context',
  'psk-importer-sha256',
  'psk-importer-sha384',
])

export interface ShimFlags {
  readonly initial: Flags
  readonly resume: Flags
  readonly retry: Flags
}

/** The three sets of flags, or why the case is skipped. */
export const parseFlags = (args: readonly string[]): ShimFlags | string => {
  const all = { initial: new Flags(), resume: new Flags(), retry: new Flags() }
  for (let i = 0; i < args.length; i++) {
    const match = /^(-on-shim|-on-handshaker)?(?:-on-(initial|resume|retry))?-(.*)$/.exec(args[i]!)
    const [, place, when, name = ''] = match ?? []
    const flag = known.get(name)
    if (flag === undefined) return `${UNKNOWN}: ${args[i]}`
    if (flag.skipped !== undefined) return flag.skipped
    const value = flag.takes === 'value' ? args[++i] : undefined
    if (place === '-on-handshaker') continue
    const targets = when === undefined ? Object.values(all) : [all[when as keyof ShimFlags]]
    for (const target of targets) target.set(name, value)
  }
  return all
}
