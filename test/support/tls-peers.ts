/** Our TLS engines over sockets of the kernel, opposite programs and libraries that we did not write. */
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import type { TlsClientConfig, TlsServerConfig } from '../../src/tls/config.ts'
import { tlsClient, tlsServer } from '../../src/tls/engine.ts'
import { schemeById } from '../../src/tls/schemes.table.ts'
import { SessionStore } from '../../src/tls/session/store.ts'
import { TicketKeeper } from '../../src/tls/session/tickets.ts'
import type { CertifiedKey } from '../../src/tls/types.ts'
import { spkiOf } from '../../src/x509/certificate/public-key.ts'
import { trustWithoutChecking } from '../../src/x509/path/trusted.ts'
import { ascii } from './bytes.ts'
import type { Leaf } from './peers-chain.ts'
import { type Answers, Side } from './tls.ts'

const crypto = nodeCrypto()

const der = (file: string): Uint8Array[] =>
  [...readFileSync(file, 'latin1').matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map(
    ([, base64]) => new Uint8Array(Buffer.from(base64!, 'base64')),
  )

export const keyOfLeaf = (leaf: Leaf): CertifiedKey => {
  const [privateKey] = der(leaf.key)
  return certifiedKey({ chain: der(leaf.chain), privateKey: privateKey! })
}

/** Shows `own`, signs with it, and trusts whatever the other side shows. */
export const openHearted =
  (own: CertifiedKey | undefined): Answers =>
  question => {
    switch (question.about) {
      case 'trust':
        return trustWithoutChecking(question, spkiOf(question.chain[0]!), 'a test')
      case 'client-hello':
        return own!
      case 'certificate':
        return own ?? 'none'
      case 'ticket':
      case 'session':
      case 'early-data':
      case 'psk':
        return 'none'
      case 'sign':
        return crypto.sign(schemeById(question.scheme)!.algorithm, question.key.key as Uint8Array, question.message)
      case 'decrypt':
        return crypto.rsaRaw(question.key.key as Uint8Array, question.ciphertext) ?? 'none'
      default:
        return question satisfies never
    }
  }

/** Runs one side over a socket until it is closed; `talk` is called after every input. */
export const overSocket = (socket: Socket, side: Side, talk: (side: Side) => void): Promise<Side> =>
  new Promise(resolve => {
    const move = (input?: Uint8Array | 'end'): void => {
      const out = [...side.touch(input)]
      talk(side)
      out.push(...side.touch())
      for (const piece of out) socket.write(piece)
      if (side.tls.closed) socket.end()
    }
    socket.on('data', data => move(new Uint8Array(data)))
    socket.on('end', () => move('end'))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(side))
    move()
  })

/** Our client says `ping`, waits for a whole line, and says goodbye; `met` is called when it may write. */
export const talkTo = (
  port: number,
  answers: Answers,
  config: Partial<TlsClientConfig> = {},
  met: (side: Side) => void = () => undefined,
): Promise<Side> => {
  let said = false
  const side = new Side(tlsClient({ crypto, serverName: 'localhost', ...config }), answers)
  return overSocket(connect(port, '127.0.0.1'), side, ({ established, tls, data, failure }) => {
    if (failure !== undefined) return
    if (established !== undefined && !said) {
      said = true
      met(side)
      tls.write(ascii('ping\n'), 0)
    }
    if (data.includes(10)) tls.close(0)
  })
}

/** As `openHearted`, with a memory for sessions. */
export const remembering = (own: CertifiedKey | undefined): Answers => {
  const keeper = new TicketKeeper({ crypto })
  const store = new SessionStore()
  const others = openHearted(own)
  return question => {
    if (question.about === 'ticket') {
      const { wanted } = question
      return 'seal' in wanted ? keeper.seal(wanted.seal, 0) : (keeper.open(wanted.open, 0) ?? 'none')
    }
    if (question.about !== 'session') return others(question)
    if ('get' in question.wanted) return store.get(question.wanted.get, 0) ?? 'none'
    store.put(question.wanted.id, question.wanted.put, 0)
    return 'none'
  }
}

export interface OurServer {
  readonly port: number
  /** One for each connection so far. */
  readonly sides: readonly Side[]
  close(): void
}

/** Our server answers the first line of each client with `pong` and closes; `met` is called between both. */
export const answering = (
  answers: Answers,
  config: Partial<TlsServerConfig> = {},
  met: (side: Side) => void = () => undefined,
): Promise<OurServer> =>
  new Promise(resolve => {
    const sides: Side[] = []
    const server = createServer(socket => {
      const side = new Side(tlsServer({ crypto, ...config }), answers)
      sides.push(side)
      let said = false
      void overSocket(socket, side, ({ data, tls, failure }) => {
        if (failure !== undefined || said || !data.includes(10)) return
        said = true
        met(side)
        tls.write(ascii('pong\n'), 0)
        tls.close(0)
      })
    }).listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as { port: number }).port, sides, close: () => server.close() }),
    )
  })
