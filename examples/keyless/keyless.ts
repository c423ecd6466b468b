/**
 * A server that does not have its private key: it asks another process for each signature. Read `keeper.ts` next, which
 * has the key, then `key-at.ts`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetch, serve } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'
import { pem } from 'barewire/x509'
import { keyAt } from './key-at.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-keyless-'))
const [keyFile, socket] = [join(folder, 'server.key'), join(folder, 'keeper.sock')]

// Elsewhere, long before: the web server never sees this file.
const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.now(), name: 'my test CA' })
const { chain, privateKey } = authority.issue({ names: ['localhost'] })
writeFileSync(keyFile, pem('PRIVATE KEY', privateKey), { mode: 0o600 })
const program = fileURLToPath(new URL('keeper.ts', import.meta.url))
const keeper = spawn(process.execPath, [...process.execArgv, program, keyFile, socket], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
await once(keeper.stdout, 'data')

const server = await serve(() => new Response('hello'), { port: 0, tls: { cert: chain, key: keyAt(socket) } })
const answer = await fetch(`${server.url}/`, { ca: authority.certificate })
console.log(await answer.text(), answer.connection.tls?.suite, `signed by process ${keeper.pid}, not ${process.pid}`)

await server.close()
keeper.kill()
rmSync(folder, { recursive: true })
