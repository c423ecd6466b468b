import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { certificateAuthority } from '../ca/authority.ts'
import { limitsIn } from '../ca/contents.ts'
import { sentence } from '../explain/index.ts'
import { FailureError } from '../failures/index.ts'
import { broken } from '../lab/broken.ts'
import { latin1Text } from '../wire/bytes.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { certificatesIn, pem } from '../x509/files/pem.ts'
import { pkcs7 } from '../x509/files/pkcs7.ts'
import { writePkcs12 } from '../x509/files/pkcs12-write.ts'
import { isTrusted } from '../x509/path/trusted.ts'
import { verifyChain } from '../x509/path/verify.ts'
import {
  authorityPath,
  dataHome,
  foundLocalAuthority,
  localAuthority,
  localRoot,
  openLocalAuthority,
} from './ca-files.ts'
import { nodeCrypto } from './crypto.ts'
import { fromFile, rootsAt, systemRoots, systemTrustStore, UNIX } from './trust-store.ts'

const folders: string[] = []
const home = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ca-files-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  }
})

const failureOf = (work: () => unknown): FailureError => {
  try {
    work()
  } catch (error) {
    if (error instanceof FailureError) return error
    throw error
  }
  throw new Error('did not fail')
}

test('the first use makes an authority that only its owner can use; the next use finds it', () => {
  const folder = home()
  const made = localAuthority({ home: folder })
  const again = localAuthority({ home: folder })
  expect(again.certificate).toEqual(made.certificate)
  expect(again.name).toMatch(/^barewire CA of /)
  expect(statSync(join(folder, 'ca')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'ca', 'root.key')).mode & 0o777).toBe(0o600)
  expect(authorityPath(folder)).toBe(join(folder, 'ca', 'root.pem'))
  expect(localRoot(folder)).toEqual(made.certificate)
  expect(readdirSync(folder)).toEqual(['ca'])
})

test('it lives where the environment says', () => {
  expect(dataHome({ BAREWIRE_HOME: '/a' })).toBe('/a')
  expect(dataHome({ XDG_DATA_HOME: '/b' })).toBe('/b/barewire')
  expect(dataHome({})).toMatch(/\/\.local\/share\/barewire$/)
  expect(dataHome({ XDG_DATA_HOME: 'relative' })).toBe(dataHome({}))
})

test('a user without a home folder has no authority: ca/unusable, and trusts the system all the same', async () => {
  const { HOME } = process.env
  process.env.HOME = ''
  try {
    const { code, failure } = failureOf(() => localAuthority())
    expect(code).toBe('ca/unusable')
    expect(sentence(failure)).toContain('HOME does not say where the home folder of this user is')
    const store = await systemTrustStore({})
    expect(store.size).toBeGreaterThan(10)
  } finally {
    if (HOME === undefined) delete process.env.HOME
    else process.env.HOME = HOME
  }
})

test('an authority that others can replace is refused, and not trusted either: ca/unusable', async () => {
  const folder = home()
  localAuthority({ home: folder })
  for (const [place, mode] of [
    [join(folder, 'ca'), 0o777],
    [authorityPath(folder), 0o664],
    [folder, 0o777],
    [folder, 0o770],
  ] as const) {
    const before = statSync(place).mode & 0o777
    chmodSync(place, mode)
    const { code, failure } = failureOf(() => localAuthority({ home: folder }))
    expect(code).toBe('ca/unusable')
    expect(sentence(failure)).toContain(`${place} can be written by others (0${mode.toString(8)})`)
    await expect(systemTrustStore({ BAREWIRE_HOME: folder })).rejects.toMatchObject({ code: 'ca/unusable' })
    chmodSync(place, before)
  }
  expect(localRoot(folder)).toBeDefined()
})

test('a home that others can write to gets no authority: ca/unusable; with the sticky bit they can only add', () => {
  const folder = home()
  chmodSync(folder, 0o777)
  expect(failureOf(() => localAuthority({ home: folder })).failure).toMatchObject({
    code: 'ca/unusable',
    where: folder,
  })
  expect(readdirSync(folder)).toEqual([])
  chmodSync(folder, 0o1777)
  expect(localAuthority({ home: folder }).certificate).toEqual(localRoot(folder))
})

