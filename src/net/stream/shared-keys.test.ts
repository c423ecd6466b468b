/** Keys that both ends have from elsewhere, as `psk` of clients and servers. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { FailureError } from '../../failures/index.ts'
import { agreed } from '../../inspect/agreed.ts'
import { timeline } from '../../inspect/timeline.ts'
import { recorder } from '../../trace/recorder.ts'
import { client, connect, fetch, listen, type ServeOptions, serve } from '../index.ts'
import type { SharedKey } from './shared-keys.ts'
import type { World } from './types.ts'

const key = ascii('0123456789abcdef')
const identity = 'Gerät 7'
const between = { client: 'device', server: 'hub' }
const authority = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'root' })
const shop = authority.issue({ names: ['shop.test'] })

/** Another node of the same network. */
const elsewhere = (world: World): World => {
  const { transport } = world
  return {
    ...world,
    transport: { connect: (...given) => transport.connect(...given), listen: (...given) => transport.listen(...given) },
  }
}

const served = async (world: World, tls: NonNullable<ServeOptions['tls']>) => {
  const server = await serve(
    (_, { connection }) => {
      const { externalKey, trusted } = connection.tls ?? {}
      const who = externalKey === undefined ? 'nobody' : new TextDecoder().decode(externalKey.identity)
      return new Response(`${who}, ${trusted?.anchor ?? 'no certificate'}`)
    },
    { world, port: 443, tls },
  )
  closing.push(() => server.close(50))
  return server
}
const asked = async (world: World, psk: SharedKey | readonly SharedKey[], more: object = {}): Promise<string> =>
  (await fetch('https://shop.test/', { world, psk, ...more })).text()

