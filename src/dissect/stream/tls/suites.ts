/**
 * Cipher suites by number, for whoever reads along: more than we speak, since with the master secret at hand nobody cares
 * how it came about. Only what the records are sealed with must be known.
 */
import { CipherSuite } from '../../../tls/messages/registries.table.ts'
import { rsaSuites, type Suite, type Suite13, suites, suites13 } from '../../../tls/suites.table.ts'

export const suite13ById = (id: number): Suite13 | undefined => suites13.find(suite => suite.id === id)

const known: ReadonlyMap<number, Suite> = new Map([...suites, ...rsaSuites].map(suite => [suite.id, suite]))

/** A suite of ours, or another with a cipher of ours: `TLS_DHE_RSA_WITH_AES_128_GCM_SHA256`. */
export const suite12ById = (id: number): Suite | undefined => known.get(id) ?? sealingLike(CipherSuite.nameOf(id), id)

/** How keys are agreed on: `ecdhe` and `rsa` have messages that we read, those of others stay bytes. */
export type Exchange = Suite['exchange'] | 'other'

export const exchangeOf = (id: number): Exchange => known.get(id)?.exchange ?? exchangeByName(CipherSuite.nameOf(id))

const exchangeByName = (name: string): Exchange => {
  if (/^TLS_ECDHE_(?:ECDSA|RSA)_WITH_/.test(name)) return 'ecdhe'
  return /^TLS_RSA_WITH_/.test(name) ? 'rsa' : 'other'
}

const sealingLike = (name: string, id: number): Suite | undefined => {
  const cipher = /_WITH_(\w+)$/.exec(name)?.[1]
  const like =
    cipher === undefined ? undefined : [...known.values()].find(suite => suite.name.endsWith(`_WITH_${cipher}`))
  return like && { ...like, id }
}
