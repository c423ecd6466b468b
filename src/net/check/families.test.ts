/** What each family asks and makes of the answers: told by answers that no server of ours gives. */
import { describe, expect, test } from 'vitest'
import { ALERT, askingOf, CUT, flightOf, NONSENSE } from '../../../test/support/asking.ts'
import { CipherSuite, ExtensionType, NamedGroup, SignatureScheme } from '../../tls/messages/registries.table.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { Answered } from './asker.ts'
import { suitesOf } from './asking.ts'
import { askExtensions } from './extensions.ts'
import { askGroups } from './groups.ts'
import type { HelloSpec } from './hello.ts'
import { askSchemes } from './schemes.ts'
import { askSuites } from './suites.ts'
import type { Unasked } from './types.ts'
import { askVersions, versionFound } from './versions.ts'

type Said = Answered | Unasked
const CLOSED = { kind: 'wordless', by: 'closed' } as const
const NO_MODERN = { kind: 'alert', alert: 70 } as const
const POINTLESS = { unasked: 'pointless' }
const LOST = { unasked: 'nonsense' }

/** The version that is asked for. */
const askedIn = ({ versions, version }: HelloSpec): number => versions?.at(-1) ?? version

describe('versions', () => {
  test.each([
    [{ kind: 'ssl2' } as const, { offered: true }],
    [ALERT, { offered: false, by: 'alert 40' }],
    [CLOSED, { offered: false, by: 'closed' }],
    [NONSENSE, { offered: false, by: 'no SSL 2.0' }],
    [CUT, CUT],
  ])('SSL 2.0, with %j: %j', async (reply, said) => {
    const { versions } = await askVersions(
      askingOf(
        [],
        () => NO_MODERN,
        () => reply,
      ),
      new Map(),
    )
    expect(versions.versions['SSL 2.0']).toEqual(said)
  })

  test.each([
    // One list after the other, until one is taken or the version is what is wrong.
    [[ALERT, flightOf()], { offered: true }],
    [[NO_MODERN], { offered: false, by: 'alert 70' }],
    [[flightOf({ version: 0x0302 })], { offered: false, by: 'TLS 1.1' }],
    [[NONSENSE], LOST],
    [[ALERT, CUT], CUT],
    [suitesOf('TLS 1.2').map(() => CLOSED), { offered: false, by: 'closed' }],
  ] as [Said[], object][])('TLS 1.2, with %j: %j', async (replies, said) => {
    const left = [...replies]
    const asking = askingOf([], () => left.shift()!)
    expect((await versionFound('TLS 1.2', asking)).offered).toEqual(said)
    expect(asking.specs).toHaveLength(replies.length)
  })

  test('TLS 1.3 is asked for with shares too, by whoever cannot ask for one', async () => {
    const asking = askingOf([], ({ shares }) => (shares === undefined ? ALERT : flightOf({ version: 0x0304 })))
    expect((await versionFound('TLS 1.3', asking)).offered).toEqual({ offered: true })
    expect(asking.specs.at(-1)?.shares?.map(({ group, keyExchange }) => [group, keyExchange.length])).toEqual([
      [29, 32],
      [23, 65],
    ])
  })

  const FALLBACK = 0x5600
  test.each([
    [{ kind: 'alert', alert: 86 } as const, true],
    [flightOf({ version: 0x0303 }), false],
    [ALERT, { unasked: 'cut' }],
    [NONSENSE, LOST],
    [CUT, CUT],
  ])('RFC 7507 3: a fallback from TLS 1.3, with %j: %j', async (reply, said) => {
    const asking = askingOf([], spec => {
      if (spec.suites.includes(FALLBACK)) return reply
      const version = askedIn(spec)
      return version > 0x0302 ? flightOf({ version }) : NO_MODERN
    })
    const { versions } = await askVersions(asking, new Map())
    expect(versions.fallbackSignal).toEqual(said)
    const signalled = asking.specs.filter(({ suites }) => suites.includes(FALLBACK))
    expect(signalled.every(({ suites, version }) => suites.at(-1) === FALLBACK && version === 0x0303)).toBe(true)
    expect(signalled).toHaveLength(reply === ALERT ? suitesOf('TLS 1.2').length : 1)
  })

  test('RFC 9846 4.2.3: the mark stands in the last eight bytes, and somebody must know more than was asked for', async () => {
    const mark = async (newest: number, text: string, at: number) => {
      const random = new Uint8Array(32)
      random.set(latin1Bytes(text), at)
      const asking = askingOf([], spec => {
        const version = askedIn(spec)
        return version > newest || version < newest - 1 ? NO_MODERN : flightOf({ version, hello: { random } })
      })
      return (await askVersions(asking, new Map())).versions.downgradeMark
    }
    expect(await mark(0x0304, 'DOWNGRD', 24)).toBe(true)
    expect(await mark(0x0304, 'DOWNGRD', 23)).toBe(false)
    expect(await mark(0x0303, 'DOWNGRD', 24)).toBe(true)
    expect(await mark(0x0302, 'DOWNGRD', 24)).toEqual(POINTLESS)
  })
})

