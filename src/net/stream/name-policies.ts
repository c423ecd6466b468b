/** What holds for one name of several behind a listener: what `certificateFor` may answer, and whom to believe there. */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import type { CertificateTypeName } from '../../tls/certificate/types.ts'
import type { CertifiedKey, Introduced, ServerPolicy } from '../../tls/types.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import {
  believed,
  type CertificateFiles,
  type Opener,
  openedInTurns,
  opensInTurns,
  type PatientOpener,
  subjectsIn,
} from './credentials.ts'
import { BARE_FIRST, type PublicKeyFiles, publicKeysIn } from './public-keys.ts'
import { checkTlsOptions, wrong } from './tls-options.ts'

/** Who may have issued the certificates of clients, or whose they are. */
export interface ClientRoots {
  /** Who may have issued it, PEM or DER: clients are told their names. Undefined: see `trust`. */
  readonly ca?: CertificateFiles | undefined
  /** Who may have issued it, where files are not what you have. One of the three must be there: public roots issue to all. */
  readonly trust?: TrustStore | undefined
  /** Keys of clients that are believed without an issuer, bare (RFC 7250) or in a certificate: PEM (`PUBLIC KEY`) or DER. */
  readonly publicKeys?: PublicKeyFiles | undefined
}

/**
 * How clients are treated that ask for a name. What is left out is as the listener has it; of `ca`, `trust` and
 * `publicKeys` all three are replaced by those that stand here. They are read once for each object: give the same again.
 */
export interface NamePolicy extends ServerPolicy, ClientRoots {}

/** For one name; undefined: it is not served. */
type Chosen = CertifiedKey | NamePolicy | undefined

export type Chooser = (name: string | undefined, hello: Introduced) => Chosen | Promise<Chosen>

/** Roots that were read. */
export interface Believed {
  readonly trust: TrustStore | undefined
  readonly publicKeys: readonly Bytes[] | undefined
  /** Names of those in `ca`, DER. */
  readonly authorities: readonly Bytes[]
  readonly certificateTypes: readonly CertificateTypeName[] | undefined
}

/** Which of the options says whom to believe; undefined: none. */
export const rootsNamed = ({ ca, trust, publicKeys }: ClientRoots): keyof ClientRoots | undefined =>
  ca !== undefined ? 'ca' : trust !== undefined ? 'trust' : publicKeys !== undefined ? 'publicKeys' : undefined

/** Throws `FailureError`: `net/bad-certificate`, `net/bad-public-key`, `net/bad-tls-options`, and those of `openFile`. */
export const believedIn = (roots: ClientRoots, opener: Opener): Believed => {
  const { publicKeys } = roots
  return {
    trust: believed(roots, opener),
    publicKeys: publicKeys === undefined ? undefined : publicKeysIn(publicKeys),
    authorities: authoritiesIn(roots, opener),
    certificateTypes: publicKeys === undefined ? undefined : BARE_FIRST,
  }
}

/** Clients with several certificates choose by these. Of a large bundle none are named: every handshake carries them. */
export const authoritiesIn = ({ ca }: ClientRoots, opener: Opener): readonly Bytes[] => {
  const names = ca === undefined ? [] : subjectsIn(ca, opener)
  return names.length > MOST_AUTHORITIES ? [] : names
}

/** Some 100 bytes each: as much as a chain. */
const MOST_AUTHORITIES = 32

/** What is answered to a hello, and whom the client is judged by. */
export interface Ruling {
  readonly reply: CertifiedKey | ServerPolicy
  readonly roots: Believed
}

/** The rulings of one listener, whose own roots are `listener`; `named`: there are some. */
export class Rulings {
  readonly listener: Believed
  readonly #named: boolean
  readonly #opener: PatientOpener
  readonly #known = new WeakMap<NamePolicy, Ruling | Promise<Ruling>>()
  constructor(listener: Believed, named: boolean, opener: PatientOpener) {
    this.listener = listener
    this.#named = named
    this.#opener = opener
  }
  /**
   * Throws `FailureError`: `net/bad-tls-options`, and what `believedIn` throws. A bundle in `ca` is opened in turns, so that
   * the others of the listener do not wait; what is wrong with it then rejects.
   */
  on(chosen: CertifiedKey | NamePolicy): Ruling | Promise<Ruling> {
    if (!('certificate' in chosen)) return { reply: chosen, roots: this.listener }
    const known = this.#known.get(chosen)
    if (known !== undefined) return known
    const ruling = this.#read(chosen)
    this.#known.set(chosen, ruling)
    return ruling
  }
  #read(policy: NamePolicy): Ruling | Promise<Ruling> {
    checkTlsOptions(policy, KNOWN)
    const own = rootsNamed(policy) !== undefined
    // One that asks where nobody is named would believe whoever public roots have issued to.
    if ((policy.clientCertificate ?? 'none') !== 'none' && !own && !this.#named)
      throw wrong('tls.certificateFor', 'a policy that asks for certificates', 'ca, trust or publicKeys beside it')
    if (!own) return { reply: policy, roots: this.listener }
    const { ca } = policy
    if (ca === undefined || !opensInTurns(ca, this.#opener)) return this.#believing(policy, policy)
    return openedInTurns({ ca, password: this.#opener.password }, this.#opener).then(opened =>
      this.#believing(policy, { ...policy, ca: opened.ca }),
    )
  }
  #believing(policy: NamePolicy, clear: ClientRoots): Ruling {
    const roots = believedIn(clear, this.#opener)
    const { authorities: clientAuthorities, certificateTypes = ['X509'] } = roots
    return { reply: { clientAuthorities, peerCertificateTypes: certificateTypes, ...policy }, roots }
  }
}

/** One client, from its hello on. */
export class Client {
  readonly #rulings: Rulings
  readonly #choose: Chooser | undefined
  /** By whom its certificate is judged. */
  roots: Believed
  constructor(rulings: Rulings, choose: Chooser | undefined) {
    this.#rulings = rulings
    this.#choose = choose
    this.roots = rulings.listener
  }
  /** `none`: clients are known by keys alone. Throws, and rejects, as `Rulings.on`. */
  introduced(hello: Introduced): Introduction | Promise<Introduction> {
    if (this.#choose === undefined) return 'none'
    const chosen = this.#choose(hello.serverName, hello)
    return chosen instanceof Promise ? chosen.then(late => this.#ruled(late, hello)) : this.#ruled(chosen, hello)
  }
  #ruled(chosen: Chosen, { serverName }: Introduced): Introduction | Promise<Introduction> {
    if (chosen === undefined) return fail('tls/name-unknown', serverName === undefined ? {} : { got: serverName })
    const ruling = this.#rulings.on(chosen)
    return ruling instanceof Promise ? ruling.then(late => this.#taken(late)) : this.#taken(ruling)
  }
  #taken({ reply, roots }: Ruling): Introduction {
    this.roots = roots
    return reply
  }
}

type Introduction = CertifiedKey | ServerPolicy | 'none' | Failure

/** An option that is not here is refused. */
const KNOWN: Record<keyof NamePolicy, true> = {
  certificate: true,
  versions: true,
  suites: true,
  groups: true,
  alpn: true,
  clientCertificate: true,
  clientAuthorities: true,
  peerCertificateTypes: true,
  ca: true,
  trust: true,
  publicKeys: true,
}
