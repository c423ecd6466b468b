/** Logs for the authorities of `chains.ts`, and what comes of a chain with their timestamps. */
import type { Bytes } from '../../src/engine.ts'
import { Failure } from '../../src/failures/index.ts'
import { certificateLog, type LabLog, type LogListing, logListOf } from '../../src/lab/certificate-log.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import type { ChainRequest } from '../../src/x509/path/types.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'
import type { Evidence } from '../../src/x509/revocation/evidence.ts'
import { type LogList, readLogList } from '../../src/x509/transparency/log-list.ts'
import type { TimestampFinding, TransparencyPolicyName } from '../../src/x509/transparency/types.ts'
import { ask, at, crypto, DAY } from './chains.ts'

export const logBy = (name: string, operator: string, more: { key?: 'rsa-2048'; now?: () => number } = {}): LabLog =>
  certificateLog({ crypto, now: () => at - DAY, name, operator, ...more })

export const [alpha, beta, gamma] = [logBy('Alpha', 'A'), logBy('Beta', 'B'), logBy('Gamma', 'C', { key: 'rsa-2048' })]

export const listOf = (...logs: readonly (LabLog | readonly [LabLog, LogListing])[]): LogList => {
  const list = readLogList(logListOf(logs, at - DAY), crypto)
  if (list instanceof Failure) throw new Error(`${list.where} ${list.got}`)
  return list
}

export interface Told {
  readonly list?: LogList
  readonly policy?: TransparencyPolicyName
  readonly evidence?: Evidence
  readonly more?: Partial<ChainRequest>
}

/** Of each timestamp its log and what is wrong with it; for a refusal what was missing. */
export const told = (
  chain: readonly Bytes[],
  { list = listOf(alpha, beta, gamma), policy, evidence, more }: Told = {},
): string => {
  const result = verifyChain(ask(chain, { evidence, transparency: { logs: list, policy }, ...more }))
  if (!isTrusted(result)) return `${result.code}: ${result.got} of ${result.expected}`
  const { transparency } = result
  if (transparency.status === 'not-checked') return transparency.status
  return transparency.timestamps.map(findingText).join(', ')
}

const findingText = ({ source, log, fault }: TimestampFinding): string =>
  `${source} ${log ?? 'nobody'}: ${fault ?? 'good'}`
