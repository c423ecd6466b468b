/** Our client and our server over loopback: every way to show a name. */
import { describe, expect, test } from 'vitest'
import { closing } from '../../../test/support/net.ts'
import { answersOf } from '../../acme/authority.ts'
import { type AcmeStore, memoryAcmeStore } from '../../acme/store.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { connect, serve } from '../../index.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { generalNameText } from '../../x509/certificate/general-name.ts'
import { acme, acmeRevoke } from './client.ts'
import { type AcmeHandlerOptions, acmeService } from './server.ts'
import { httpChallenges, tlsChallenges } from './show.ts'

const world = nodeWorld()
const { crypto } = world
const authority = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
const own = certifiedKey(authority.issue({ names: ['localhost'] }))
const accountKey = crypto.generateKeyPair('p-256')

const served = async (handler: Parameters<typeof serve>[0], options: Parameters<typeof serve>[1] = {}) => {
  const server = await serve(handler, options)
  closing.push(() => server.close(0))
  return server
}

/** An authority on a port of its own. */
const started = async (options: Partial<AcmeHandlerOptions> = {}) => {
  let service: ReturnType<typeof acmeService> | undefined
  const server = await served(
    (request, about) => service?.handler(request, about) ?? new Response(null, { status: 404 }),
    {
      tls: { certificateFor: () => own },
    },
  )
  const base = `${server.url}/acme`
  service = acmeService({ base, world, authority: answersOf(() => authority), refuses: () => undefined, ...options })
  closing.push(async () => service?.close())
  return { directory: `${base}/directory`, accountKey, world, ca: [authority.certificate] }
}

describe('a certificate', () => {
  test('by http-01, for a name and an address, and its revocation', async () => {
    const shown = httpChallenges()
    const web = await served(request => shown.handler(request) ?? new Response('a page'))
    const common = await started({ httpPort: web.port })
    const names = ['shop.localhost', '127.0.0.1']
    const { chain, key } = await acme({ ...common, names, show: { 'http-01': shown.show } })
    const leaf = new Certificate(chain[0]!)
    expect(leaf.extension('subjectAltName')?.map(generalNameText)).toEqual(names)
    expect([...leaf.spki]).toEqual([...key.spki])
    await acmeRevoke({ ...common, certificate: chain[0]!, reason: 1 })
    const entry = authority.inventory.find(Buffer.from(leaf.serialNumber).toString('hex'))
    expect(entry?.revocation?.reason).toBe('keyCompromise')
    await expect(acmeRevoke({ ...common, certificate: chain[0]! })).rejects.toMatchObject({
      code: 'acme/refused',
      failure: { expected: 'alreadyRevoked' },
    })
  })

  test('by tls-alpn-01, from the server that is to have it, whose other clients notice nothing', async () => {
    const shown = tlsChallenges(world)
    const web = await served(() => new Response('a page'), { tls: { certificateFor: shown.certificateFor(() => own) } })
    const common = await started({ tlsPort: web.port })
    const names = ['shop.localhost', '127.0.0.1']
    const asked: Promise<unknown>[] = []
    const show: typeof shown.show = async challenge => {
      const taken = await shown.show(challenge)
      const to = { host: 'localhost', port: web.port, tls: { ca: [authority.certificate], alpn: ['http/1.1'] } }
      asked.push(connect(to).then(stream => stream.reset()))
      return taken
    }
    const { chain } = await acme({ ...common, names, show: { 'tls-alpn-01': show } })
    expect(new Certificate(chain[0]!).extension('subjectAltName')?.map(generalNameText)).toEqual(names)
    expect(await Promise.all(asked)).toHaveLength(2)
    // Afterwards nothing is shown any more.
    const tls = { serverName: 'shop.localhost', alpn: ['acme-tls/1'] }
    await expect(connect({ host: 'localhost', port: web.port, tls })).rejects.toMatchObject({
      code: 'tls/name-unknown',
    })
  })

  test('by dns-01, a wildcard', async () => {
    const records = new Map<string, string>()
    const common = await started({ texts: async name => [records.get(name) ?? ''] })
    const show = ({ record }: { record: { name: string; text: string } }) => {
      records.set(record.name, record.text)
      return () => void records.delete(record.name)
    }
    const { chain } = await acme({ ...common, names: ['*.shop.localhost'], show: { 'dns-01': show } })
    expect(new Certificate(chain[0]!).extension('subjectAltName')?.map(generalNameText)).toEqual(['*.shop.localhost'])
    expect(records.size).toBe(0)
  })

  test('is not had while nothing can be kept: the client hears it, and the server goes on', async () => {
    const kept = memoryAcmeStore()
    const full = new Set<string>()
    const keeping = (kind: string): void => {
      if (full.has(kind)) throw new Error(`no room for ${kind}`)
    }
    const store: AcmeStore = {
      ...kept,
      write(kind, record) {
        keeping(kind)
        kept.write(kind, record)
      },
    }
    const told: string[] = []
    const shown = httpChallenges()
    const web = await served(request => shown.handler(request) ?? new Response('a page'))
    const common = await started({ httpPort: web.port, store, failed: error => told.push((error as Error).message) })
    const attempt = () => acme({ ...common, names: ['shop.localhost'], show: { 'http-01': shown.show } })
    for (const kind of ['account', 'order', 'certificate']) {
      full.add(kind)
      await expect(attempt(), kind).rejects.toMatchObject({
        code: 'acme/refused',
        failure: { expected: 'serverInternal' },
      })
      full.clear()
    }
    expect(new Set(told)).toEqual(new Set(['no room for account', 'no room for order', 'no room for certificate']))
    expect((await attempt()).chain).toHaveLength(1)
  })

  test('what cannot be shown, reached, or named fails by its name', async () => {
    const common = await started({ httpPort: 1 })
    const names = ['shop.localhost']
    const throwing = () => {
      throw new Error('no room')
    }
    const attempt = (show: Parameters<typeof acme>[0]['show'], directory = common.directory) =>
      acme({ ...common, directory, names, show })
    await expect(attempt({})).rejects.toMatchObject({ code: 'acme/no-challenge' })
    await expect(attempt({ 'http-01': throwing })).rejects.toMatchObject({
      code: 'acme/challenge-failed',
      failure: { got: 'no room' },
    })
    await expect(attempt({ 'http-01': () => () => {} })).rejects.toMatchObject({ code: 'acme/challenge-failed' })
    await expect(attempt({}, `${common.directory}x`)).rejects.toMatchObject({ code: 'acme/no-directory' })
    await expect(attempt({}, 'https://localhost:1/directory')).rejects.toMatchObject({ code: 'net/blocked-port' })
    await expect(acme({ ...common, names: ['a b'], show: {} })).rejects.toThrow(RangeError)
  })
})
