/**
 * The stores of trusted roots on a machine: which there are, what is done to put a root there, and what undoes exactly that.
 * Nothing is done here but to look; `install` and `uninstall` of `ca-install.ts` carry it out.
 */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** A file to copy, or to delete; a program to run, and what must end well or there is nothing to run it for. */
export type StoreStep =
  | { readonly copy: string; readonly to: string }
  | { readonly remove: string }
  | { readonly run: readonly string[]; readonly where?: readonly string[] }

export interface Store {
  /** For `--store`. */
  readonly kind: StoreKind
  /** For people: what is touched. */
  readonly what: string
  readonly add: readonly StoreStep[]
  readonly undo: readonly StoreStep[]
  /** Undefined when it can be done; otherwise what stands in the way. */
  readonly hindered: string | undefined
}

export const STORE_KINDS = ['system', 'browsers', 'java'] as const
export type StoreKind = (typeof STORE_KINDS)[number]

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The home folder of the user. */
  readonly home: string
  /** What stands in front of every path: of an image, or of a test. Empty for this machine. */
  readonly root: string
  /** Whether this user may write there; asked of the system when not given. */
  readonly mayWrite?: (path: string) => boolean
}

export interface RootFile {
  /** Its path. */
  readonly path: string
  /** What it is called in stores. */
  readonly name: string
  /** SHA-256 of the certificate, hex: so that another root is another entry. */
  readonly id: string
  /** SHA-1 of it, hex: by that, and not by a name that the next root may have too, macOS and Windows find it. */
  readonly sha1: string
  /** A folder of ours: macOS wants the file again to take the certificate out. */
  readonly home: string
}

export const storesOf = (machine: Machine, root: RootFile): readonly Store[] => [
  ...systemStore(machine, root),
  ...browserStores(machine, root),
  ...javaStore(machine, root),
]

const systemStore = (machine: Machine, root: RootFile): readonly Store[] => {
  switch (machine.platform) {
    case 'darwin':
      return [keychain(machine, root)]
    case 'win32': {
      const words = ['certutil', '-user']
      const undo = [...words, '-delstore', 'Root', root.sha1]
      return [
        {
          kind: 'system',
          what: 'the store of root certificates of this user',
          add: [{ run: [...words, '-addstore', 'Root', root.path] }],
          undo: [{ run: undo, where: [...words, '-verifystore', 'Root', root.sha1] }],
          hindered: undefined,
        },
      ]
    }
    default:
      return unixStores(machine, root).slice(0, 1)
  }
}

/** Trust and certificate are two entries there, and both are taken out. */
const keychain = (machine: Machine, { path, id, sha1, home }: RootFile): Store => {
  const place = '/Library/Keychains/System.keychain'
  const file = join(home, `installed-${id.slice(0, 16)}.pem`)
  const { by, hindered, words } = rightTo(machine, machine.root + place)
  return {
    kind: 'system',
    what: `the keychain ${place}${by}`,
    add: [
      { copy: path, to: file },
      { run: [...words, 'security', 'add-trusted-cert', '-d', '-r', 'trustRoot', '-k', place, file] },
    ],
    undo: [
      { run: [...words, 'security', 'remove-trusted-cert', '-d', file] },
      { run: [...words, 'security', 'delete-certificate', '-Z', sha1, place] },
      { remove: file },
    ],
    hindered,
  }
}

/** What stands in front of a command that changes a place of root's. */
interface Right {
  readonly words: readonly string[]
  /** For people, behind what is touched. */
  readonly by: string
  readonly hindered: string | undefined
}

/**
 * The whole of this program is not to be run by sudo: root has an authority of its own, which nobody else uses. So sudo, which
 * asks for the password at the terminal itself, carries out single steps.
 */
const rightTo = (machine: Machine, place: string): Right => {
  const { mayWrite = writable } = machine
  if (mayWrite(place)) return { words: [], by: '', hindered: undefined }
  const known = programIn(machine, 'sudo')
  return {
    words: ['sudo', '--'],
    by: ', by sudo',
    hindered: known ? undefined : `${place} is root's, and there is no sudo`,
  }
}

interface Anchors {
  readonly folder: string
  readonly ending: string
  readonly update: readonly string[]
  /** Where the update is told of another root folder. */
  readonly elsewhere: (root: string) => readonly string[]
  readonly undo: readonly string[]
}

const ANCHORS: readonly Anchors[] = [
  {
    folder: '/usr/local/share/ca-certificates',
    ending: '.crt',
    update: ['update-ca-certificates'],
    undo: ['--fresh'],
    elsewhere: root => [
      '--certsdir',
      `${root}/usr/share/ca-certificates`,
      '--localcertsdir',
      `${root}/usr/local/share/ca-certificates`,
      '--etccertsdir',
      `${root}/etc/ssl/certs`,
      '--hooksdir',
      `${root}/etc/ca-certificates/update.d`,
      '--certsconf',
      `${root}/etc/ca-certificates.conf`,
    ],
  },
  // Fedora and its like, then Arch.
  ...['/etc/pki/ca-trust/source/anchors', '/etc/ca-certificates/trust-source/anchors'].map(folder => ({
    folder,
    ending: '.pem',
    update: ['update-ca-trust', 'extract'],
    undo: [],
    elsewhere: (root: string) => ['--output', `${root}/etc/pki/ca-trust/extracted`],
  })),
]