describe('suites', () => {
  const id = (name: string): number => CipherSuite.names[name]!
  const [A, B, NUMBERS, EXPORT] = [
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA',
  ] as const
  const taking = (
    names: readonly string[],
    more: (spec: HelloSpec, cipherSuite: number) => Said | undefined = () => undefined,
  ) =>
    askingOf(['TLS 1.2'], spec => {
      const cipherSuite = names.map(id).find(each => spec.suites.includes(each))
      return cipherSuite === undefined ? ALERT : (more(spec, cipherSuite) ?? flightOf({ hello: { cipherSuite } }))
    })

  test('of one suite nobody has an order', async () => {
    expect(await askSuites(taking([A]))).toEqual([
      { version: 'TLS 1.2', suites: [A], order: POINTLESS, dhBits: undefined },
    ])
  })

  test('whoever takes what stands first has no order of his own', async () => {
    const asking = askingOf(['TLS 1.2'], ({ suites }) => {
      const cipherSuite = suites.find(each => [id(A), id(B)].includes(each))
      return cipherSuite === undefined ? ALERT : flightOf({ hello: { cipherSuite } })
    })
    expect(await askSuites(asking)).toMatchObject([{ suites: expect.arrayContaining([A, B]), order: 'client' }])
  })

  test('whoever answers in another version takes none', async () => {
    const asking = askingOf(['TLS 1.1'], () => flightOf({ version: 0x0303 }))
    expect(await askSuites(asking)).toEqual([{ version: 'TLS 1.1', suites: [], order: POINTLESS, dhBits: undefined }])
  })

  test('of versions the newest stands first, and SSL 2.0 is left out', async () => {
    const asking = askingOf(['SSL 2.0', 'TLS 1.1', 'TLS 1.2'], () => ALERT)
    expect((await askSuites(asking)).map(({ version }) => version)).toEqual(['TLS 1.2', 'TLS 1.1'])
  })

  test('what is lost at once is not known; what is lost later may be more', async () => {
    for (const [reply, why] of [
      [CUT, CUT],
      [NONSENSE, LOST],
    ] as const) {
      expect(await askSuites(askingOf(['TLS 1.2'], () => reply))).toEqual([
        { version: 'TLS 1.2', suites: why, order: why },
      ])
      const [some] = await askSuites(taking([A, B], (_, suite) => (suite === id(B) ? reply : undefined)))
      expect(some).toMatchObject({ suites: [A], more: why })
    }
  })

  test('an order that is not answered for is not known', async () => {
    for (const lost of [0, 1]) {
      const asking = taking([A, B], ({ suites }) =>
        suites.length === 2 && suites[lost] === id(A) ? NONSENSE : undefined,
      )
      const [of] = await askSuites(asking)
      expect(of).toMatchObject({ suites: expect.arrayContaining([A, B]), order: LOST })
    }
  })

  test('the smallest prime is of an export suite or of another, and of no number that was not answered for', async () => {
    const bits = (one: number, other: Said | number) =>
      taking([A, NUMBERS, EXPORT], ({ suites }, cipherSuite) => {
        if (suites.length > 1) return undefined
        const said = cipherSuite === id(EXPORT) ? one : other
        return typeof said === 'number' ? flightOf({ dhBits: said, hello: { cipherSuite } }) : said
      })
    const of = async (one: number, other: Said | number) => (await askSuites(bits(one, other)))[0]?.dhBits
    expect(await of(512, 2_048)).toBe(512)
    expect(await of(3_072, 2_048)).toBe(2_048)
    expect(await of(512, ALERT)).toBe(512)
    expect(await of(512, CUT)).toBeUndefined()
  })
})

