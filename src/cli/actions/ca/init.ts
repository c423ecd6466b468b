/** `barewire ca init` and `ca path`: the authority of this machine, made and found. */

import { resolve } from 'node:path'
import { limitsIn } from '../../../ca/contents.ts'
import { DEVELOPMENT_NAMES } from '../../../ca/development.table.ts'
import { publishedAt } from '../../../ca/published.ts'
import type { KeyKind } from '../../../ca/types.ts'
import { legible, lines, ours } from '../../../inspect/index.ts'
import {
  addressLocalAuthority,
  localRoot,
  type OpenedAuthority,
  openLocalAuthority,
  renewLocalAuthority,
  retireLocalAuthority,
} from '../../../node/ca-files.ts'
import { nameConstraints } from '../../../x509/issue.ts'
import { authorityEvent, factsOf, openAuthority, sinceText } from '../../authority.ts'
import { openCapture } from '../../capture-file.ts'
import type { CommonOptions } from '../../command.ts'
import type { Io } from '../../io.ts'
import { jsonLine } from '../../json.ts'
import { say, usage } from './common.ts'
import { passwordIn } from './password.ts'

export interface InitOptions extends CommonOptions {
  readonly only?: readonly string[] | undefined
  readonly also?: readonly string[] | undefined
  readonly anyName?: true | undefined
  readonly key?: KeyKind | undefined
  readonly name?: string | undefined
  readonly passwordFile?: string | undefined
  readonly replace?: true | undefined
  readonly url?: string | undefined
}

export const caInit = async (options: InitOptions, io: Io): Promise<number> => {
  const { only, also, anyName, key, name, replace, url } = options
  if ([only, also, anyName].filter(each => each !== undefined).length > 1)
    throw usage('--only, --also and --any-name are three ways to say one thing.')
  const wanted = [only, also, anyName, key, name, options.passwordFile].some(each => each !== undefined)
  const present = localRoot() !== undefined
  if (present && wanted && !replace)
    throw usage('There is an authority already, and its root cannot be changed: --replace puts it aside for another.')
  const permitted = anyName ? [] : (only ?? (also && [...DEVELOPMENT_NAMES, ...also]))
  mustBeWritable(permitted ?? [], url)
  const password = passwordIn(options.passwordFile)
  const keys = password === undefined ? undefined : 'encrypted'
  if (present && replace) retireLocalAuthority()
  if (present && !replace && url !== undefined) addressLocalAuthority(url)
  const opened = openLocalAuthority({ fresh: { permitted, key, name, keys, url }, password })
  return told(opened, options, io, [
    ...(password === undefined
      ? []
      : [`  before each use: export BAREWIRE_CA_PASSWORD_FILE=${resolve(options.passwordFile!)}`]),
    '  next          barewire ca install, then barewire ca issue NAME',
  ])
}

/** Another root for the same names, with the same name, under the same password. */
export const caRenewRoot = (options: CommonOptions, io: Io): Promise<number> =>
  told(renewLocalAuthority(), options, io, ['  next          barewire ca install'])

const told = async (
  opened: OpenedAuthority,
  options: CommonOptions,
  io: Io,
  next: readonly string[],
): Promise<number> => {
  opened.inventory.close()
  const facts = factsOf(opened)
  const limits = limitsIn(opened.root.certificate).permitted ?? []
  await say(
    io,
    options,
    { ...authorityEvent(facts), intermediate: opened.issuer.name, permitted: [...limits], url: opened.url ?? null },
    [
      `CA "${facts.name}" ${sinceText(facts)}`,
      `  certificate   ${facts.path}`,
      `  signs for     ${limits.length === 0 ? 'every name: keep its key as you keep your passwords' : limits.join(', ')}`,
      ...(limits.length === 0 ? [] : ['  to widen that: barewire ca init --replace --also NAME (or --any-name)']),
      ...(opened.url === undefined ? [] : [`  tells at      ${opened.url}, while barewire ca serve runs`]),
      ...next,
    ],
  )
  return 0
}

/** Before anything is put aside for it. */
const mustBeWritable = (permitted: readonly string[], url: string | undefined): void => {
  try {
    nameConstraints(permitted, [])
    if (url !== undefined) publishedAt(url, 'root')
  } catch (error) {
    if (error instanceof RangeError) throw usage(`${error.message}.`)
    throw error
  }
}

export interface PathOptions extends CommonOptions {
  readonly pcapng?: string | undefined
}

export const caPath = async (options: PathOptions, io: Io): Promise<number> => {
  const authority = openAuthority()
  if (options.pcapng !== undefined) openCapture({ path: options.pcapng }).close()
  if (options.json) {
    await io.out.write(jsonLine(authorityEvent(authority)))
    return 0
  }
  if (authority.since !== 'found' || options.verbose !== undefined) {
    const words = `CA "${authority.name}" ${sinceText(authority)}`
    await io.err.write(lines([legible(words, { unicode: true })]))
  }
  // As it is, for $(…): a path is this machine's own.
  await io.out.write(lines([ours(authority.path)]))
  return 0
}