const unixStores = (machine: Machine, { path, id }: RootFile): readonly Store[] =>
  ANCHORS.filter(({ folder, update }) => existsSync(machine.root + folder) && programIn(machine, update[0]!)).map(
    ({ folder, ending, update, undo, elsewhere }) => {
      const place = machine.root + folder
      const file = join(place, `barewire-${id.slice(0, 16)}${ending}`)
      const { words, by, hindered } = rightTo(machine, place)
      const run = [...words, ...update, ...(machine.root === '' ? [] : elsewhere(machine.root))]
      const own = words.length === 0
      return {
        kind: 'system',
        what: `${file}, and ${update.join(' ')}${by}`,
        add: [own ? { copy: path, to: file } : { run: [...words, 'cp', path, file] }, { run }],
        undo: [own ? { remove: file } : { run: [...words, 'rm', '-f', file] }, { run: [...run, ...undo] }],
        hindered,
      }
    },
  )

/**
 * Databases of NSS that are there: of Chromium, and of every profile of Firefox. Since Chromium 146 and Firefox 147 new ones lie
 * where the XDG specification has such things; older ones stay where they were.
 */
const browserStores = (machine: Machine, { path, name, id }: RootFile): readonly Store[] => {
  const home = machine.root + machine.home
  const xdg = (variable: string, usual: string): string => {
    const chosen = machine.env[variable] ?? ''
    return isAbsolute(chosen) ? machine.root + chosen : join(home, usual)
  }
  const profiles = [
    join(home, '.mozilla/firefox'),
    join(xdg('XDG_CONFIG_HOME', '.config'), 'mozilla/firefox'),
    ...['snap/firefox/common', '.var/app/org.mozilla.firefox'].flatMap(place =>
      ['.mozilla/firefox', '.config/mozilla/firefox', 'config/mozilla/firefox'].map(each => join(home, place, each)),
    ),
    join(home, 'Library/Application Support/Firefox/Profiles'),
  ].flatMap(foldersIn)
  const databases = [
    join(home, '.pki/nssdb'),
    join(xdg('XDG_DATA_HOME', '.local/share'), 'pki/nssdb'),
    ...['.pki/nssdb', '.local/share/pki/nssdb'].map(each => join(home, 'snap/chromium/current', each)),
    ...profiles,
  ]
  const known = programIn(machine, 'certutil')
  const label = `${name} ${id.slice(0, 16)}`
  return databases
    .filter(folder => existsSync(join(folder, 'cert9.db')))
    .map(folder => ({
      kind: 'browsers',
      what: `the certificates of ${profiles.includes(folder) ? 'Firefox' : 'Chromium'} in ${folder}`,
      add: [{ run: ['certutil', '-A', '-d', `sql:${folder}`, '-t', 'C,,', '-n', label, '-i', path] }],
      undo: [
        {
          run: ['certutil', '-D', '-d', `sql:${folder}`, '-n', label],
          where: ['certutil', '-L', '-d', `sql:${folder}`, '-n', label],
        },
      ],
      hindered: known
        ? undefined
        : 'certutil is missing: apt-get install libnss3-tools, dnf install nss-tools, brew install nss',
    }))
}

const javaStore = (machine: Machine, { path, id }: RootFile): readonly Store[] => {
  const { JAVA_HOME } = machine.env
  if (!JAVA_HOME) return []
  const store = join(machine.root + JAVA_HOME, 'lib', 'security', 'cacerts')
  if (!existsSync(store)) return []
  // The password that every Java has come with since 1.2.
  const words = ['-keystore', store, '-storepass', 'changeit', '-alias', `barewire-${id.slice(0, 16)}`]
  const right = rightTo(machine, store)
  const keytool = [...right.words, 'keytool']
  return [
    {
      kind: 'java',
      what: `the certificates of Java in ${store}${right.by}`,
      add: [{ run: [...keytool, '-importcert', '-noprompt', '-trustcacerts', '-file', path, ...words] }],
      undo: [{ run: [...keytool, '-delete', ...words], where: ['keytool', '-list', ...words] }],
      hindered: programIn(machine, 'keytool') ? right.hindered : 'keytool is missing',
    },
  ]
}

const foldersIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(folder, entry.name))
  } catch {
    return []
  }
}

const writable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const programIn = ({ env, platform }: Machine, name: string): boolean =>
  (env.PATH ?? '')
    .split(delimiter)
    .concat(platform === 'win32' ? [] : ['/usr/sbin', '/sbin'])
    .some(folder => folder !== '' && existsSync(join(folder, platform === 'win32' ? `${name}.exe` : name)))
