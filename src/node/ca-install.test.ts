import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/peers-chain.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { FailureError } from '../failures/index.ts'
import { pem } from '../x509/files/pem.ts'
import { install, installedIn, uninstall } from './ca-install.ts'
import { type Machine, type Store, storesOf } from './ca-stores.ts'
import { nodeCrypto } from './crypto.ts'

const { path: folder, remove } = temporaryFolder('stores')
afterAll(remove)
const root = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Store test' })
const path = join(folder, 'root.pem')
writeFileSync(path, pem('CERTIFICATE', root.certificate))
const rootCalled = (name: string): string =>
  pem('CERTIFICATE', certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name }).root)
const otherRoot = rootCalled('Other')
const file = { path, name: 'Store test', id: '0123456789abcdef0123', sha1: 'fedc', home: '/ours' }
let count = 0
const image = (...folders: readonly string[]): Machine => {
  const place = join(folder, `image${++count}`)
  for (const each of [...folders, 'var']) mkdirSync(join(place, each), { recursive: true })
  return { platform: 'linux', env: { PATH: process.env.PATH }, home: '/home/me', root: place }
}
const dataIn = (machine: Machine): string => join(machine.root, 'var')
const has = (program: string): boolean =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].some(place => existsSync(join(place, program)))
/** Every file below a folder with its size, for what is undone exactly. */
const filesIn = (place: string): readonly string[] =>
  readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(place, name)).isFile())
    .map(name => `${name} ${readFileSync(join(place, name)).toString('base64').slice(0, 80)}`)
    .sort()
const roundTrip = (machine: Machine, store: Store, trusted: () => boolean): void => {
  expect(store.hindered).toBeUndefined()
  expect(trusted()).toBe(false)
  install(dataIn(machine), store)
  install(dataIn(machine), store)
  expect(trusted()).toBe(true)
  const [deed, more] = installedIn(dataIn(machine))
  expect([deed?.what, more]).toEqual([store.what, undefined])
  uninstall(dataIn(machine), deed!)
  expect(trusted()).toBe(false)
  expect(installedIn(dataIn(machine))).toEqual([])
  expect(existsSync(join(dataIn(machine), 'installed.json'))).toBe(false)
}

/** A Debian in which somebody else's roots are trusted. */
const debian = (): Machine => {
  const machine = image(
    'usr/local/share/ca-certificates',
    'usr/share/ca-certificates',
    'etc/ssl/certs',
    'etc/ca-certificates/update.d',
  )
  writeFileSync(join(machine.root, 'etc/ca-certificates.conf'), '')
  // What somebody else put there stays. Two: a bundle of one is taken for one more certificate.
  for (const [name, text] of [
    ['other', otherRoot],
    ['third', rootCalled('Third')],
  ] as const)
    writeFileSync(join(machine.root, `usr/local/share/ca-certificates/${name}.crt`), text)
  execFileSync(
    '/usr/sbin/update-ca-certificates',
    storesOf(machine, file)[0]!.add.flatMap(step => ('run' in step ? step.run.slice(1) : [])),
    { stdio: 'ignore' },
  )
  return machine
}
const bundleOf = ({ root }: Machine): string => readFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), 'utf8')
const isIn = (machine: Machine): boolean => bundleOf(machine).includes(readFileSync(path, 'utf8').split('\n')[1]!)

test.skipIf(!has('update-ca-certificates'))('Debian’s store takes it, and is as before when it is taken out', () => {
  const machine = debian()
  const before = filesIn(machine.root)
  const [store, ...others] = storesOf(machine, file)
  expect(others).toEqual([])
  expect(store!.what).toContain('usr/local/share/ca-certificates/barewire-0123456789abcdef.crt')
  roundTrip(machine, store!, () => isIn(machine))
  expect(filesIn(machine.root)).toEqual(before)
})