describe('groups', () => {
  const id = (name: string): number => NamedGroup.names[name]!
  const of13 = (names: readonly string[], more: (spec: HelloSpec) => Said | undefined = () => undefined) =>
    askingOf(['TLS 1.3'], spec => {
      const group = names.map(id).find(each => spec.groups!.includes(each))
      return more(spec) ?? (group === undefined ? ALERT : flightOf({ version: 0x0304, group }))
    })
  test('of TLS 1.3 each is asked for alone, and two of them for the order', async () => {
    expect(await askGroups(of13([]))).toEqual({ tls13: [], tls12: POINTLESS, order: POINTLESS })
    expect(await askGroups(of13(['x25519']))).toEqual({ tls13: ['x25519'], tls12: POINTLESS, order: POINTLESS })
    const two = ['x25519', 'secp256r1']
    expect(await askGroups(of13(two))).toMatchObject({ tls13: two, order: 'server' })
    const first = of13(two, ({ groups }) =>
      groups!.length > 1 ? flightOf({ version: 0x0304, group: groups![0]! }) : undefined,
    )
    expect(await askGroups(first)).toMatchObject({ tls13: two, order: 'client' })
    // It names another than the one that was asked for.
    expect(await askGroups(askingOf(['TLS 1.3'], () => flightOf({ group: id('x25519') })))).toMatchObject({
      tls13: ['x25519'],
    })
  })
  test('of TLS 1.3 that one is not answered for is lost, and so is the order', async () => {
    expect(
      await askGroups(of13(['x25519'], ({ groups }) => (groups![0] === id('x448') ? NONSENSE : undefined))),
    ).toMatchObject({
      tls13: LOST,
      order: LOST,
    })
    for (const first of ['x25519', 'secp256r1']) {
      const lost = ({ groups }: HelloSpec) => (groups!.length > 1 && groups![0] === id(first) ? CUT : undefined)
      expect(await askGroups(of13(['x25519', 'secp256r1'], lost))).toMatchObject({ order: CUT })
    }
  })
  const of12 = (answer: (spec: HelloSpec) => Said) =>
    askGroups(askingOf(['TLS 1.2'], answer)).then(({ tls12 }) => tls12)
  const choosing =
    (names: readonly string[]) =>
    ({ groups }: HelloSpec): Said => {
      const group = names.map(id).find(each => groups!.includes(each))
      return group === undefined ? ALERT : flightOf({ group })
    }
  test('of TLS 1.2 the chosen one is left out of the next question', async () => {
    expect(await of12(choosing(['secp384r1', 'sect163k1', 'x25519']))).toEqual(['secp384r1', 'sect163k1', 'x25519'])
    expect(await of12(() => ALERT)).toEqual([])
    expect(await of12(() => flightOf({ version: 0x0302, group: 29 }))).toEqual([])
    expect(await of12(() => flightOf())).toEqual([])
    expect(await of12(() => flightOf({ group: 0x1234 }))).toEqual([])
    expect(await of12(() => NONSENSE)).toEqual(LOST)
    expect(await of12(() => CUT)).toEqual(CUT)
  })
  test('RFC 8422 5.1: a curve that is taken beside that of the key alone is found, and none that is not', async () => {
    const key = id('secp256r1')
    const answer = ({ groups }: HelloSpec): Said => {
      if (!groups!.includes(key)) return ALERT
      // Whatever else there is, the key's own is preferred, but for x448 in front.
      return flightOf({ group: groups![0] === id('x448') ? groups![0] : key })
    }
    expect(await of12(answer)).toEqual(['secp256r1', 'x448'])
    expect(await of12(spec => (spec.groups![0] === id('x448') ? NONSENSE : answer(spec)))).toEqual(LOST)
  })
})

describe('schemes', () => {
  const id = (name: string): number => SignatureScheme.names[name]!
  const asked = (answer: (spec: HelloSpec) => Said) => askSchemes(askingOf(['TLS 1.2'], answer))
  test('of TLS 1.2 each is asked for alone, with suites of its kind of key', async () => {
    const knows = ['ed25519', 'rsa_pkcs1_sha256', 'rsa_pkcs1_md5']
    const asking = askingOf(['TLS 1.2'], ({ schemes: [scheme] = [] }) =>
      knows.map(id).includes(scheme!) ? flightOf({ scheme }) : ALERT,
    )
    expect(await askSchemes(asking)).toEqual({ tls12: knows, tls13: POINTLESS })
    for (const { schemes, suites, until } of asking.specs) {
      expect(schemes).toHaveLength(1)
      const kind = SignatureScheme.nameOf(schemes![0]!).startsWith('rsa') ? /_(?:ECDHE|DHE)_RSA_/ : /_ECDHE_ECDSA_/
      expect(suites.map(CipherSuite.nameOf).filter(name => !kind.test(name))).toEqual([])
      expect([suites.length > 10, until]).toEqual([true, 'exchange'])
    }
  })
  test('whoever signs with another than was asked for does not know it, and who is not heard is not known', async () => {
    expect((await asked(() => flightOf({ scheme: id('rsa_pkcs1_sha1') }))).tls12).toEqual(['rsa_pkcs1_sha1'])
    expect((await asked(() => CUT)).tls12).toEqual(CUT)
    expect((await asked(() => NONSENSE)).tls12).toEqual(LOST)
  })
  test('of TLS 1.3 a hello is not enough: whoever fails behind it cannot sign', async () => {
    const of13 = async (answer: () => Said) => (await askSchemes(askingOf(['TLS 1.3'], answer))).tls13
    expect(await of13(() => flightOf({ version: 0x0304 }))).toEqual([])
    expect(await of13(() => ALERT)).toEqual([])
    expect(await of13(() => NONSENSE)).toEqual(LOST)
    expect(await of13(() => CUT)).toEqual(CUT)
  })
})