// Only root can give files away.
test.skipIf(process.getuid?.() !== 0)(
  'an authority that another user put there is refused and not trusted: ca/unusable',
  async () => {
    const folder = home()
    localAuthority({ home: folder })
    const key = join(folder, 'ca', 'root.key')
    for (const place of [join(folder, 'ca'), authorityPath(folder), folder, key]) {
      chownSync(place, 65_534, 65_534)
      const { code, failure } = failureOf(() => localAuthority({ home: folder }))
      expect([code, failure.where]).toEqual(['ca/unusable', place])
      expect(sentence(failure)).toContain('belongs to another user (65534')
      if (place === key) expect(localRoot(folder)).toBeDefined()
      else await expect(systemTrustStore({ BAREWIRE_HOME: folder })).rejects.toMatchObject({ code: 'ca/unusable' })
      chownSync(place, 0, 0)
    }
  },
)

test.each([
  ['everybody', 0o644],
  ['the group', 0o640],
  ['the group, to write', 0o620],
  ['others', 0o604],
])('a key that is open to %s is refused with the command that mends it: ca/key-readable', (_, mode) => {
  const folder = home()
  localAuthority({ home: folder })
  const key = join(folder, 'ca', 'root.key')
  chmodSync(key, mode)
  const { code, failure } = failureOf(() => localAuthority({ home: folder }))
  expect(code).toBe('ca/key-readable')
  expect(sentence(failure)).toContain(`0${mode.toString(8)}`)
  chmodSync(key, 0o600)
  expect(localAuthority({ home: folder }).name).toMatch(/^barewire/)
})

test.each([
  ['the certificate is cut off', 'root.pem', (text: string) => text.slice(0, 100)],
  ['the key is empty', 'root.key', () => ''],
  ['the key is broken', 'root.key', (text: string) => text.replace('MIG', 'MIH')],
  ['the key is another one', 'root.key', () => readFileSync(join(another(), 'ca', 'root.key'), 'utf8')],
])('when %s: ca/damaged', (_, file, change) => {
  const folder = home()
  localAuthority({ home: folder })
  const path = join(folder, 'ca', file)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
  const { code, failure } = failureOf(() => localAuthority({ home: folder }))
  expect(code).toBe('ca/damaged')
  expect(failure.where).toBe(path)
})
const another = (): string => {
  const folder = home()
  localAuthority({ home: folder })
  return folder
}

test('when a file is gone: ca/damaged, never a second authority beside the first', () => {
  const folder = home()
  localAuthority({ home: folder })
  rmSync(join(folder, 'ca', 'root.key'))
  expect(failureOf(() => localAuthority({ home: folder })).code).toBe('ca/damaged')
})

test('a place that cannot be written: ca/unusable', () => {
  const folder = home()
  writeFileSync(join(folder, 'file'), '')
  const { code, failure } = failureOf(() => localAuthority({ home: join(folder, 'file') }))
  expect(code).toBe('ca/unusable')
  expect(sentence(failure)).toContain(`${join(folder, 'file', 'ca')} lies below something that is no folder (ENOTDIR)`)
})

test('a root that is about to end is put aside and replaced', () => {
  const folder = home()
  const old = localAuthority({ home: folder, now: () => Date.now() - 3640 * 86_400_000 })
  const fresh = localAuthority({ home: folder })
  expect(fresh.certificate).not.toEqual(old.certificate)
  expect(fresh.notAfter).toBeGreaterThan(Date.now() + 3000 * 86_400_000)
  const [ca, aside] = readdirSync(folder).sort()
  expect([ca, aside]).toEqual(['ca', expect.stringMatching(/^ca-until-[0-9a-f]{16}$/)])
  // To be recognised by, and of no use to a thief.
  expect(readdirSync(join(folder, aside!)).filter(name => !/-(wal|shm)$/.test(name))).toEqual([
    'inventory.db',
    'root.pem',
  ])
})

