/** Where certificates say that their state is told, and who else than the authority may tell it. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closing } from '../../test/support/net.ts'
import { missing } from '../../test/support/peers.ts'
import { temporaryFolder } from '../../test/support/peers-chain.ts'
import { OID } from '../asn1/oids.table.ts'
import { connect, fetch, serve } from '../index.ts'
import { retriever } from '../net/client/retriever.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { pem } from '../x509/files/pem.ts'
import { BasicOcspResponse, parseOcspResponse } from '../x509/revocation/ocsp.ts'
import { certificateAuthority } from './authority.ts'
import { type Published, publishedAt } from './published.ts'
import { ocspAnswerFor } from './revocation.ts'
import { revocationHandler } from './service.ts'

const crypto = nodeCrypto()
const now = Date.now
const make = (url?: string) => {
  const of = (name: string): Published | undefined => (url === undefined ? undefined : publishedAt(url, name))
  const root = certificateAuthority({ crypto, now, name: 'Root', published: of('root') })
  return { root, middle: root.intermediate({ name: 'Middle', published: of('middle') }) }
}
const placesIn = (der: Uint8Array) => {
  const certificate = new Certificate(der)
  const lists = (certificate.extension('cRLDistributionPoints') ?? []).flatMap(({ name }) =>
    name !== undefined && 'full' in name ? name.full.map(each => (each.type === 'uri' ? each.text : '')) : [],
  )
  const access = (certificate.extension('authorityInfoAccess') ?? []).map(
    ({ method, location }) => `${method} ${location.type === 'uri' ? location.text : ''}`,
  )
  return [...lists, ...access]
}

test('an authority that knows its address says in all that it signs where its list, answers and certificate are', () => {
  const { root, middle } = make('http://ca.test:8080/pki/')
  expect(placesIn(root.certificate)).toEqual([])
  expect(placesIn(middle.certificate)).toEqual([
    'http://ca.test:8080/pki/root.crl',
    '1.3.6.1.5.5.7.48.1 http://ca.test:8080/pki/ocsp',
    '1.3.6.1.5.5.7.48.2 http://ca.test:8080/pki/root.cer',
  ])
  const leaf = middle.issue({ names: ['a.test'] }).certificate
  expect(placesIn(leaf)).toEqual([
    'http://ca.test:8080/pki/middle.crl',
    '1.3.6.1.5.5.7.48.1 http://ca.test:8080/pki/ocsp',
    '1.3.6.1.5.5.7.48.2 http://ca.test:8080/pki/middle.cer',
  ])
  expect(placesIn(make().middle.issue({ names: ['a.test'] }).certificate)).toEqual([])
})

test('whoever writes such an extension himself has his own, once', () => {
  const { middle } = make('http://ca.test')
  const own = {
    oid: OID.authorityInfoAccess,
    critical: false,
    value: new Certificate(middle.certificate).extensions
      .filter(({ oid }) => oid === OID.authorityInfoAccess)
      .map(({ from, to }) => middle.certificate.slice(from, to))[0]!,
  }
  const leaf = middle.issue({ names: ['a.test'], extensions: [own] }).certificate
  expect(placesIn(leaf)).toEqual([
    'http://ca.test/middle.crl',
    '1.3.6.1.5.5.7.48.1 http://ca.test/ocsp',
    '1.3.6.1.5.5.7.48.2 http://ca.test/root.cer',
  ])
})

test.each([
  'https://ca.test',
  'ca.test',
  '',
  'http://ca.test/?a',
  'http://ca.test/#a',
  'http://me@ca.test/',
  'file:///x',
])('nothing is published at “%s”', base => {
  expect(() => publishedAt(base, 'root')).toThrow(/is no URL of http:/)
})

test('a client that insists finds a certificate good, and refuses it once it is revoked', async () => {
  let handler: ReturnType<typeof revocationHandler> | undefined
  const asked: string[] = []
  const told = await serve(request => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`)
    return handler?.(request) ?? new Response(null, { status: 404 })
  })
  closing.push(() => told.close(0))
  const { root, middle } = make(told.url)
  handler = revocationHandler({ authorities: () => ({ root, middle }), crypto, now })
  const leaf = middle.issue({ names: ['localhost'] })
  const server = await serve(() => new Response('here'), { tls: { certificateFor: () => certifiedKey(leaf) } })
  closing.push(() => server.close(0))
  const again = async (): Promise<string> => {
    const retrieve = retriever({ fetch, crypto, clock: nodeWorld().clock })
    const tls = { ca: [root.certificate], revocation: { mode: 'hard', retrieve } } as const
    try {
      const stream = await connect({ host: 'localhost', port: server.port, tls })
      stream.reset()
      return stream.connection.tls!.trusted!.revocation.map(({ status }) => status).join()
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(await again()).toBe('good,good')
  expect(asked).toEqual(['POST /ocsp', 'POST /ocsp'])
  middle.revoke(leaf.serial, 'keyCompromise')
  expect(await again()).toBe('tls/certificate-revoked')
})

test('a responder signs in the place of its authority alone, and brings its certificate', () => {
  const { root, middle } = make('http://ca.test')
  const responder = middle.issue({ names: [], commonName: 'Responder', profile: 'responder' })
  const own = new Certificate(responder.certificate)
  expect(own.extension('extKeyUsage')).toEqual(['1.3.6.1.5.5.7.3.9'])
  expect(own.extension('ocspNoCheck')).toBe(true)
  // Its state is not asked for, so it does not say where.
  expect(placesIn(responder.certificate)).toEqual([])
  const leaf = middle.issue({ names: ['a.test'] })
  const options = { crypto, now: Date.now(), responders: [responder] }
  const answer = parseOcspResponse(ocspAnswerFor(middle, leaf.serial, options))
  if (!(answer instanceof BasicOcspResponse)) throw new Error('no answer')
  expect(answer.certificates.map(each => [...each])).toEqual([[...responder.certificate]])
  expect(crypto.verify(answer.signatureAlgorithm!, own.spki, answer.tbs, answer.signature)).toBe(true)
  for (const date of [own.notBefore, own.notAfter]) {
    const by = parseOcspResponse(ocspAnswerFor(middle, leaf.serial, { ...options, now: date }))
    expect(by instanceof BasicOcspResponse && by.certificates).toHaveLength(1)
  }
  // For another authority, and behind its end, the authority itself.
  const serial = Buffer.from(new Certificate(middle.certificate).serialNumber).toString('hex')
  for (const [authority, about, date] of [
    [root, serial, Date.now()],
    [middle, leaf.serial, own.notAfter + 1],
    [middle, leaf.serial, own.notBefore - 1],
  ] as const) {
    const by = parseOcspResponse(ocspAnswerFor(authority, about, { ...options, now: date }))
    expect(by instanceof BasicOcspResponse && by.certificates).toEqual([])
  }
})

test.skipIf(missing('openssl') !== '')(
  `OpenSSL asks the responder and checks the list of a certificate by its own words${missing('openssl')}`,
  async () => {
    const { path: folder, remove } = temporaryFolder('published')
    closing.push(async () => remove())
    let handler: ReturnType<typeof revocationHandler> | undefined
    const told = await serve(request => handler?.(request) ?? new Response(null, { status: 404 }))
    closing.push(() => told.close(0))
    const { root, middle } = make(told.url)
    const responder = middle.issue({ names: [], commonName: 'Responder', profile: 'responder' })
    handler = revocationHandler({ authorities: () => ({ root, middle }), crypto, now, responders: () => [responder] })
    const leaf = middle.issue({ names: ['a.test'] })
    const file = (name: string, der: Uint8Array): string => {
      writeFileSync(join(folder, name), pem('CERTIFICATE', der))
      return join(folder, name)
    }
    const [ca, above, own] = [
      file('root.pem', root.certificate),
      file('middle.pem', middle.certificate),
      file('leaf.pem', leaf.certificate),
    ]
    const run = async (...words: readonly string[]): Promise<string> => {
      const child = spawn('openssl', words)
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (text += piece))
      await new Promise(resolve => child.on('close', resolve))
      return text
    }
    const answers = () =>
      run('ocsp', '-issuer', above, '-cert', own, '-url', `${told.url}/ocsp`, '-CAfile', ca, '-verify_other', above)
    const lists = () =>
      run('verify', '-x509_strict', '-crl_check', '-crl_download', '-CAfile', ca, '-untrusted', above, own)
    expect(await answers()).toMatch(/Response verify OK(.|\n)*leaf\.pem: good/)
    expect(await lists()).toContain('leaf.pem: OK')
    middle.revoke(leaf.serial, 'keyCompromise')
    expect(await answers()).toMatch(/Response verify OK(.|\n)*leaf\.pem: revoked/)
    handler = revocationHandler({ authorities: () => ({ root, middle }), crypto, now })
    expect(await lists()).toContain('certificate revoked')
  },
)
