/**
 * Servers and clients that we did not write, started on free loopback ports for one test file: nginx, OpenSSL, GnuTLS.
 * Each lives at most `LIFETIME` seconds even if the test run is killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { Leaf } from './peers-chain.ts'

const LIFETIME = 180

export interface Peer {
  readonly port: number
  /** What it printed so far, both streams. */
  output(): string
  stop(): Promise<void>
}

/** True when `program` is installed; `/usr/sbin` counts. */
export const installed = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore', env: { ...process.env, PATH: searchPath } })
    return true
  } catch {
    return false
  }
}

/** For test names: ` (skipped: nginx is not installed)`, or nothing. */
export const missing = (...programs: readonly string[]): string => {
  const absent = programs.filter(program => !installed(program))
  return absent.length === 0 ? '' : ` (skipped: ${absent.join(', ')} not installed)`
}

/**
 * nginx over TLS with `root` as its files; below `/zipped/` they come gzipped, below `/chunked/` without a length. `more`
 * are directives of its server block.
 */
export const startNginx = async (leaf: Leaf, folder: string, root: string, more = ''): Promise<Peer> => {
  const port = await freePort()
  mkdirSync(join(folder, 'temporary'), { recursive: true })
  const configuration = join(folder, `nginx-${port}.conf`)
  writeFileSync(configuration, nginxConfiguration({ port, leaf, folder, root, more }))
  return start('nginx', ['-p', folder, '-c', configuration, '-e', join(folder, 'error.log')], port)
}

/** `openssl s_server -www`: one connection at a time, each answered with a page about the handshake. */
export const startOpenssl = async (leaf: Leaf, ...more: readonly string[]): Promise<Peer> => {
  const port = await freePort()
  const certificate = ['-key', leaf.key, '-cert', leaf.certificate, '-cert_chain', leaf.chain]
  return start('openssl', ['s_server', '-www', '-accept', `127.0.0.1:${port}`, ...certificate, ...more], port)
}

export const startGnutls = async (leaf: Leaf, ...more: readonly string[]): Promise<Peer> => {
  const port = await freePort()
  const certificate = ['--x509keyfile', leaf.key, '--x509certfile', leaf.chain]
  return start('gnutls-serv', ['--http', '--port', String(port), ...certificate, ...more], port)
}

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

export interface Finished {
  readonly code: number | null
  readonly stdout: Uint8Array
  readonly stderr: string
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Keep standard input open until the program ends. */
  readonly holdInput?: true
  /** Milliseconds until it is killed. */
  readonly limit?: number
  readonly onStart?: (child: ChildProcess) => void
  readonly onOutput?: (child: ChildProcess, text: string) => void
}

/** Runs a program to its end. */
export const run = (program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      stdio: 'pipe',
      env: { ...process.env, PATH: searchPath, ...options.env },
      timeout: options.limit ?? 60_000,
    })
    const stdout: Uint8Array[] = []
    let stderr = ''
    child.once('error', reject)
    child.stdin.on('error', () => {})
    if (options.holdInput === undefined) child.stdin.end(options.input ?? '')
    else child.stdin.write(options.input ?? '')
    child.stdout.on('data', (chunk: Uint8Array) => {
      stdout.push(chunk)
      options.onOutput?.(child, String(chunk))
    })
    child.stderr.on('data', chunk => {
      stderr += String(chunk)
      options.onOutput?.(child, String(chunk))
    })
    child.once('close', code => resolve({ code, stdout: Buffer.concat(stdout), stderr }))
    options.onStart?.(child)
  })

const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

/** A server program that is up when `port` takes connections. */
export const start = async (program: string, args: readonly string[], port: number): Promise<Peer> => {
  const child = spawn('timeout', ['-k', '1', String(LIFETIME), program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PATH: searchPath },
  })
  let output = ''
  let ended = false
  child.stdout.on('data', chunk => (output += String(chunk)))
  child.stderr.on('data', chunk => (output += String(chunk)))
  const end = new Promise<void>(resolve => child.once('close', () => resolve(void (ended = true))))
  const stop = async (): Promise<void> => {
    child.kill()
    await end
  }
  for (let tries = 0; tries < 200; tries++) {
    if (ended) throw new Error(`${program} ended early: ${output}`)
    if (await accepts(port)) return { port, output: () => output, stop }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  await stop()
  throw new Error(`${program} does not listen on ${port}: ${output}`)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(void socket.destroy() === undefined))
    socket.once('error', () => resolve(false))
  })

interface NginxSetup {
  readonly port: number
  readonly leaf: Leaf
  readonly folder: string
  readonly root: string
  readonly more: string
}

const nginxConfiguration = ({ port, leaf, folder, root, more }: NginxSetup): string => `
daemon off;
master_process off;
pid ${folder}/nginx-${port}.pid;
error_log ${folder}/error.log info;
events { worker_connections 512; }
http {
  access_log off;
  ssl_protocols TLSv1.2 TLSv1.3;
  default_type application/octet-stream;
  client_body_temp_path ${folder}/temporary;
  proxy_temp_path ${folder}/temporary;
  fastcgi_temp_path ${folder}/temporary;
  uwsgi_temp_path ${folder}/temporary;
  scgi_temp_path ${folder}/temporary;
  sendfile on;
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${leaf.chain};
    ssl_certificate_key ${leaf.key};
    ${more}
    root ${root};
    location /zipped/ { alias ${root}/; gzip on; gzip_types *; gzip_min_length 1; }
    location /chunked/ { alias ${root}/; ssi on; ssi_types *; }
    location /old { return 301 /new.txt; }
    location /gone { return 404 "gone\\n"; }
  }
}
`
