/** `examples/keyless`: a private key in another process, against those who would misuse it and when it goes away. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { keyAt } from '../examples/keyless/key-at.ts'
import { certificateAuthority } from '../src/ca/authority.ts'
import type { KeyKind } from '../src/ca/types.ts'
import { type FailureCode, FailureError } from '../src/failures/index.ts'
import { fetch, serve } from '../src/index.ts'
import { nodeCrypto } from '../src/node/crypto.ts'
import { pem } from '../src/x509/files/pem.ts'
import { closing } from './support/net.ts'
import { temporaryFolder } from './support/peers-chain.ts'

const crypto = nodeCrypto()
const authority = certificateAuthority({ crypto, now: Date.now, name: 'test root' })
const program = fileURLToPath(new URL('../examples/keyless/keeper.ts', import.meta.url))

const keeperOf = async (kind: KeyKind) => {
  const { path: folder, remove } = temporaryFolder('keyless')
  closing.push(remove)
  const issued = authority.issue({ names: ['localhost'], key: kind })
  const keyFile = join(folder, 'server.key')
  writeFileSync(keyFile, pem('PRIVATE KEY', issued.privateKey), { mode: 0o600 })
  const socket = join(folder, 'keeper.sock')
  const start = async (): Promise<ChildProcess> => {
    const keeper = spawn(process.execPath, ['--import', 'tsx', program, keyFile, socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    closing.push(() => keeper.kill())
    await once(keeper.stdout!, 'data')
    return keeper
  }
  return { issued, socket, start, keeper: await start() }
}

/** What the keeper replies to a line; `closed` when it hangs up instead. */
const said = (path: string, line: string): Promise<string> =>
  new Promise(resolve => {
    const socket = connect(path)
    socket.on('error', () => {})
    socket.on('data', text => {
      resolve(`${text}`)
      socket.destroy()
    })
    socket.on('close', () => resolve('closed'))
    socket.write(`${line}\n`)
  })

const asking = (message: Uint8Array, algorithm: object = { key: 'ecdsa', hash: 'sha256' }): string =>
  JSON.stringify({ id: 7, algorithm, message: Buffer.from(message).toString('base64') })
const transcript = Buffer.from(`${' '.repeat(64)}TLS 1.3, server CertificateVerify\0${'h'.repeat(32)}`)
/** Two randoms, and a point of 32 bytes on a named curve. */
const exchange = Uint8Array.of(...new Uint8Array(64), 3, 0, 29, 32, ...new Uint8Array(32))

test('the example runs as it stands', () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const words = ['--import', 'tsx', 'examples/keyless/keyless.ts']
  const out = execFileSync(process.execPath, words, { cwd, encoding: 'utf8' })
  expect(out).toMatch(/^hello TLS_\S+ signed by process (\d+), not (?!\1\n)\d+\n$/)
})

test('requests are answered by a server without the key, of each kind, many at once', async () => {
  for (const kind of ['p-256', 'rsa-2048'] as const) {
    const { issued, socket } = await keeperOf(kind)
    const server = await serve(() => new Response('hello'), { tls: { cert: [...issued.chain], key: keyAt(socket) } })
    closing.push(() => server.close(50))
    const texts = Array.from({ length: 5 }, async () => (await fetch(server.url, { ca: authority.root })).text())
    expect(await Promise.all(texts)).toEqual(Array(5).fill('hello'))
  }
})

test('a keeper that goes away fails the handshakes that need it, on our side, and one that comes back is found', async () => {
  const { issued, socket, start, keeper } = await keeperOf('p-256')
  const refused: (FailureCode | undefined)[] = []
  const server = await serve(() => new Response('hello'), {
    tls: { cert: [...issued.chain], key: keyAt(socket) },
    served: ({ failure }) => refused.push(failure?.code),
  })
  closing.push(() => server.close(50))
  const asked = async (): Promise<string> =>
    fetch(server.url, { ca: authority.root }).then(
      answer => answer.text(),
      (error: unknown) => (error instanceof FailureError ? `${error.code} ${error.failure.number}` : 'another error'),
    )
  expect(await asked()).toBe('hello')
  keeper.kill()
  await once(keeper, 'exit')
  expect(await asked()).toBe('tls/alert-received 80')
  expect(refused).toContain('net/answer-failed')
  await start()
  expect(await asked()).toBe('hello')
})

test('the keeper signs handshakes of TLS and nothing else, and its socket is its owner’s alone', async () => {
  const { issued, socket } = await keeperOf('p-256')
  expect(statSync(socket).mode & 0o777).toBe(0o600)
  for (const message of [transcript, exchange]) {
    const { signature } = JSON.parse(await said(socket, asking(message))) as { signature: string }
    const bytes = new Uint8Array(Buffer.from(signature, 'base64'))
    expect(crypto.verify({ key: 'ecdsa', hash: 'sha256' }, issued.publicKey, message, bytes)).toBe(true)
  }
  const client = Buffer.from(`${transcript}`.replace('server', 'client'))
  const certificate = issued.certificate.slice(0, 200)
  for (const message of [
    new Uint8Array(0),
    certificate,
    client,
    exchange.slice(0, -1),
    Buffer.concat([exchange, exchange]),
  ])
    expect(await said(socket, asking(message))).toContain('"error":"this is not what a TLS server signs"')
  expect(await said(socket, asking(exchange, { key: 'rsa-pss', hash: 'sha256' }))).toContain('does not sign so')
  for (const line of ['{', '7', 'null', 'x'.repeat(5_000), '"x"']) expect(await said(socket, line)).toBe('closed')
  for (const line of ['{}', '{"id":1,"message":7}', '{"id":1,"message":null,"algorithm":null}'])
    expect(await said(socket, line)).toMatch(/"error"|closed/)
  expect(await said(socket, asking(transcript))).toContain('"signature"')
})