test.skipIf(!has('update-ca-certificates'))('what is root’s is done by sudo, step by step, and undone so', () => {
  const machine = debian()
  const before = filesIn(machine.root)
  // It says what it is asked to do, and does it.
  const [bin, said] = [join(folder, 'bin'), join(folder, 'said')]
  mkdirSync(bin)
  writeFileSync(join(bin, 'sudo'), `#!/bin/sh\nshift\necho "$1" >> ${said}\nexec "$@"\n`, { mode: 0o755 })
  const { PATH } = process.env
  process.env.PATH = `${bin}:${PATH}`
  try {
    const env = { PATH: process.env.PATH }
    const [store] = storesOf({ ...machine, env, mayWrite: () => false }, file)
    expect(store!.what).toMatch(/update-ca-certificates, by sudo$/)
    roundTrip(machine, store!, () => isIn(machine))
  } finally {
    process.env.PATH = PATH
  }
  expect(readFileSync(said, 'utf8').split('\n')).toEqual([
    'cp',
    'update-ca-certificates',
    'rm',
    'update-ca-certificates',
    '',
  ])
  expect(filesIn(machine.root)).toEqual(before)
  const [without] = storesOf({ ...machine, env: { PATH: '' }, mayWrite: () => false }, file)
  expect(without?.hindered).toMatch(/ is root's, and there is no sudo$/)
})

test.skipIf(!has('certutil'))('databases of NSS take it: Chromium’s and those of every profile of Firefox', () => {
  const folders = [
    'home/me/.pki/nssdb',
    'home/me/.local/share/pki/nssdb',
    'home/me/.mozilla/firefox/one.default',
    'home/me/.config/mozilla/firefox/two.default',
  ]
  const machine = image(...folders, 'home/me/.mozilla/firefox/empty')
  const databases = folders.map(name => join(machine.root, name))
  for (const each of databases) execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${each}`])
  const stores = storesOf(machine, file)
  expect(stores.map(({ what }) => what)).toEqual([
    `the certificates of Chromium in ${databases[0]}`,
    `the certificates of Chromium in ${databases[1]}`,
    `the certificates of Firefox in ${databases[2]}`,
    `the certificates of Firefox in ${databases[3]}`,
  ])
  const env = { ...machine.env, XDG_CONFIG_HOME: '/home/me/conf', XDG_DATA_HOME: '/home/me/.pki' }
  expect(storesOf({ ...machine, env }, file).map(({ what }) => what)).toEqual([0, 2].map(i => stores[i]!.what))
  for (const [i, store] of stores.entries())
    roundTrip(machine, store, () =>
      execFileSync('certutil', ['-L', '-d', `sql:${databases[i]}`], { encoding: 'utf8' }).includes(
        'Store test 0123456789abcdef',
      ),
    )
})

test.skipIf(!has('certutil'))('what somebody else took out, or whose database is gone, is out', () => {
  const machine = image('home/me/.pki/nssdb')
  const [database, home] = [join(machine.root, 'home/me/.pki/nssdb'), dataIn(machine)]
  execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${database}`])
  const [store] = storesOf(machine, file)
  install(home, store!)
  execFileSync('certutil', ['-D', '-d', `sql:${database}`, '-n', 'Store test 0123456789abcdef'])
  uninstall(home, installedIn(home)[0]!)
  expect(installedIn(home)).toEqual([])
  install(home, store!)
  rmSync(database, { recursive: true })
  uninstall(home, installedIn(home)[0]!)
  expect([existsSync(database), installedIn(home)]).toEqual([false, []])
})

test('what cannot be looked for is not taken for gone: ca/store', () => {
  const home = dataIn(image())
  const run = ['true']
  const undo = [{ run, where: ['no-such-program-here'] }]
  install(home, { kind: 'system', what: 'a store', add: [{ run }], undo, hindered: undefined })
  expect(() => uninstall(home, installedIn(home)[0]!)).toThrow(FailureError)
  expect(installedIn(home)).toHaveLength(1)
})

test.skipIf(!has('keytool'))('Java’s store takes it', () => {
  const machine = image('java/lib/security')
  const store = join(machine.root, 'java/lib/security/cacerts')
  const other = join(folder, 'other.pem')
  writeFileSync(other, otherRoot)
  const words = ['-keystore', store, '-storepass', 'changeit']
  execFileSync('keytool', ['-importcert', '-noprompt', '-file', other, '-alias', 'other', ...words], {
    stdio: 'ignore',
  })
  const [found] = storesOf({ ...machine, env: { ...machine.env, JAVA_HOME: '/java' } }, file)
  roundTrip(
    machine,
    found!,
    () => spawnSync('keytool', ['-list', '-alias', 'barewire-0123456789abcdef', ...words]).status === 0,
  )
  expect(spawnSync('keytool', ['-list', '-alias', 'other', ...words]).status).toBe(0)
})

