/** `ca serve` tells what `ca revoke` took back, to whoever asks where the certificates say. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closing } from '../../test/support/net.ts'
import { freePort, missing } from '../../test/support/peers.ts'
import { startBarewire } from '../../test/support/peers-command.ts'
import { connect, fetch, serve } from '../index.ts'
import { retriever } from '../net/client/retriever.ts'
import { nodeWorld } from '../node/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'ca-serve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const env = { BAREWIRE_HOME: join(folder, 'home') }
const at = (name: string): string => join(folder, name)
const root = at('home/ca/root.pem')

const ran = async (...words: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await startBarewire(['ca', ...words], { env }).done
  expect([code, stderr]).toEqual([0, expect.anything()])
  return stdout
}

const openssl = async (...words: readonly string[]): Promise<string> => {
  const child = spawn('openssl', words)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', piece => {
      text += piece
    })
  await new Promise(resolve => child.on('close', resolve))
  return text
}

test.skipIf(missing('openssl') !== '')(
  `a certificate is good to a client that insists and to OpenSSL until it is revoked${missing('openssl')}`,
  async () => {
    const [port, plain] = [await freePort(), await freePort()]
    const url = `http://127.0.0.1:${plain}/pki`
    expect(await ran('init', '--url', url)).toContain(`tells at      ${url}, while barewire ca serve runs`)
    expect(await ran('show')).toContain(url)
    await ran('issue', 'localhost', '--out', folder)
    const authority = startBarewire(['ca', 'serve', '-p', `${port}`, '--json'], { env })
    const [line] = await authority.seen(/\{[^\n]*"type":"listening"[^\n]*\}/)
    expect(JSON.parse(line)).toMatchObject({ urls: [`https://localhost:${port}/acme/directory`, url] })

    const [certificate, key] = [at('localhost.pem'), at('localhost.key')].map(path => readFileSync(path, 'utf8'))
    const server = await serve(() => new Response('here'), { tls: { cert: certificate!, key: key! } })
    closing.push(() => server.close(0))
    const seen = async (): Promise<string> => {
      const { crypto, clock } = nodeWorld()
      // A new one each time: it keeps answers as long as they say.
      const retrieve = retriever({ fetch, crypto, clock })
      const tls = { ca: readFileSync(root, 'utf8'), revocation: { mode: 'hard', retrieve } } as const
      try {
        const stream = await connect({ host: 'localhost', port: server.port, tls })
        stream.reset()
        return stream.connection.tls!.trusted!.revocation.map(({ status }) => status).join()
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    const answer = () =>
      openssl(
        ...['ocsp', '-url', `${url}/ocsp`, '-CAfile', root, '-issuer', at('home/ca/intermediate.pem')],
        ...['-cert', at('localhost.pem'), '-verify_other', at('home/ca/intermediate.pem')],
      )
    const list = () =>
      openssl(
        ...['verify', '-x509_strict', '-crl_check', '-crl_download', '-CAfile', root],
        ...['-untrusted', at('home/ca/intermediate.pem'), at('localhost.pem')],
      )
    expect(await seen()).toBe('good,good')
    expect(await answer()).toMatch(/Response verify OK(.|\n)*localhost\.pem: good/)
    expect(await ran('revoke', at('localhost.pem'), '--reason', 'keyCompromise')).toContain('is revoked')
    expect(await seen()).toBe('tls/certificate-revoked')
    expect(await answer()).toMatch(/Response verify OK(.|\n)*localhost\.pem: revoked/)
    expect(await list()).toContain('certificate revoked')
    // The same beside ACME, and nothing else anywhere.
    const beside = await fetch(`https://localhost:${port}/pki/root.cer`, { ca: readFileSync(root, 'utf8') })
    expect([beside.status, beside.headers.get('content-type')]).toEqual([200, 'application/pkix-cert'])
    expect((await fetch(`http://127.0.0.1:${plain}/acme/directory`)).status).toBe(404)
    authority.child.kill('SIGTERM')
    expect((await authority.done).code).toBe(0)
  },
  60_000,
)

test('who has no address is told how to give it one; a port that is taken ends both: net/port-taken', async () => {
  const own = { BAREWIRE_HOME: at('other') }
  const taken = await serve(() => new Response())
  closing.push(() => taken.close(0))
  const port = `${await freePort()}`
  const first = startBarewire(['ca', 'serve', '-p', port], { env: own })
  await first.seen(/do not say where that is told: barewire ca init --url http:\/\/localhost:14001/)
  first.child.kill('SIGTERM')
  expect((await first.done).code).toBe(0)
  const second = await startBarewire(['ca', 'serve', '-p', port, '--plain-port', `${taken.port}`], { env: own }).done
  expect([second.code, second.stderr]).toEqual([expect.any(Number), expect.stringContaining('net/port-taken')])
  expect(second.code).not.toBe(0)
  const wrong = await startBarewire(['ca', 'init', '--url', 'https://ca.test'], { env: own }).done
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('is no URL of http:')])
}, 60_000)
