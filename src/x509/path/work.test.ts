import { expect, test } from 'vitest'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { Certificate } from '../certificate/certificate.ts'
import { MAX_PATH_STEPS, MAX_SIGNATURE_COST, MAX_WHOLE_PATHS, Work } from './work.ts'

const crypto = nodeCrypto()
const times = (count: number, work: () => unknown): void => {
  for (let i = 0; i < count; i++) work()
}

test('each of its three budgets ends the work by itself, when more is asked for than it has', () => {
  const root = new Certificate(certificateAuthority({ crypto, now: () => 0, name: 'Root' }).certificate)
  const { signatureAlgorithm: algorithm, tbs, signature } = root
  for (const [most, spend] of [
    [MAX_PATH_STEPS, (work: Work) => work.step()],
    [MAX_WHOLE_PATHS, (work: Work) => work.wholePath()],
    // Each is another question: of one that was asked before the answer is known.
    [MAX_SIGNATURE_COST, (work: Work) => work.isSignedBy({ tbs, signature }, algorithm!, root)],
  ] as const) {
    const work = new Work(crypto)
    times(most, () => expect(spend(work)).not.toMatchObject({ code: 'tls/chain-too-complex' }))
    expect(work.isExhausted).toBe(false)
    expect(spend(work)).toMatchObject({ code: 'tls/chain-too-complex', number: most })
    expect(work.isExhausted).toBe(true)
  }
})