test('what takes the place of a root that ends has its name, its limits, its kind of key and its encryption', () => {
  const folder = home()
  const password = 'correct horse'
  const ago = () => Date.now() - 3640 * 86_400_000
  const fresh = { permitted: ['only.test', '10.0.0.0/8'], name: 'Our own', key: 'p-384', keys: 'encrypted' } as const
  openLocalAuthority({ home: folder, password, now: ago, fresh }).inventory.close()
  const { root, since, inventory } = openLocalAuthority({ home: folder, password })
  inventory.close()
  expect([since, root.name, limitsIn(root.certificate).permitted]).toEqual([
    'renewed',
    'Our own',
    ['only.test', '10.0.0.0/8'],
  ])
  expect(new Certificate(root.certificate).publicKey).toMatchObject({ type: 'ecdsa', curve: 'p-384' })
  expect(readFileSync(join(folder, 'ca', 'root.key'), 'latin1')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
})

test('an authority is found, and not made: ca/none; one that is about to end is found as it is', () => {
  const folder = home()
  expect(failureOf(() => foundLocalAuthority({ home: folder })).failure).toMatchObject({
    code: 'ca/none',
    where: join(folder, 'ca'),
  })
  expect(readdirSync(folder)).toEqual([])
  const old = localAuthority({ home: folder, now: () => Date.now() - 3640 * 86_400_000 })
  const { root, since, inventory } = foundLocalAuthority({ home: folder })
  inventory.close()
  expect([since, root.certificate]).toEqual(['found', old.certificate])
})

test('where the place beside is taken, the old root stays; where it cannot be, that is said: ca/unusable', () => {
  const folder = home()
  const ago = () => Date.now() - 3640 * 86_400_000
  const old = localAuthority({ home: folder, now: ago })
  localAuthority({ home: folder })
  const [aside] = readdirSync(folder).filter(name => name.startsWith('ca-until-'))
  // The next one to put this root aside finds another's there.
  rmSync(join(folder, 'ca'), { recursive: true })
  cpSync(join(folder, aside!), join(folder, 'ca'), { recursive: true })
  writeFileSync(join(folder, 'ca', 'root.key'), pem('PRIVATE KEY', old.keyPair.pkcs8), { mode: 0o600 })
  expect(localAuthority({ home: folder }).certificate).toEqual(old.certificate)
  expect(readdirSync(folder).sort()).toEqual(['ca', aside])
  rmSync(join(folder, aside!), { recursive: true })
  writeFileSync(join(folder, aside!), 'a file')
  const { code, failure } = failureOf(() => localAuthority({ home: folder }))
  expect([code, failure.got]).toEqual(['ca/unusable', 'lies below something that is no folder (ENOTDIR)'])
})

test('whoever opens the authority learns whether it was made, found or renewed', () => {
  const folder = home()
  const days = (count: number) => () => Date.UTC(2026, 0, 1) + count * 86_400_000
  const since = (now: () => number) => openLocalAuthority({ home: folder, now }).since
  // It lasts 3650 days, and the last 30 are not used.
  expect([since(days(0)), since(days(1)), since(days(3619)), since(days(3620)), since(days(3621))]).toEqual([
    'made',
    'found',
    'found',
    'renewed',
    'found',
  ])
})

test('the root is for development names alone, and says so itself; the intermediate below it too', () => {
  const folder = home()
  const { root, issuer } = openLocalAuthority({ home: folder })
  const outcome = (name: string) => {
    const { chain } = broken(issuer).issue({ names: [name] })
    return verifyChain({ chain, name, at: Date.now(), trust: fromFile(authorityPath(folder)), crypto: nodeCrypto() })
  }
  for (const name of ['localhost', 'a.localhost', 'shop.test', 'db.internal', 'tv.home.arpa', 'pi.local', 'a.example'])
    expect(isTrusted(outcome(name)), name).toBe(true)
  for (const name of ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fe80::1', 'fd00::1'])
    expect(isTrusted(outcome(name)), name).toBe(true)
  for (const name of ['bank.com', 'example.com', 'local.dev', '8.8.8.8', '172.32.0.1', '2001:db8::1', '::2']) {
    expect(outcome(name), name).toMatchObject({ code: 'tls/certificate-constraint', got: name })
    expect(() => issuer.issue({ names: [name] }), name).toThrow(RangeError)
  }
  const limits = (der: Uint8Array) => new Certificate(der).extension('nameConstraints')?.permitted.length
  expect(limits(issuer.certificate)).toBe(limits(root.certificate))
  expect(new Certificate(root.certificate).extension('basicConstraints')).toEqual({ ca: true, pathLength: 1 })
  expect(new Certificate(issuer.certificate).extension('basicConstraints')).toEqual({ ca: true, pathLength: 0 })
})

test('an authority may be made for other names, with other keys', () => {
  const own = openLocalAuthority({
    home: home(),
    fresh: { permitted: ['shop.example.com'], key: 'p-384', name: 'Shop' },
  })
  expect(own.root.name).toBe('Shop')
  expect(own.issuer.name).toBe('Shop, issuing')
  expect(new Certificate(own.root.certificate).publicKey).toEqual({ type: 'ecdsa', curve: 'p-384' })
  expect(own.issuer.issue({ names: ['a.shop.example.com'] }).chain).toHaveLength(2)
  expect(() => own.issuer.issue({ names: ['localhost'] })).toThrow(RangeError)
  const all = openLocalAuthority({ home: home(), fresh: { permitted: [] } })
  expect(new Certificate(all.root.certificate).extension('nameConstraints')).toBeUndefined()
  expect(all.issuer.issue({ names: ['example.com'] }).chain).toHaveLength(2)
})

test('what is signed stands in the inventory of the folder, from root and intermediate on', () => {
  const folder = home()
  const first = openLocalAuthority({ home: folder })
  const { serial } = first.issuer.issue({ names: ['a.test'], by: 'me' })
  first.inventory.close()
  const { inventory, issuer } = openLocalAuthority({ home: folder })
  expect(issuer.certificate).toEqual(first.issuer.certificate)
  expect(inventory.entries().map(({ profile, by }) => [profile, by])).toEqual([
    ['root', 'files'],
    ['intermediate', 'files'],
    ['server', 'me'],
  ])
  expect(inventory.find(serial)?.issuer).toBe(issuer.id)
  expect(readdirSync(join(folder, 'ca')).filter(name => !/-(wal|shm)$/.test(name))).toEqual([
    'intermediate.pem',
    'inventory.db',
    'root.key',
    'root.pem',
  ])
  for (const name of ['intermediate.pem', 'inventory.db', 'root.key'])
    expect(statSync(join(folder, 'ca', name)).mode & 0o777, name).toBe(0o600)
})

test('an authority of an older version is taken over: same root, and it gets an inventory and an intermediate', () => {
  const folder = home()
  const old = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Old root' })
  mkdirSync(join(folder, 'ca'), { mode: 0o700 })
  writeFileSync(join(folder, 'ca', 'root.key'), pem('PRIVATE KEY', old.keyPair.pkcs8), { mode: 0o600 })
  writeFileSync(join(folder, 'ca', 'root.pem'), pem('CERTIFICATE', old.certificate), { mode: 0o644 })
  const { root, issuer, inventory, since } = openLocalAuthority({ home: folder })
  expect([since, root.certificate, root.keyPair.pkcs8]).toEqual(['found', old.certificate, old.keyPair.pkcs8])
  const { chain } = issuer.issue({ names: ['bank.com'] })
  const trust = fromFile(authorityPath(folder))
  expect(isTrusted(verifyChain({ chain, name: 'bank.com', at: Date.now(), trust, crypto: nodeCrypto() }))).toBe(true)
  expect(inventory.entries()[0]).toMatchObject({
    profile: 'root',
    subject: 'CN=Old root',
    certificate: old.certificate,
  })
  expect(inventory.log()[0]).toMatchObject({ what: 'taken-over', by: 'files' })
  expect(openLocalAuthority({ home: folder }).inventory.entries()).toHaveLength(3)
})

test('an intermediate that is damaged, open to others or of another root: ca/damaged, ca/key-readable', () => {
  const folder = home()
  openLocalAuthority({ home: folder }).inventory.close()
  const path = join(folder, 'ca', 'intermediate.pem')
  chmodSync(path, 0o644)
  expect(failureOf(() => openLocalAuthority({ home: folder })).failure).toMatchObject({
    code: 'ca/key-readable',
    where: path,
  })
  chmodSync(path, 0o600)
  writeFileSync(path, readFileSync(join(another(), 'ca', 'intermediate.pem')))
  expect(failureOf(() => openLocalAuthority({ home: folder })).failure).toMatchObject({
    code: 'ca/damaged',
    where: path,
  })
  writeFileSync(path, 'nothing')
  expect(failureOf(() => openLocalAuthority({ home: folder })).code).toBe('ca/damaged')
  rmSync(path)
  expect(openLocalAuthority({ home: folder }).since).toBe('found')
})

test('an intermediate with less than 400 days is replaced, which is nothing to whoever trusts the root', () => {
  const folder = home()
  const days = (count: number) => () => Date.UTC(2026, 0, 1) + count * 86_400_000
  const open = (count: number) => openLocalAuthority({ home: folder, now: days(count) })
  const [first, second, third, last] = [open(0), open(1424), open(1426), open(3600)]
  expect(second.issuer.certificate).toEqual(first.issuer.certificate)
  expect(third.issuer.certificate).not.toEqual(first.issuer.certificate)
  expect([third.since, third.root.certificate]).toEqual(['found', first.root.certificate])
  expect(last.issuer.notAfter).toBe(first.root.notAfter)
  expect(open(3601).issuer.certificate).toEqual(last.issuer.certificate)
})

test('keys may be encrypted, and are of no use without the password: file/password-needed, file/password-wrong', () => {
  const folder = home()
  const password = 'correct horse'
  const made = openLocalAuthority({ home: folder, password, fresh: { keys: 'encrypted' } })
  made.inventory.close()
  for (const name of ['root.key', 'intermediate.pem']) {
    const text = readFileSync(join(folder, 'ca', name), 'latin1')
    expect(text, name).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    expect(text, name).not.toContain('BEGIN PRIVATE KEY')
  }
  expect(failureOf(() => openLocalAuthority({ home: folder })).failure).toMatchObject({
    code: 'file/password-needed',
    where: join(folder, 'ca', 'root.key'),
  })
  expect(failureOf(() => openLocalAuthority({ home: folder, password: 'wrong' })).code).toBe('file/password-wrong')
  const secret = join(folder, 'secret')
  writeFileSync(secret, `${password}\n`, { mode: 0o600 })
  process.env.BAREWIRE_CA_PASSWORD_FILE = secret
  try {
    const again = openLocalAuthority({ home: folder })
    expect([again.since, again.root.certificate, again.issuer.certificate]).toEqual([
      'found',
      made.root.certificate,
      made.issuer.certificate,
    ])
    chmodSync(secret, 0o644)
    expect(failureOf(() => openLocalAuthority({ home: folder })).code).toBe('ca/key-readable')
  } finally {
    delete process.env.BAREWIRE_CA_PASSWORD_FILE
  }
  const nothing = home()
  expect(failureOf(() => openLocalAuthority({ home: nothing, fresh: { keys: 'encrypted' } })).code).toBe(
    'file/password-needed',
  )
  expect(readdirSync(nothing)).toEqual([])
})

const processes = 6
test(`${processes} processes that start at once end up with one authority`, async () => {
  const folder = home()
  const script = `
    import { localAuthority } from './src/node/ca-files.ts'
    process.stdout.write(Buffer.from(localAuthority({ home: process.argv[1] }).certificate).toString('hex'))`
  const one = () =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, folder])
      let out = ''
      let complaint = ''
      child.stdout.on('data', piece => (out += piece))
      child.stderr.on('data', piece => (complaint += piece))
      child.on('close', status => (status === 0 ? resolve(out) : reject(new Error(complaint))))
    })
  const roots = await Promise.all(Array.from({ length: processes }, one))
  expect(roots[0]!.length).toBeGreaterThan(100)
  expect(new Set(roots).size).toBe(1)
  expect(readdirSync(folder)).toEqual(['ca'])
}, 60_000)

