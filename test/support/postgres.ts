/**
 * A PostgreSQL of its own for one test file: a cluster in a temporary folder, on a free port of loopback, that talks over
 * TLS only. It refuses to run as root, so root lends it another user.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pem } from './node-tls.ts'
import { freePort } from './peers.ts'
import { temporaryFolder } from './peers-chain.ts'

const INSTALLED = '/usr/lib/postgresql'

/** Debian keeps its programs apart from the others, by version. */
const programs = (): string | undefined => {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED) : []
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map(version => join(INSTALLED, version, 'bin'))
    .find(folder => existsSync(join(folder, 'initdb')))
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** Undefined: we are nobody special, and it runs as we do. */
const otherUser = (): User | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const number = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  return { uid: number('-u'), gid: number('-g') }
}

/** For test names: ` (skipped: postgresql is not installed)`, or nothing. */
export const noPostgres: string = programs() === undefined ? ' (skipped: postgresql is not installed)' : ''

export interface Postgres {
  readonly port: number
  readonly user: string
  readonly password: string
  /** What it logged so far. */
  output(): string
  stop(): Promise<void>
}

/** As long as one test file may take, if nobody stops it. */
const LIFETIME = 180_000

/** `more`: lines of pg_hba.conf before the usual one, which is for everybody with a password. */
export const startPostgres = async (
  { cert, key }: Pem,
  ca: string,
  more: readonly string[] = [],
): Promise<Postgres> => {
  const bin = programs()
  if (bin === undefined) throw new Error('PostgreSQL is not installed')
  const who = otherUser()
  const folder = temporaryFolder('postgres')
  const write = (name: string, text: string): string => {
    const path = join(folder.path, name)
    writeFileSync(path, text)
    // It refuses a key that others may read.
    chmodSync(path, 0o600)
    if (who !== undefined) chownSync(path, who.uid, who.gid)
    return path
  }
  const data = join(folder.path, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (who !== undefined) for (const path of [folder.path, data]) chownSync(path, who.uid, who.gid)
  const user = 'shop'
  const password = 'only for this test'
  const options = ['--auth', 'scram-sha-256', '--pwfile', write('password', password), '--encoding', 'UTF8']
  execFileSync(
    join(bin, 'initdb'),
    ['--pgdata', data, '--username', user, '--locale', 'C', '--no-sync', '--no-instructions', ...options],
    { stdio: ['ignore', 'ignore', 'pipe'], ...who },
  )
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: write('server.pem', cert),
    ssl_key_file: write('server.key', key),
    ssl_ca_file: write('ca.pem', ca),
    hba_file: write('hba.conf', [...more, 'hostssl all all 127.0.0.1/32 scram-sha-256', ''].join('\n')),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIFETIME,
    killSignal: 'SIGQUIT',
    ...who,
  })
  let output = ''
  child.stdout.on('data', chunk => (output += String(chunk)))
  child.stderr.on('data', chunk => (output += String(chunk)))
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    // Immediate: nothing of it is kept.
    child.kill('SIGQUIT')
    await ended
    folder.remove()
  }
  for (let tries = 0; tries < 400 && child.exitCode === null; tries++) {
    // It listens before it is done with starting up, and turns away who comes then.
    if (output.includes('ready to accept connections')) return { port, user, password, output: () => output, stop }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  await stop()
  throw new Error(`PostgreSQL does not listen: ${output}`)
}
