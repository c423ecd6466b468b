/** `barewire ca install` and `uninstall`: what will be touched is shown first, and asked for. */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { digestOf } from '../../../ca/log.ts'
import { FailureError } from '../../../failures/index.ts'
import { legible, lines } from '../../../inspect/index.ts'
import { dataHome } from '../../../node/ca-files.ts'
import { install, installedIn, uninstall } from '../../../node/ca-install.ts'
import { type StoreKind, storesOf } from '../../../node/ca-stores.ts'
import { nodeCrypto } from '../../../node/crypto.ts'
import { hexText } from '../../../wire/bytes.ts'
import { factsOf } from '../../authority.ts'
import type { CommonOptions } from '../../command.ts'
import { EXIT_INTERRUPTED } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { say, withAuthority } from './common.ts'

export interface StoreOptions extends CommonOptions {
  readonly store?: readonly StoreKind[] | undefined
  readonly root?: string | undefined
  readonly yes?: true | undefined
}

export const caInstall = (options: StoreOptions, io: Io): Promise<number> =>
  withAuthority(io, options, async opened => {
    const { path } = factsOf(opened)
    const machine = {
      platform: process.platform,
      env: io.env,
      home: io.env.HOME ?? homedir(),
      root: options.root === undefined ? '' : resolve(options.root),
    }
    const crypto = nodeCrypto()
    const { certificate, name } = opened.root
    const id = digestOf(certificate, crypto)
    const sha1 = hexText(crypto.hash('sha1').update(certificate).digest())
    const all = storesOf(machine, { path, name, id, sha1, home: dataHome() })
    const wanted = all.filter(({ kind }) => options.store === undefined || options.store.includes(kind))
    const possible = wanted.filter(({ hindered }) => hindered === undefined)
    await tell(io, options, [
      `“${opened.root.name}” would be trusted by:`,
      ...possible.map(({ what }) => `  + ${what}`),
      ...wanted
        .filter(({ hindered }) => hindered !== undefined)
        .map(({ what, hindered }) => `  - not ${what}: ${hindered}`),
      ...(wanted.length === 0 ? ['  no store that is known here'] : []),
      `  Node has no store: export NODE_EXTRA_CA_CERTS=${path}`,
      ...ofRoot(io),
    ])
    if (possible.length === 0) return 0
    const agreed = await agrees(io, options)
    if (agreed !== 'yes') return agreed === 'no' ? 0 : EXIT_INTERRUPTED
    await eachInTurn(io, options, possible, async store => {
      install(dataHome(), store)
      await say(io, options, { type: 'installed', store: store.kind, what: store.what }, [`✓ ${store.what}`])
    })
    await tell(io, options, ['undone by: barewire ca uninstall'])
    return 0
  })

export const caUninstall = async (options: StoreOptions, io: Io): Promise<number> => {
  const deeds = installedIn(dataHome())
  if (deeds.length === 0) {
    await tell(io, options, ['Nothing was installed from here.'])
    return 0
  }
  await tell(io, options, ['Taken out again of:', ...deeds.map(({ what }) => `  - ${what}`)])
  const agreed = await agrees(io, options)
  if (agreed !== 'yes') return agreed === 'no' ? 0 : EXIT_INTERRUPTED
  await eachInTurn(io, options, deeds, async deed => {
    uninstall(dataHome(), deed)
    await say(io, options, { type: 'uninstalled', what: deed.what }, [`✓ ${deed.what}`])
  })
  return 0
}

/** Root has an authority of its own, and what others serve is not believed by it. */
const ofRoot = ({ env }: Io): readonly string[] => {
  const { SUDO_USER: user, BAREWIRE_HOME: chosen } = env
  if (!user || user === 'root' || chosen) return []
  return [
    `  ! this is the authority of root: that of ${user} is installed without sudo, which is called where it must be`,
  ]
}

/** One that fails keeps nobody else from the others; the first failure is told in full when all were tried. */
const eachInTurn = async <T extends { readonly what: string }>(
  io: Io,
  options: CommonOptions,
  all: readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> => {
  let failed: FailureError | undefined
  for (const one of all)
    try {
      await work(one)
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      failed ??= error
      await tell(io, options, [`✗ ${one.what}`])
    }
  if (failed !== undefined) throw failed
}

const tell = async (io: Io, { json }: CommonOptions, texts: readonly string[]): Promise<void> => {
  if (!json) await io.err.write(lines(texts.map(text => legible(text, { unicode: true }))))
}

/** Anything but a yes is a no; so is the end of the input. */
const agrees = async (io: Io, { yes }: StoreOptions): Promise<'yes' | 'no' | 'interrupted'> => {
  if (yes) return 'yes'
  await io.err.write(lines([legible('Do it? [y/N]', { unicode: true })]))
  let release = (): void => {}
  const interrupted = new Promise<'interrupted'>(done => {
    release = io.onInterrupt(() => done('interrupted'))
  })
  try {
    return await Promise.race([answer(io), interrupted])
  } finally {
    release()
  }
}

const answer = async ({ input }: Io): Promise<'yes' | 'no'> => {
  let text = ''
  for await (const piece of input) {
    text += new TextDecoder().decode(piece)
    if (text.includes('\n')) break
  }
  return /^\s*y(es)?\s*$/i.test(text.split('\n')[0]!) ? 'yes' : 'no'
}