test('the system is trusted, and the local authority once it is there', async () => {
  const folder = home()
  const before = await systemTrustStore({ BAREWIRE_HOME: folder })
  const { certificate } = localAuthority({ home: folder })
  expect(before.find(certificate)).toBeUndefined()
  const after = await systemTrustStore({ BAREWIRE_HOME: folder })
  expect(after.find(certificate)).toBeDefined()
  expect(after.size).toBe(before.size + 1)
})

test('SSL_CERT_FILE replaces the roots of the system, NODE_EXTRA_CA_CERTS adds to them', async () => {
  const [one, two] = [home(), home()]
  const [first, second] = [localAuthority({ home: one }), localAuthority({ home: two })]
  const nowhere = home()
  const only = await systemTrustStore({ BAREWIRE_HOME: nowhere, SSL_CERT_FILE: authorityPath(one) })
  expect(only.size).toBe(1)
  expect(only.find(first.certificate)).toBeDefined()
  const added = await systemTrustStore({
    BAREWIRE_HOME: nowhere,
    SSL_CERT_FILE: authorityPath(one),
    NODE_EXTRA_CA_CERTS: authorityPath(two),
  })
  expect(added.size).toBe(2)
  expect(added.find(second.certificate)?.source).toBe(authorityPath(two))
})

