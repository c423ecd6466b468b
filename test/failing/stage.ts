/**
 * Where exchanges fail on purpose: servers and clients of others on loopback, each with a port of its own, so that a capture
 * of all of them says which was which.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import type { DiagnosisCode } from '../../src/inspect/diagnosis/index.ts'
import { freePort, startNginx as nginx, type Peer, run, start, type startNginx } from '../support/peers.ts'
import { type Leaf, type LeafOptions, type TestAuthority, testAuthority } from '../support/peers-chain.ts'
import { startRelay, startSocketServer } from '../support/peers-relay.ts'

export interface Expected {
  readonly code: DiagnosisCode | readonly DiagnosisCode[]
  readonly side: 'client' | 'server' | 'network'
}

export interface Scenario extends Expected {
  readonly name: string
  /** Programs that it needs. */
  readonly needs: readonly string[]
  /** Plays it; the port on which the server of the exchange is (or is not). */
  play(stage: Stage): Promise<number>
}

export type NginxDirectives = Parameters<typeof startNginx>[3]

export interface Stage {
  readonly folder: string
  readonly ecdsa: TestAuthority
  readonly rsa: TestAuthority
  /** Another authority: nobody trusts it. */
  readonly stranger: TestAuthority
  port(): Promise<number>
  nginx(leaf: Leaf, more?: string): Promise<number>
  openssl(leaf: Leaf, ...more: readonly string[]): Promise<number>
  gnutls(leaf: Leaf, ...more: readonly string[]): Promise<number>
  /** HAProxy that answers by itself; `more` stands behind its certificate. */
  haproxy(leaf: Leaf, more?: string): Promise<number>
  /** Node's own server for plain HTTP. */
  http(handler: RequestListener): Promise<number>
  /** A server for plain sockets. */
  sockets(behave: (socket: Socket) => void): Promise<number>
  /** Records pass, changed or not. */
  relay(target: number, judge: Parameters<typeof startRelay>[1]): Promise<number>
  /** A program of Python; `PORT` in it is a free port, on which it says that it listens by printing a line. */
  python(program: string): Promise<number>
  curl(...args: readonly string[]): Promise<void>
  client(program: string, args: readonly string[], input?: string): Promise<void>
  /** Until everything that was started is away. */
  end(): Promise<void>
}

/** A client that hangs is ended after so many milliseconds. */
const CLIENT_LIMIT = 40_000

/** Where clients leave their keys. */
export const keyLogIn = (folder: string): string => join(folder, 'keys.log')

export const stageIn = (folder: string): Stage => {
  const ends: (() => Promise<unknown>)[] = []
  const keep = (peer: Peer | { readonly port: number; stop(): Promise<void> }): number => {
    ends.push(() => peer.stop())
    return peer.port
  }
  const env = { SSLKEYLOGFILE: keyLogIn(folder) }
  const client = async (program: string, args: readonly string[], input?: string): Promise<void> => {
    await run(program, args, { env, limit: CLIENT_LIMIT, ...(input === undefined ? {} : { input }) })
  }
  return {
    folder,
    ecdsa: testAuthority('ecdsa', folder),
    rsa: testAuthority('rsa', folder),
    stranger: testAuthority('ecdsa', join(folder, 'stranger')),
    port: freePort,
    nginx: async (leaf, more) => keep(await nginx(leaf, folder, folder, more)),
    async openssl(leaf, ...more) {
      const port = await freePort()
      const files = ['-key', leaf.key, '-cert', leaf.certificate, '-cert_chain', leaf.chain]
      return keep(await start('openssl', ['s_server', '-www', '-accept', `127.0.0.1:${port}`, ...files, ...more], port))
    },
    async gnutls(leaf, ...more) {
      const port = await freePort()
      const files = ['--x509keyfile', leaf.key, '--x509certfile', leaf.chain]
      return keep(await start('gnutls-serv', ['--http', '--port', `${port}`, ...files, ...more], port))
    },
    async haproxy(leaf, more = '') {
      const port = await freePort()
      const pem = join(folder, `haproxy-${port}.pem`)
      const settings = join(folder, `haproxy-${port}.cfg`)
      writeFileSync(pem, [leaf.chain, leaf.key].map(file => readFileSync(file, 'utf8')).join(''))
      writeFileSync(
        settings,
        `defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend here
  bind 127.0.0.1:${port} ssl crt ${pem} ${more}
  http-request return status 200
`,
      )
      return keep(await start('haproxy', ['-f', settings, '-db'], port))
    },
    http: handler =>
      new Promise(resolve => {
        const server = createHttp(handler).listen(0, '127.0.0.1', () => {
          ends.push(
            () =>
              new Promise(done => {
                server.close(done)
                server.closeAllConnections()
              }),
          )
          resolve((server.address() as AddressInfo).port)
        })
      }),
    sockets: async behave => keep(await startSocketServer(behave)),
    relay: async (target, judge) => keep(await startRelay(target, judge)),
    async python(program) {
      const port = await freePort()
      return keep(await started('python3', ['-u', '-c', program.replaceAll('PORT', `${port}`)], port))
    },
    curl: (...args) => client('curl', ['-sS', '--max-time', '8', '-o', '/dev/null', ...args]),
    client,
    async end() {
      await Promise.all(ends.splice(0).map(end => end()))
    },
  }
}

/** A program that says by a line that it is up: it must not be tried, where a connection too many changes what it does. */
const started = async (program: string, args: readonly string[], port: number): Promise<Peer> => {
  let up = (): void => {}
  const ready = new Promise<void>(resolve => {
    up = resolve
  })
  let stop = async (): Promise<void> => {}
  const running = run(program, args, {
    limit: 60_000,
    holdInput: true,
    onStart(child) {
      stop = async () => {
        child.kill('SIGKILL')
        await running
      }
    },
    onOutput: up,
  })
  await Promise.race([ready, running])
  return { port, output: () => '', stop: () => stop() }
}

export const leafOf = (authority: TestAuthority, options: LeafOptions = {}): Leaf => authority.issue(options)
/** The leaf alone, as people install it who forget the rest. */
export const alone = (leaf: Leaf): Leaf => ({ ...leaf, chain: leaf.certificate })

export const scenario = (
  name: string,
  code: Scenario['code'],
  side: Scenario['side'],
  needs: string,
  play: Scenario['play'],
): Scenario => ({ name, code, side, needs: needs.split(' '), play })

/** curl asks for a name that no server here has. */
export const askElsewhere = (stage: Stage, port: number): Promise<void> =>
  stage.curl(...trusting(stage), '--resolve', `elsewhere.test:${port}:127.0.0.1`, `https://elsewhere.test:${port}/`)

/** For curl. */
export const trusting = (stage: Stage): readonly string[] => ['--cacert', stage.ecdsa.root]
