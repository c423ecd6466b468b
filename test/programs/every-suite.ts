/**
 * Every cipher suite, group and kind of certificate of the web's provider, in both versions, each agreed on by a client and
 * a server of ours and then resumed. It runs in a page, so certificates are given, and RSA keys are elsewhere.
 */
import type { GroupName } from '../../src/crypto/provider.ts'
import { connect, listen, type World } from '../../src/net/index.ts'
import { type KeyElsewhere, SessionCache } from '../../src/tls/index.ts'
import { type AnySuiteName, DEFAULT_GROUPS, rsaSuites, suites, suites13 } from '../../src/tls/suites.table.ts'
import type { TlsVersion } from '../../src/tls/types.ts'

/** A certificate for shop.test, DER, and its key; undefined where that is elsewhere. */
export interface Shown {
  readonly kind: CertificateKind
  readonly chain: readonly Uint8Array[]
  readonly key: Uint8Array | undefined
}
export type CertificateKind = 'p-256' | 'p-384' | 'ed25519' | 'rsa-2048'

export interface Cell {
  readonly version: TlsVersion
  readonly suite: AnySuiteName
  /** None where RSA encrypts the secret. */
  readonly group: GroupName | undefined
  readonly certificate: CertificateKind
}

const ECDSA: readonly CertificateKind[] = ['p-256', 'p-384', 'ed25519']

const cell =
  (version: TlsVersion, suite: AnySuiteName) => (group: GroupName | undefined) => (certificate: CertificateKind) =>
    ({ version, suite, group, certificate }) satisfies Cell

/** All that there is, from the tables of the engine. */
export const cells = (): readonly Cell[] => [
  ...suites13.flatMap(({ name }) =>
    [...DEFAULT_GROUPS, 'X25519MLKEM768' as const].flatMap(group =>
      [...ECDSA, 'rsa-2048' as const].map(cell('TLS 1.3', name)(group)),
    ),
  ),
  ...suites.flatMap(({ name, authentication }) =>
    DEFAULT_GROUPS.flatMap(group =>
      (authentication === 'rsa' ? ['rsa-2048' as const] : ECDSA).map(cell('TLS 1.2', name)(group)),
    ),
  ),
  ...rsaSuites.map(({ name }) => cell('TLS 1.2', name)(undefined)('rsa-2048')),
]

/** In TLS 1.2 the list of groups is of the curves in certificates too (RFC 8422 5.1). */
const CURVES: Readonly<Partial<Record<CertificateKind, GroupName>>> = { 'p-256': 'secp256r1', 'p-384': 'secp384r1' }

const groupsOf = ({ version, group, certificate }: Cell): readonly GroupName[] | undefined => {
  if (group === undefined) return undefined
  const curve = version === 'TLS 1.2' ? CURVES[certificate] : undefined
  return curve === undefined || curve === group ? [group] : [group, curve]
}

export interface Everybody {
  readonly world: () => World
  readonly root: Uint8Array
  readonly shown: readonly Shown[]
  /** Where the RSA key is. */
  readonly elsewhere: KeyElsewhere
}

/** What became of a cell: that the client was answered, and what both say was agreed on. */
export const playCell = async (cell: Cell, { world: make, root, shown, elsewhere }: Everybody): Promise<string> => {
  const world = make()
  const { chain, key = elsewhere } = shown.find(({ kind }) => kind === cell.certificate)!
  const choices = { versions: [cell.version], suites: [cell.suite], groups: groupsOf(cell) }
  const listener = await listen({ world, port: 443, tls: { cert: [...chain], key, ...choices } }, stream => {
    const { version, suite, group } = stream.connection.tls!
    const said = new TextEncoder().encode(`${version} ${suite} ${group} `)
    stream.handler = {
      data: bytes => void stream.write([said, bytes]),
      end: () => stream.end(),
      drain() {},
      closed() {},
    }
  })
  const sessions = new SessionCache()
  const visit = async (): Promise<string> => {
    const tls = { ca: root, sessions, ...choices }
    const stream = await connect({ world, host: 'shop.test', port: 443, tls })
    const heard = await new Promise<string>((resolve, reject) => {
      let text = ''
      stream.handler = {
        data: bytes => {
          text += new TextDecoder().decode(bytes)
          if (text.endsWith('hello')) stream.end()
        },
        end() {},
        drain() {},
        closed: failure => (failure === undefined ? resolve(text) : reject(new Error(failure.code))),
      }
      stream.write([new TextEncoder().encode('hello')])
    })
    return `${heard}${stream.connection.tls?.resumed ? ', resumed' : ''}`
  }
  try {
    return `${await visit()}; ${await visit()}`
  } finally {
    await listener.close()
  }
}

/** How it has to be. */
export const expected = ({ version, suite, group }: Cell): string => {
  const again = version === 'TLS 1.3' ? group : undefined
  return `${version} ${suite} ${group} hello; ${version} ${suite} ${again} hello, resumed`
}

/** What became of all of them, in their order. */
export const everySuite = async (everybody: Everybody): Promise<readonly string[]> => {
  const said: string[] = []
  for (const each of cells())
    said.push(
      await playCell(each, everybody).catch((error: unknown) => (error instanceof Error ? error.message : `${error}`)),
    )
  return said
}