test('the places where Linux and the BSDs keep their roots are known', () => {
  for (const path of ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'])
    expect(UNIX.bundles).toContain(path)
  expect(UNIX.folders).toContain('/etc/ssl/certs')
})

test('keychains and the store of Windows are asked through Node; where it cannot, its own list is the last resort', async () => {
  const pemOf = () => readFileSync(authorityPath(localHome()), 'utf8')
  const localHome = () => {
    const place = home()
    localAuthority({ home: place })
    return place
  }
  const [system, mozilla] = [pemOf(), pemOf()]
  const node = { rootCertificates: [mozilla], getCACertificates: () => [system] }
  const sourceOf = async (...about: Parameters<typeof systemRoots>) => {
    const store = await systemRoots(...about)
    return [system, mozilla].map(text => store.find(certificatesIn(text)[0]!)?.source)
  }
  expect(await sourceOf('darwin', node)).toEqual(['keychain', undefined])
  expect(await sourceOf('win32', node)).toEqual(['system store', undefined])
  // Node before 22.15, and a store that is empty.
  for (const old of [{ rootCertificates: [mozilla] }, { ...node, getCACertificates: () => [] }])
    expect(await sourceOf('win32', old)).toEqual([undefined, 'Mozilla, in Node'])
})

test('SSL_CERT_DIR names folders of roots, in place of those of the system', async () => {
  const [one, two] = [home(), home()]
  const [first, second] = [localAuthority({ home: one }), localAuthority({ home: two })]
  for (const name of ['once.pem', 'again.pem']) writeFileSync(join(one, name), readFileSync(authorityPath(one)))
  const env = { BAREWIRE_HOME: home(), SSL_CERT_DIR: [one, join(one, 'none')].join(delimiter) }
  const only = await systemTrustStore(env)
  expect(only.size).toBe(1)
  expect(only.find(first.certificate)).toBeDefined()
  const both = await systemTrustStore({ ...env, SSL_CERT_FILE: authorityPath(two) })
  expect(both.size).toBe(2)
  expect(both.find(second.certificate)).toBeDefined()
  await expect(systemTrustStore({ ...env, SSL_CERT_DIR: join(one, 'none') })).rejects.toMatchObject({
    code: 'ca/trust-file',
  })
})

test('one root that cannot be read, in a file, a folder or the bundle of the system, takes no other with it', async () => {
  const folder = home()
  const authority = localAuthority({ home: folder })
  const { certificate } = authority
  // Its name becomes a text that is no UTF-8.
  const bad = certificate.slice()
  bad[latin1Text(bad).indexOf('barewire CA')] = 0xff
  const [bundle, broken] = [join(folder, 'ca', 'bundle.pem'), join(folder, 'broken.pem')]
  writeFileSync(bundle, pem('CERTIFICATE', bad) + pem('CERTIFICATE', certificate))
  writeFileSync(broken, pem('CERTIFICATE', bad))
  const stores = [
    fromFile(bundle),
    await systemTrustStore({ BAREWIRE_HOME: home(), SSL_CERT_DIR: join(folder, 'ca') }),
    rootsAt({ bundles: [join(folder, 'none.pem'), broken, bundle], folders: [] }),
    rootsAt({ bundles: [broken], folders: [join(folder, 'none'), join(folder, 'ca')] }),
  ]
  const { chain } = authority.issue({ names: ['a.test'] })
  for (const trust of stores) {
    const request = { chain, name: 'a.test', at: Date.now(), trust: trust!, crypto: nodeCrypto() }
    expect(isTrusted(verifyChain(request))).toBe(true)
  }
  expect(rootsAt({ bundles: [broken], folders: [folder] })).toBeUndefined()
  expect(stores.map(trust => trust?.find(certificate)?.source)).toEqual([
    bundle,
    join(folder, 'ca'),
    bundle,
    join(folder, 'ca'),
  ])
  await expect(systemTrustStore({ SSL_CERT_DIR: folder })).rejects.toMatchObject({ code: 'ca/trust-file' })
})

test('a file of roots without any, or that is not there: ca/trust-file', async () => {
  const folder = home()
  const empty = join(folder, 'empty.pem')
  const damaged = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
  for (const [text, got] of [
    ['', 'holds no certificate'],
    ['nothing', 'holds no certificate'],
    ['0 is how this text begins', 'holds no certificate'],
    ['-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n', 'holds no certificate'],
    [damaged, 'holds no certificate that can be read'],
    [Uint8Array.of(0x30, 0x82, 1, 0), 'holds no certificate that can be read'],
  ] as const) {
    writeFileSync(empty, text)
    expect(failureOf(() => fromFile(empty)).failure).toMatchObject({ code: 'ca/trust-file', got })
  }
  const { certificate } = localAuthority({ home: folder })
  writeFileSync(empty, `${damaged}some words\n${pem('CERTIFICATE', certificate)}`)
  expect(fromFile(empty).find(certificate)).toBeDefined()
  expect(fromFile(empty).size).toBe(1)
  await expect(systemTrustStore({ SSL_CERT_FILE: join(folder, 'none.pem') })).rejects.toMatchObject({
    code: 'ca/trust-file',
  })
})

test('a file of roots may be a bundle, and one under a password takes the right one', () => {
  const folder = home()
  const file = join(folder, 'roots')
  const { certificate } = localAuthority({ home: folder })
  const bundled = pkcs7([certificate])
  for (const contents of [bundled, pem('PKCS7', bundled), pem('CERTIFICATE', certificate), certificate]) {
    writeFileSync(file, contents)
    expect(fromFile(file).find(certificate)?.source).toBe(file)
  }
  const crypto = nodeCrypto()
  writeFileSync(file, writePkcs12({ entries: [], certificates: [certificate], iterations: 2048 }, 'changeit', crypto))
  expect(fromFile(file, 'changeit').find(certificate)).toBeDefined()
  for (const [password, code] of [
    [undefined, 'file/password-needed'],
    ['changed', 'file/password-wrong'],
  ] as const)
    expect(failureOf(() => fromFile(file, password)).failure).toMatchObject({ code, where: file })
})
