import { describe, expect, test } from 'vitest'
import { isPublicSuffix } from '../../net/public-suffix.ts'
import { byTls, hstsStore, parseHsts } from './hsts.ts'
import { readHstsFile, writeHstsFile } from './hsts-file.ts'

describe('Strict-Transport-Security (RFC 6797 6.1)', () => {
  test('RFC 6797 6.1: names in any case and any order, values as tokens or quoted, empty directives between', () => {
    const year = { maxAge: 31_536_000, includeSubDomains: true }
    for (const value of [
      'max-age=31536000; includeSubDomains',
      'INCLUDESUBDOMAINS ;MAX-AGE="31536000"',
      ' ; ;max-age = 31536000 ;; includeSubDomains; ',
      'max-age="3153600\\0";includesubdomains;',
    ]) {
      expect([value, parseHsts(value)]).toEqual([value, year])
    }
    expect(parseHsts('max-age=0')).toEqual({ maxAge: 0, includeSubDomains: false })
  })

  test('RFC 6797 6.1: directives that nobody knows are passed over', () => {
    expect(parseHsts('max-age=1; preload; x="a;b"; y=z')).toEqual({ maxAge: 1, includeSubDomains: false })
  })

  test('RFC 6797 6.1: a field that does not conform is ignored, all of it', () => {
    for (const value of [
      '',
      'includeSubDomains',
      'max-age',
      'max-age=',
      'max-age=-1',
      'max-age=1.5',
      'max-age=soon',
      'max-age="',
      'max-age=1; max-age=1',
      'max-age=1; x; X',
      'max-age=1; includeSubDomains=yes',
      'max-age=1 includeSubDomains',
      'max-age=1, includeSubDomains',
      'max-age=1; =',
      'max-age=1; a="b" c',
      'max-age=1; a="\r"',
      'max-age=1; a="\\\n"',
    ]) {
      expect([value, parseHsts(value)]).toEqual([value, undefined])
    }
  })

  test('RFC 6797 6.1.1: longer than 2^31 seconds is as long as that', () => {
    expect(parseHsts('max-age=99999999999999999999')).toEqual({ maxAge: 2_147_483_648, includeSubDomains: false })
  })
})

const storeAt = (start = 1_000_000) => {
  let now = start
  const store = hstsStore({ isPublicSuffix, date: () => now })
  return { store, pass: (seconds: number) => void (now += seconds * 1000) }
}

