/** What `get` and `serve` take about TLS: certificates and keys as files, and what may be agreed on. */
import { type Failure, FailureError } from '../failures/index.ts'
import { jsonOfFailure } from '../inspect/index.ts'
import type { TlsChoices } from '../net/stream/tls-options.ts'
import type { TlsVersion } from '../tls/types.ts'
import { fileContents } from './demands.ts'
import type { Run } from './run.ts'
import { remarkLines } from './story/remark.ts'

/** Names of files and choices, as they were typed. */
export interface TlsOptions extends Pick<TlsChoices, 'groups' | 'suites'> {
  readonly tls?: readonly TlsVersion[] | undefined
  readonly cert?: readonly string[] | undefined
  readonly key?: readonly string[] | undefined
  readonly passwordFile?: string | undefined
  readonly psk?: string | undefined
}

/** Names of files by the option of `net` that takes what is in them. */
export type FilesNamed = Readonly<Partial<Record<'cert' | 'key' | 'ca' | 'publicKeys', readonly string[] | undefined>>>

/** The contents of files; undefined where none is named. */
export const contentsOf = (paths: readonly string[] | undefined): readonly Uint8Array[] | undefined =>
  paths?.map(fileContents)

/**
 * What opens the files of `--cert`, `--key`, `--trust` and `--client-ca`: the first line of `--password-file`, else BAREWIRE_PASSWORD. No option takes
 * the password itself: everybody on a machine may see how programs were called.
 */
export const passwordFrom = (path: string | undefined): string | undefined =>
  path === undefined
    ? process.env.BAREWIRE_PASSWORD || undefined
    : new TextDecoder().decode(fileContents(path)).split(/\r?\n/)[0]

/** `work`, whose failure names the file where `net` says `key[1]`. */
export const namingFiles = async <T>(files: FilesNamed, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    const file = error instanceof FailureError ? fileOf(error.failure, files) : undefined
    if (file === undefined || !(error instanceof FailureError)) throw error
    const { failure, cause } = error
    throw new FailureError(failure.with({ where: file }), { cause })
  }
}

const fileOf = ({ where = '' }: Failure, files: FilesNamed): string | undefined => {
  const [, name, at = '0'] = /^(cert|key|ca|publicKeys)(?:\[(\d+)\])?(?: |$)/.exec(where) ?? []
  return name === undefined ? undefined : files[name as keyof FilesNamed]?.[Number(at)]
}

/** What others will refuse although it is shown: said each time, whoever reads. */
export const warn = (failure: Failure, run: Run): void => {
  run.event({ ...jsonOfFailure(failure), type: 'warning' })
  run.notice(remarkLines(`${run.words.sentence(failure)} (${failure.code})`, run.style))
}