test('macOS and Windows are told by their own programs, and without stores there is nothing to do', () => {
  const machine = image()
  expect(storesOf(machine, file)).toEqual([])
  const [mac] = storesOf({ ...machine, platform: 'darwin', mayWrite: () => true }, file)
  // The next root may have the same name, and the file of this one be gone by then.
  const [kept, keychain] = ['/ours/installed-0123456789abcdef.pem', '/Library/Keychains/System.keychain']
  expect([mac!.add, mac!.undo]).toEqual([
    [
      { copy: path, to: kept },
      { run: ['security', 'add-trusted-cert', '-d', '-r', 'trustRoot', '-k', keychain, kept] },
    ],
    [
      { run: ['security', 'remove-trusted-cert', '-d', kept] },
      { run: ['security', 'delete-certificate', '-Z', 'fedc', keychain] },
      { remove: kept },
    ],
  ])
  const [sudo] = storesOf({ ...machine, platform: 'darwin', mayWrite: () => false }, file)
  expect([sudo!.add[1], sudo!.undo[0], sudo!.undo[1]]).toEqual(
    [mac!.add[1], mac!.undo[0], mac!.undo[1]].map(step => ({
      run: ['sudo', '--', ...(step as { run: readonly string[] }).run],
    })),
  )
  const [windows] = storesOf({ ...machine, platform: 'win32' }, file)
  expect([windows!.add, windows!.undo]).toEqual([
    [{ run: ['certutil', '-user', '-addstore', 'Root', path] }],
    [
      {
        run: ['certutil', '-user', '-delstore', 'Root', 'fedc'],
        where: ['certutil', '-user', '-verifystore', 'Root', 'fedc'],
      },
    ],
  ])
})

test('Fedora’s anchors are a file and a program; a program that is missing is said', () => {
  const machine = image('etc/pki/ca-trust/source/anchors', 'bin', 'home/me/.pki/nssdb')
  writeFileSync(join(machine.root, 'bin/update-ca-trust'), '')
  writeFileSync(join(machine.root, 'home/me/.pki/nssdb/cert9.db'), '')
  const env = { PATH: join(machine.root, 'bin') }
  const [anchors, browser] = storesOf({ ...machine, env }, file)
  const target = join(machine.root, 'etc/pki/ca-trust/source/anchors/barewire-0123456789abcdef.pem')
  expect(anchors!.add[0]).toEqual({ copy: path, to: target })
  expect(anchors!.undo[0]).toEqual({ remove: target })
  expect(browser?.hindered ?? 'certutil is missing').toContain('certutil is missing')
})

test('a store that does not take it is left as it was, and nothing is remembered: ca/store', () => {
  const machine = image()
  const target = join(dataIn(machine), 'copied')
  const store: Store = {
    kind: 'system',
    what: 'a store',
    add: [{ copy: path, to: target }, { run: ['false'] }],
    undo: [{ remove: target }, { run: ['false'] }],
    hindered: undefined,
  }
  const failure = (work: () => void) => {
    try {
      work()
    } catch (error) {
      if (error instanceof FailureError) return error.failure
      throw error
    }
    return undefined
  }
  expect(failure(() => install(dataIn(machine), store))).toMatchObject({
    code: 'ca/store',
    where: 'a store',
    got: 'false ended with 1',
  })
  expect([existsSync(target), installedIn(dataIn(machine))]).toEqual([false, []])
  const missing = { ...store, add: [{ run: ['no-such-program-here'] }] }
  expect(failure(() => install(dataIn(machine), missing))?.got).toBe('no-such-program-here cannot be run')
})

test('what was begun is remembered before it is done, and the last is undone first', () => {
  const machine = image()
  const home = dataIn(machine)
  const store = (name: string): Store => ({
    kind: 'system',
    what: name,
    add: [{ copy: path, to: join(home, name) }],
    undo: [{ remove: join(home, name) }],
    hindered: undefined,
  })
  for (const name of ['one', 'two']) install(home, store(name))
  expect(installedIn(home).map(({ what }) => what)).toEqual(['two', 'one'])
  uninstall(home, installedIn(home)[0]!)
  expect([existsSync(join(home, 'one')), existsSync(join(home, 'two'))]).toEqual([true, false])
  // The root is gone by then: what undoes it does not need it.
  copyFileSync(path, join(dirname(path), 'moved.pem'))
  uninstall(home, installedIn(home)[0]!)
  expect(installedIn(home)).toEqual([])
  writeFileSync(join(home, 'installed.json'), '{"what":1}')
  expect(() => installedIn(home)).toThrow(FailureError)
})