describe('who is spoken to by TLS only', () => {
  test('RFC 6797 8.2: the host that said so, and with includeSubDomains every name below it', () => {
    const { store } = storeAt()
    store.receive('alone.test', ['max-age=60'])
    store.receive('all.test', ['max-age=60; includeSubDomains'])
    const covered = (host: string) => store.covers(host)?.host
    expect(['alone.test', 'a.alone.test', 'all.test', 'a.b.all.test', 'xall.test', 'test', ''].map(covered)).toEqual([
      'alone.test',
      undefined,
      'all.test',
      'all.test',
      undefined,
      undefined,
      undefined,
    ])
  })

  test('RFC 6797 8.2: a name of its own does not take a host out of those below another', () => {
    const { store } = storeAt()
    store.receive('all.test', ['max-age=60; includeSubDomains'])
    store.receive('a.all.test', ['max-age=60'])
    expect(store.covers('b.a.all.test')?.host).toBe('all.test')
    store.receive('a.all.test', ['max-age=0'])
    expect(store.covers('a.all.test')?.host).toBe('all.test')
  })

  test('names are compared without their case and without a dot at the end', () => {
    const { store } = storeAt()
    store.receive('A.Test.', ['max-age=60'])
    expect([store.covers('a.test')?.host, store.covers('a.TEST.')?.host]).toEqual(['a.test', 'a.test'])
  })

  test('RFC 6797 8.1: until max-age is over, anew with each answer, and no longer after max-age=0', () => {
    const { store, pass } = storeAt()
    expect(store.receive('a.test', ['max-age=60'])).toEqual({
      host: 'a.test',
      includeSubDomains: false,
      expires: 1_060_000,
    })
    pass(59)
    expect(store.covers('a.test')).toBeDefined()
    store.receive('a.test', ['max-age=60'])
    pass(59)
    expect(store.covers('a.test')).toBeDefined()
    pass(1)
    expect([store.covers('a.test'), store.list()]).toEqual([undefined, []])
    store.receive('a.test', ['max-age=60'])
    expect(store.receive('a.test', ['max-age=0'])).toBe('forgotten')
    expect([store.covers('a.test'), store.receive('a.test', ['max-age=0'])]).toEqual([undefined, undefined])
  })

  test('RFC 6797 8.1: of several fields the first counts, and one that does not conform changes nothing', () => {
    const { store } = storeAt()
    store.receive('a.test', ['max-age=60', 'max-age=0'])
    expect(store.receive('a.test', ['nonsense', 'max-age=0'])).toBeUndefined()
    expect(store.receive('a.test', [])).toBeUndefined()
    expect(store.covers('a.test')).toBeDefined()
  })

  test('RFC 6797 8.1.1: addresses are never among them', () => {
    const { store } = storeAt()
    for (const host of ['127.0.0.1', '[::1]', '::1', '1.2.3.4.']) {
      expect([host, store.receive(host, ['max-age=60']), store.covers(host)]).toEqual([host, undefined, undefined])
    }
    store.restore([{ host: '127.0.0.1', includeSubDomains: true, expires: Number.POSITIVE_INFINITY }])
    expect(store.list()).toEqual([])
  })

  test('somebody who has many names pushes out only his own, and not the one that covers them', () => {
    const { store } = storeAt()
    store.receive('bank.test', ['max-age=60'])
    store.receive('evil.test', ['max-age=60; includeSubDomains'])
    for (let i = 0; i < 20_000; i++) store.receive(`${i}.evil.test`, ['max-age=60'])
    expect([store.list().length, store.covers('bank.test')?.host, store.covers('evil.test')?.host]).toEqual([
      101,
      'bank.test',
      'evil.test',
    ])
    expect([store.covers('19999.evil.test')?.host, store.covers('0.evil.test')?.host]).toEqual([
      '19999.evil.test',
      'evil.test',
    ])
  })

  test('there are 10,000 at most, and the one that spoke longest ago goes first', () => {
    const { store } = storeAt()
    for (let i = 0; i < 10_000; i++) store.receive(`${i}.co.uk`, ['max-age=60'])
    store.receive('0.co.uk', ['max-age=60'])
    store.receive('one-more.co.uk', ['max-age=60'])
    expect([store.list().length, store.covers('0.co.uk')?.host, store.covers('1.co.uk')]).toEqual([
      10_000,
      '0.co.uk',
      undefined,
    ])
  })
})

test('RFC 6797 8.3: port 80 becomes 443, every other port is kept', () => {
  for (const [from, to] of [
    ['http://a.test/x?q#f', 'https://a.test/x?q#f'],
    ['http://a.test:80/', 'https://a.test/'],
    ['http://a.test:443/', 'https://a.test/'],
    ['http://a.test:8080/', 'https://a.test:8080/'],
  ] as const) {
    expect(byTls(new URL(from)).href).toBe(to)
  }
})

describe('a file as curl has it', () => {
  const TEXT = '.all.test "20301231 23:59:59"\nalone.test "20270102 03:04:05"\never.test "unlimited"\n'
  const HOSTS = [
    { host: 'all.test', includeSubDomains: true, expires: Date.UTC(2030, 11, 31, 23, 59, 59) },
    { host: 'alone.test', includeSubDomains: false, expires: Date.UTC(2027, 0, 2, 3, 4, 5) },
    { host: 'ever.test', includeSubDomains: false, expires: Number.POSITIVE_INFINITY },
  ]

  test('is read and written, a fraction of a second rounded up', () => {
    expect(readHstsFile(`# comment\n\n${TEXT}`)).toEqual(HOSTS)
    expect(writeHstsFile(HOSTS).replace(/^#.*\n/gm, '')).toBe(TEXT)
    expect(writeHstsFile([{ ...HOSTS[1]!, expires: HOSTS[1]!.expires - 1 }])).toContain('03:04:05')
  })

  test('lines that are none are left out, and what has expired is not taken back', () => {
    expect(readHstsFile('a.test\na.test "soon"\na.test "20301399 00:00:00"\na b "unlimited"\n"unlimited"\n\0')).toEqual(
      [],
    )
    const { store } = storeAt(Date.UTC(2029, 0, 1))
    store.restore(readHstsFile(TEXT.replaceAll('\n', '\r\n')))
    expect(store.list().map(({ host }) => host)).toEqual(['all.test', 'ever.test'])
  })
})
