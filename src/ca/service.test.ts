import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closing } from '../../test/support/net.ts'
import { temporaryFolder } from '../../test/support/peers-chain.ts'
import { isFailure } from '../failures/index.ts'
import { serve } from '../index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { pem } from '../x509/files/pem.ts'
import { parseRevocationList } from '../x509/revocation/crl.ts'
import { BasicOcspResponse, certificateId, parseOcspResponse } from '../x509/revocation/ocsp.ts'
import { writeOcspRequest } from '../x509/revocation/ocsp-request.ts'
import { certificateAuthority } from './authority.ts'
import { revocationHandler } from './service.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
let clock = at
const make = (now: () => number = () => clock, base?: string) => {
  clock = at
  const root = certificateAuthority({ crypto, now, name: 'Root' })
  const intermediate = root.intermediate({ name: 'Middle' })
  const handler = revocationHandler({ authorities: () => ({ root, intermediate }), crypto, now }, base)
  const ask = (path: string, init?: RequestInit) => handler(new Request(`http://ca.test${path}`, init))
  return { root, intermediate, handler, ask }
}
const bytesOf = async (response: Response | undefined) => new Uint8Array(await response!.arrayBuffer())
const requestFor = (authority: { certificate: Uint8Array }, serial: string) => {
  const number = new Uint8Array(Buffer.from(serial, 'hex'))
  return writeOcspRequest([certificateId(number, new Certificate(authority.certificate), 'sha1', crypto)])
}
const post = (body: Uint8Array) => ({
  method: 'POST',
  headers: { 'content-type': 'application/ocsp-request' },
  body: Uint8Array.from(body),
})

test('lists and certificates have paths of their own; a list is signed again after a minute', async () => {
  const { intermediate, root, ask } = make()
  const { serial } = intermediate.issue({ names: ['a.test'] })
  const list = async () => {
    const read = parseRevocationList(await bytesOf(await ask('/intermediate.crl')))
    if (isFailure(read)) throw new Error(read.code)
    return [read.size, read.extension('cRLNumber')?.[0]]
  }
  expect(await list()).toEqual([0, 1])
  intermediate.revoke(serial)
  clock += 59_999
  expect(await list()).toEqual([0, 1])
  clock += 1
  expect(await list()).toEqual([1, 2])
  const found = await ask('/root.cer')
  expect([found?.headers.get('content-type'), await bytesOf(found)]).toEqual([
    'application/pkix-cert',
    root.certificate,
  ])
  expect((await ask('/root.crl'))?.headers.get('cache-control')).toBe('max-age=60, public')
})

test('OCSP is answered by POST and by GET, for every authority of the service', async () => {
  const { intermediate, root, ask } = make()
  const { serial } = intermediate.issue({ names: ['a.test'] })
  intermediate.revoke(serial)
  const about = async (response: Response | undefined) => {
    const answer = parseOcspResponse(await bytesOf(response))
    return answer instanceof BasicOcspResponse ? answer.answers[0]?.about.status : answer
  }
  const request = requestFor(intermediate, serial)
  const posted = await ask('/ocsp', post(request))
  expect(posted?.headers.get('content-type')).toBe('application/ocsp-response')
  expect(await about(posted)).toBe('revoked')
  expect(await about(await ask(`/ocsp/${encodeURIComponent(Buffer.from(request).toString('base64'))}`))).toBe('revoked')
  const own = Buffer.from(new Certificate(intermediate.certificate).serialNumber).toString('hex')
  expect(await about(await ask('/ocsp', post(requestFor(root, own))))).toBe('good')
  expect(await about(await ask('/ocsp', post(Uint8Array.of(1, 2))))).toEqual({ refused: 'malformedRequest' })
})

test('what is no question is refused, and what is not its business is left to others', async () => {
  const { ask } = make()
  const status = async (path: string, init?: RequestInit) => (await ask(path, init))?.status
  expect(await status('/ocsp')).toBe(405)
  expect(await status('/ocsp', { method: 'POST', body: 'x' })).toBe(415)
  expect(await status('/ocsp', post(new Uint8Array(16 * 1024 + 1)))).toBe(413)
  expect(await status('/ocsp/%25%25')).toBe(400)
  expect(await status('/ocsp/%ff')).toBe(400)
  for (const path of ['/', '/other.crl', '/constructor.crl', '/root.key', '/a/root.crl', '/root.crl.old'])
    expect(await status(path), path).toBeUndefined()
  expect(await status('/root.crl', { method: 'POST', body: '' })).toBeUndefined()
  const below = make(undefined, '/pki')
  expect((await below.ask('/pki/root.crl'))?.status).toBe(200)
  expect(await below.ask('/root.crl')).toBeUndefined()
  // Another place whose name is as long.
  expect(await below.ask('/abc/root.crl')).toBeUndefined()
  expect(below.ask('/pki/root.crl')).toBeInstanceOf(Promise)
})

test.skipIf(spawnSync('openssl', ['version']).status !== 0)(
  'openssl asks over HTTP and believes the answer',
  async () => {
    const { root, handler } = make(Date.now)
    const [good, bad] = ['a.test', 'b.test'].map(name => root.issue({ names: [name] }))
    root.revoke(bad!.serial)
    const server = await serve(async request => (await handler(request)) ?? new Response(null, { status: 404 }))
    closing.push(() => server.close(0))
    const { path: cwd, remove } = temporaryFolder('ocsp')
    closing.push(remove)
    const files = { 'root.pem': root.certificate, 'good.pem': good!.certificate, 'bad.pem': bad!.certificate }
    for (const [name, der] of Object.entries(files)) writeFileSync(join(cwd, name), pem('CERTIFICATE', der))
    const { spawn } = await import('node:child_process')
    const asked = (leaf: string) =>
      new Promise<string>(resolve => {
        const words = ['ocsp', '-issuer', 'root.pem', '-cert', leaf, '-CAfile', 'root.pem', '-url']
        const child = spawn('openssl', [...words, `http://127.0.0.1:${server.port}/ocsp`], { cwd })
        let text = ''
        for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (text += piece))
        child.on('close', () => resolve(text))
      })
    expect(await asked('good.pem')).toMatch(/Response verify OK[\s\S]*good\.pem: good/)
    expect(await asked('bad.pem')).toMatch(/Response verify OK[\s\S]*bad\.pem: revoked/)
  },
)
