/** `--revocation`, `--crl`, `--crlite`, `--logs` and `--transparency`: what is demanded of certificates besides their paths. */
import { readFileSync } from 'node:fs'
import { isFileProblem } from '../explain/file-problems.ts'
import { FailureError, fail, isFailure } from '../failures/index.ts'
import type { RevocationOptions } from '../net/stream/judged.ts'
import { localRevocations } from '../node/ca-revoked.ts'
import { nodeWorld } from '../node/world.ts'
import { latin1Text } from '../wire/bytes.ts'
import { isDer, pemBlocks } from '../x509/files/pem.ts'
import { parseRevocationList } from '../x509/revocation/crl.ts'
import { readCrlite } from '../x509/revocation/crlite.ts'
import type { RevocationFilter, RevocationMode } from '../x509/revocation/evidence.ts'
import { type LogList, readLogList } from '../x509/transparency/log-list.ts'
import { transparencyPolicies } from '../x509/transparency/policies.table.ts'
import type { TransparencyDemands, TransparencyPolicyName } from '../x509/transparency/types.ts'
import type { OptionSpec } from './command.ts'
import { parseWord } from './options.ts'

export interface DemandOptions {
  readonly revocation?: RevocationMode | undefined
  /** Files of filters. */
  readonly crlite?: readonly string[] | undefined
  /** File of a list of logs. */
  readonly logs?: string | undefined
  readonly transparency?: TransparencyPolicyName | undefined
}

const MODES: readonly RevocationMode[] = ['off', 'soft', 'hard']
const POLICIES = Object.keys(transparencyPolicies) as readonly TransparencyPolicyName[]

export const LOGS: OptionSpec = {
  flags: '--logs <file>',
  what: 'the logs whose timestamps count: a list in JSON as browsers have it (log_list.json, version 3)',
  offers: 'files',
}

export const DEMANDS: readonly OptionSpec[] = [
  {
    flags: '--revocation <how>',
    what: 'off, soft or hard: ask authorities whether they took a certificate back; hard refuses when nobody says',
    parse: parseWord('--revocation', MODES),
    offers: MODES,
  },
  {
    flags: '--crlite <file...>',
    what: 'filters of revoked certificates as Firefox has them: what they call revoked is refused',
    offers: 'files',
  },
  LOGS,
  {
    flags: '--transparency <policy>',
    what: 'with --logs: chromium refuses a certificate that has fewer good timestamps than Chrome wants',
    parse: parseWord('--transparency', POLICIES),
    offers: POLICIES,
  },
]

/** Throws `ca/crlite` for a file that is no filter, `cli/file` for one that cannot be read. */
export const revocationOf = ({ revocation, crlite }: DemandOptions): RevocationOptions | undefined =>
  revocation === undefined && crlite === undefined
    ? undefined
    : { mode: revocation ?? 'off', filters: [...(crlite ?? []).map(filterIn), localRevocations()] }

const filterIn = (path: string): RevocationFilter => {
  const filter = readCrlite(fileContents(path), nodeWorld().crypto)
  if (isFailure(filter)) throw new FailureError(filter.with({ where: path }))
  return filter
}

export const LISTS: OptionSpec = {
  flags: '--crl <file...>',
  what: 'lists of revoked certificates, PEM or DER: what they have is refused',
  offers: 'files',
}

/** Throws `cli/file` for a file without a list, `tls/certificate-malformed` for a list that is broken. */
export const listsIn = (paths: readonly string[] = []): readonly Uint8Array[] =>
  paths.flatMap(path => {
    const file = fileContents(path)
    const blocks = isDer(file) ? [] : pemBlocks(latin1Text(file)).filter(({ label }) => label === 'X509 CRL')
    const lists = isDer(file) ? [file] : blocks.map(({ der }) => der)
    if (lists.length === 0)
      throw new FailureError(fail('cli/file', { where: path, got: 'it holds no list of revoked certificates' }))
    for (const list of lists.map(parseRevocationList))
      if (isFailure(list)) throw new FailureError(list.with({ where: path }))
    return lists
  })

/** Throws `ca/log-list` for a file that is none, `cli/file` for one that cannot be read. */
export const logsIn = (path: string | undefined): LogList | undefined => {
  if (path === undefined) return undefined
  const list = readLogList(fileContents(path), nodeWorld().crypto)
  if (isFailure(list)) throw new FailureError(list.with({ where: `${path}: ${list.where}` }))
  return list
}

export const transparencyOf = ({
  logs: path,
  transparency: policy,
}: DemandOptions): TransparencyDemands | undefined => {
  if (policy !== undefined && path === undefined)
    throw new FailureError(fail('cli/usage', { got: '--transparency goes with --logs FILE: the logs that count.' }))
  const logs = logsIn(path)
  return logs && { logs, policy }
}

/** Throws `cli/file`. */
export const fileContents = (path: string): Uint8Array => {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const got = isFileProblem(code) ? code : 'it cannot be read'
    throw new FailureError(fail('cli/file', { where: path, got }), { cause: error })
  }
}
