import { describe, expect, test } from 'vitest'
import { acmeWorld, BASE, EPOCH, runClient } from '../../../test/support/acme.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { generalNameText } from '../../x509/certificate/general-name.ts'

describe.each(platforms)('on %s', (_, { crypto }) => {
  test('a certificate is ordered, shown, fetched, and revoked by the key of the account', () => {
    const world = acmeWorld(crypto)
    const accountKey = crypto.generateKeyPair('p-256')
    const key = crypto.generateKeyPair('p-256')
    const identifiers = [
      { type: 'dns', value: 'a.test' },
      { type: 'ip', value: '127.0.0.1' },
    ] as const
    const common = { crypto, epoch: EPOCH, directory: `${BASE}/directory`, accountKey }
    const job = { wants: 'certificate', identifiers, key, challenges: ['http-01'] } as const
    const { told } = runClient(world, { ...common, job })
    expect(told.map(({ type }) => type)).toEqual(['account', 'ask', 'over', 'ask', 'over', 'certificate'])
    const last = told.at(-1)!
    if (last.type !== 'certificate') throw new Error('no certificate')
    const leaf = new Certificate(last.chain[0]!)
    expect(leaf.extension('subjectAltName')?.map(generalNameText)).toEqual(['a.test', '127.0.0.1'])
    const revoked = runClient(world, {
      ...common,
      job: { wants: 'revocation', certificate: last.chain[0]!, reason: 1 },
    })
    expect(revoked.told.map(({ type }) => type)).toEqual(['account', 'revoked'])
    expect(world.authority.inventory.entries({ state: 'revoked' })[0]?.revocation?.reason).toBe('keyCompromise')
  })
})
