/** Certificates from an authority in memory, each with a key of its own: what a test pays that wants a server of its own. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import type { BenchRow } from '../row.ts'

/** Each measurement lasts about this long. */
const SPAN = 400

const perSecond = (work: () => number): number => {
  let [count, sum, took] = [0, 0, 0]
  const started = performance.now()
  do {
    sum += work()
    count++
    took = performance.now() - started
  } while (took < SPAN)
  if (sum === 0) throw new Error('nothing was made')
  return (count / took) * 1000
}

const issuing = (): number => {
  const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
  return perSecond(() => authority.issue({ names: ['shop.test', '10.0.0.1'], days: 1 }).certificate.length)
}

/** What no authority comes below: the key in the form of files, and one signature. */
const keyAndSignature = (): number => {
  const form = {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  } as const
  const { privateKey } = generateKeyPairSync('ec', form)
  const signing = { key: privateKey, format: 'der', type: 'pkcs8' } as const
  return perSecond(() => sign('sha256', generateKeyPairSync('ec', form).publicKey, signing).length)
}

export const rows: readonly BenchRow[] = [
  {
    bench: 'ca/issue',
    unit: 'certs/s',
    peer: 'node:crypto, key and signature alone',
    goal: 0.3,
    better: 'more',
    ours: async () => issuing(),
    theirs: async () => keyAndSignature(),
  },
]
