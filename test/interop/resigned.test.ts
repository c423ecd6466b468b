/**
 * Chains in which one certificate is not what it should be, signed all the same, judged by OpenSSL, GnuTLS and us: every
 * difference has a reason in `test/fuzz/resigned.table.ts`. `BAREWIRE_MUTANTS=5000` tries as many.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { rfc5280 } from '../../src/x509/path/profile.ts'
import { type Difference, explanation } from '../fuzz/resigned.table.ts'
import { honestChain } from '../fuzz/resigned.ts'
import { ours, Peers, type Verdict } from '../fuzz/resigned-peers.ts'
import { missing } from '../support/peers.ts'

const MUTANTS = Number(process.env.BAREWIRE_MUTANTS ?? 60)
/** Milliseconds for each, of two programs that begin and end. */
const TIME = 1000

const folder = mkdtempSync(join(tmpdir(), 'barewire-resigned-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = Math.floor(Date.now() / 1000) * 1000
const honest = honestChain(at)
const peers = new Peers(folder, honest)

const difference = (
  peer: Difference['peer'],
  change: string,
  verdicts: { readonly ours: Verdict; readonly theirs: Verdict },
): Difference | undefined => {
  if ((verdicts.ours === undefined) === (verdicts.theirs === undefined)) return undefined
  return { peer, change, kind: verdicts.theirs === undefined ? 'only we refuse' : `only ${peer} refuses`, ...verdicts }
}

describe.skipIf(missing('openssl', 'certtool') !== '')(`re-signed chains${missing('openssl', 'certtool')}`, () => {
  test('the chain is in order to all three before anything is changed', async () => {
    const chain = { ...honest, change: 'nothing' }
    expect([ours(honest, chain, at), ours(honest, chain, at, rfc5280)]).toEqual([undefined, undefined])
    expect([await peers.openssl(chain), await peers.gnutls(chain)]).toEqual([undefined, undefined])
  })

  test(
    `of ${MUTANTS} changed ones every difference is explained`,
    async () => {
      const unexplained: string[] = []
      for (let number = 1; number <= MUTANTS; number++) {
        const chain = honest.mutant(number)
        const { change } = chain
        // OpenSSL's strict mode knows duties of issuers; GnuTLS and our default do not.
        const strict = { ours: ours(honest, chain, at, rfc5280), theirs: await peers.openssl(chain) }
        const usual = { ours: ours(honest, chain, at), theirs: await peers.gnutls(chain) }
        for (const found of [difference('OpenSSL', change, strict), difference('GnuTLS', change, usual)])
          if (found !== undefined && explanation(found) === undefined)
            unexplained.push(`${number} ${found.kind} (${found.peer}): ${change}: ${found.ours ?? found.theirs}`)
      }
      expect(unexplained).toEqual([])
    },
    10_000 + MUTANTS * TIME,
  )
})