describe('extensions', () => {
  const id = (name: string): number => ExtensionType.names[name]!
  const without = {
    extendedMasterSecret: false,
    encryptThenMac: false,
    secureRenegotiation: false,
    compression: false,
    heartbeat: false,
  }
  test.each([
    ['extended_master_secret', 'extendedMasterSecret'],
    ['encrypt_then_mac', 'encryptThenMac'],
    ['renegotiation_info', 'secureRenegotiation'],
    ['heartbeat', 'heartbeat'],
  ])('%s is there where it is answered with', async (name, key) => {
    const asking = askingOf(['TLS 1.2'], () => flightOf({ extensions: new Map([[id(name), new Uint8Array(0)]]) }))
    expect(await askExtensions(asking)).toMatchObject({ ...without, alpn: [], [key]: true })
  })
  test('protocols are asked for one by one, compression beside none, encrypt_then_mac with CBC alone', async () => {
    const alpn = new Map([[id('application_layer_protocol_negotiation'), new Uint8Array(0)]])
    const asking = askingOf(['TLS 1.1'], ({ alpn: [name] = [], compressions = [0] }) =>
      name === 'h3'
        ? ALERT
        : flightOf({
            extensions: name === 'h2' ? alpn : new Map(),
            hello: { compressionMethod: compressions[0] },
          }),
    )
    expect(await askExtensions(asking)).toMatchObject({ ...without, alpn: ['h2'], compression: true })
    expect(
      asking.specs
        .flatMap(({ alpn }) => (alpn === undefined ? [] : [alpn.join()]))
        .filter((x, i, all) => all.indexOf(x) === i),
    ).toEqual(['h3', 'h2', 'http/1.1', 'http/1.0', 'spdy/3.1', 'h2c'])
    expect(asking.specs.filter(({ compressions }) => compressions?.join() === '1,0')).toHaveLength(1)
    const isCbc = ({ suites }: HelloSpec) => suites.every(each => CipherSuite.nameOf(each).includes('_CBC_'))
    expect(asking.specs.some(isCbc)).toBe(true)
    expect(asking.specs.every(isCbc)).toBe(false)
  })
  test('who has no CBC is not asked what he would do with it', async () => {
    const asking = askingOf(['TLS 1.2'], ({ suites }) =>
      suites.some(each => !CipherSuite.nameOf(each).includes('_CBC_')) ? flightOf() : ALERT,
    )
    expect(await askExtensions(asking)).toMatchObject({ ...without, encryptThenMac: POINTLESS })
  })
  test('a list that is refused is followed by the next; what is not answered is not known', async () => {
    const [first] = suitesOf('TLS 1.2')
    const later = askingOf(['TLS 1.2'], ({ suites }) => (first!.includes(suites[0]!) ? ALERT : flightOf()))
    expect(await askExtensions(later)).toMatchObject(without)
    expect(await askExtensions(askingOf(['TLS 1.2'], () => NONSENSE))).toMatchObject({
      alpn: LOST,
      extendedMasterSecret: LOST,
      encryptThenMac: POINTLESS,
      compression: LOST,
      heartbeat: LOST,
    })
    expect(await askExtensions(askingOf(['TLS 1.2'], () => ALERT))).toMatchObject({ alpn: [], heartbeat: CUT })
  })
  test('of TLS 1.3 alone only the protocols can be asked for', async () => {
    const hidden = Object.fromEntries(Object.keys(without).map(key => [key, POINTLESS]))
    expect(await askExtensions(askingOf(['TLS 1.3'], () => ALERT))).toMatchObject({ ...hidden, alpn: [] })
    expect(await askExtensions(askingOf(['TLS 1.3'], () => NONSENSE))).toMatchObject({ ...hidden, alpn: LOST })
    expect(await askExtensions(askingOf(['TLS 1.3'], () => flightOf()))).toMatchObject({
      alpn: { unasked: 'cut', code: 'tls/no-common-version' },
    })
  })
})