describe.each(platforms)('on %s', (_, platform) => {
  test('a client and a server know each other by a key, and nobody has a certificate', async () => {
    const world = platform.world()
    await served(world, { psk: { [identity]: key } })
    expect(await asked(elsewhere(world), { identity, key })).toBe(`${identity}, no certificate`)
  })
  test('imported for two named ends it works within one node as well, with every suite', async () => {
    const world = platform.world()
    await served(world, { psk: new Map([[identity, { key, between }]]) })
    for (const suite of ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'] as const)
      expect(await asked(world, { identity, key, between }, { tls: { suites: [suite] } })).toBe(
        `${identity}, no certificate`,
      )
  })
})

test('a function finds the key, late as well, and is asked for texts alone', async () => {
  const world = node.world()
  const seen: string[] = []
  await served(world, {
    psk: async name => {
      seen.push(name)
      return name === identity ? key : undefined
    },
  })
  const keys = ['unknown', identity].map(name => ({ identity: name, key }))
  const there = client({ world: elsewhere(world), psk: keys })
  closing.push(() => there.close())
  expect(await (await there.fetch('https://shop.test/')).text()).toBe(`${identity}, no certificate`)
  expect(seen).toEqual(['unknown', identity])
})

test('Selfie, RFC 9257 4.1: a node that is reached by its own hello refuses the key that it offers itself', async () => {
  const world = node.world()
  const refused: string[] = []
  const listener = await listen(
    { world, port: 443, tls: { psk: { [identity]: key } }, refused: ({ code }) => refused.push(code) },
    stream => stream.reset(),
  )
  closing.push(() => listener.close())
  const to = { host: 'hub.test', port: 443, address: '127.0.0.1', world }
  expect(await codeOf(connect({ ...to, tls: { psk: { identity, key } } }))).toBe('tls/alert-received')
  expect(refused).toEqual(['tls/external-key-own'])
  // With names the two directions have two keys: what we offer the hub is not what the device may offer us.
  const named = await listen(
    {
      world,
      port: 444,
      tls: { psk: { [identity]: { key, between: { client: 'hub', server: 'device' } } } },
      refused: ({ code }) => refused.push(code),
    },
    stream => stream.reset(),
  )
  closing.push(() => named.close())
  const psk = { identity, key, between }
  expect(await codeOf(connect({ ...to, port: 444, tls: { psk } }))).toBe('tls/alert-received')
  expect(refused).toEqual(['tls/external-key-own', 'tls/external-key-unknown'])
})

test('RFC 9258 4: what one end imports the other cannot use as it is', async () => {
  const world = node.world()
  await served(world, { psk: { [identity]: { key, between }, plain: key } })
  const there = elsewhere(world)
  expect(await codeOf(asked(there, { identity, key }))).toBe('tls/alert-received')
  expect(await codeOf(asked(there, { identity: 'plain', key, between }))).toBe('tls/alert-received')
  expect(await asked(there, { identity: 'plain', key })).toBe('plain, no certificate')
})

test('a certificate in the place of the key is taken only from issuers that are named', async () => {
  const world = node.world()
  await served(world, { cert: [...shop.chain], key: shop.privateKey, psk: { [identity]: key } })
  const there = elsewhere(world)
  expect(await asked(there, { identity, key })).toBe(`${identity}, no certificate`)
  const other = { identity: 'another', key }
  expect(await codeOf(asked(there, other))).toBe('tls/nothing-in-common')
  expect(await asked(there, other, { ca: authority.root })).toBe('nobody, no certificate')
  expect(await (await fetch('https://shop.test/', { world: there, ca: authority.root })).text()).toBe(
    'nobody, no certificate',
  )
})

test('wrong shapes fail at the call, and say no secret', async () => {
  const world = node.world()
  const failureOf = async (task: () => Promise<unknown>): Promise<string> => {
    try {
      await task()
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      expect(`${error.message} ${JSON.stringify(error.failure)}`).not.toMatch(/0123|secret/)
      return `${error.code} ${error.failure.where}`
    }
    return 'nothing'
  }
  const connecting = (psk: unknown, more: object = {}) =>
    failureOf(() => connect({ host: 'hub.test', port: 443, world, tls: { psk: psk as SharedKey, ...more } }))
  const listening = (psk: unknown, more: object = {}) =>
    failureOf(() => listen({ world, tls: { psk: psk as never, ...more } }, () => {}))
  expect(await connecting('device:0123456789abcdef')).toBe('net/bad-tls-options tls.psk')
  expect(await connecting([])).toBe('net/bad-tls-options tls.psk')
  expect(await connecting({ key })).toBe('net/bad-tls-options tls.psk.identity')
  expect(await connecting({ identity, key: 'my secret, as a text' })).toBe('tls/bad-external-key key')
  expect(await connecting({ identity, key: ascii('too short') })).toBe('tls/bad-external-key key')
  expect(await connecting({ identity, key, hash: 'md5' })).toBe('tls/bad-external-key hash')
  const same = { client: 'hub', server: 'hub' }
  expect(await connecting({ identity, key, between: same })).toBe('net/bad-tls-options tls.psk.between')
  expect(await connecting({ identity, key, between: { client: '' } })).toBe('net/bad-tls-options tls.psk.between')
  expect(await connecting({ identity, key }, { versions: ['TLS 1.2'] })).toBe('net/bad-tls-options tls.psk')
  expect(await listening('0123456789abcdef')).toBe('net/bad-tls-options tls.psk')
  expect(await listening({})).toBe('net/bad-tls-options tls.psk')
  expect(await listening({ [identity]: 'my secret' })).toBe('net/bad-tls-options tls.psk')
  expect(await listening({ [identity]: ascii('short') })).toBe('tls/bad-external-key key')
  expect(await listening({ [identity]: key }, { versions: ['TLS 1.2'] })).toBe('net/bad-tls-options tls.psk')
  const required = { clientCertificate: 'required', ca: authority.root }
  expect(await listening({ [identity]: key }, required)).toBe('net/bad-tls-options tls.psk')
  expect(
    await failureOf(() => connect({ host: 'hub.test', port: 443, world, ...({ psk: { identity, key } } as object) })),
  ).toBe('net/bad-tls-options psk')
})

test('the trace of either side tells such a connection from one that is resumed', async () => {
  const world = node.world()
  const [near, far] = [recorder(), recorder()]
  const server = await serve(() => new Response('yes'), {
    world,
    port: 443,
    tls: { psk: { [identity]: key } },
    trace: far,
  })
  closing.push(() => server.close(50))
  await asked(elsewhere(world), { identity, key }, { trace: near })
  for (const { records } of [near, far]) {
    expect(agreed(records).tls).toMatchObject({ version: 'TLS 1.3', resumed: false, externalKey: 'Gerät 7' })
    const told = timeline(records, agreed(records)).rows
    expect(told.find(row => row.key === 'tls')?.note).not.toContain('resumed')
    expect(told.find(row => row.key === 'who')).toMatchObject({ what: 'key "Gerät 7"', note: '✓ external key' })
  }
})
