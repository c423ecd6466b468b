/**
 * One connection of a shim: our engine over a socket to the runner. After the handshake every byte that comes is sent
 * back inverted, until the runner closes; flags change that.
 */
import { connect, type Socket } from 'node:net'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { type Failure, FailureError } from '../../../src/failures/index.ts'
import {
  type Ask,
  type Established,
  type TlsConnection,
  type TlsEvent,
  tlsClient,
  tlsServer,
} from '../../../src/tls/index.ts'
import { answerTo } from './answers.ts'
import { checked, EARLY_DATA, leftBehind, offersEarly } from './expectations.ts'
import type { Flags } from './flags.ts'
import type { Memory } from './memory.ts'
import { Observer } from './observer.ts'
import { reasonOf } from './reason-of.ts'
import { clientConfig, firstWords, serverConfig } from './settings.ts'
import { numberOf } from './shared-keys.ts'

/** The runner takes what is not drained for a reset; longer than this it does not take to close. */
const DRAIN = 2000

export interface Place {
  readonly flags: Flags
  /** Those of a client whose early data was not taken. */
  readonly retry: Flags
  readonly crypto: CryptoProvider
  readonly memory: Memory
  /** Milliseconds, with the delays that the runner asked for. */
  readonly now: () => number
  readonly resumption: boolean
  readonly signal: AbortSignal
}

/** What went wrong, in the runner's words; undefined: nothing. */
export const exchange = (place: Place): Promise<string | undefined> => {
  const { flags } = place
  return new Promise(resolve => {
    const host = flags.has('ipv6') ? '::1' : '127.0.0.1'
    const socket = connect({ host, port: flags.number('port')!, allowHalfOpen: true, noDelay: true })
    const abort = (): void => void socket.destroy()
    place.signal.addEventListener('abort', abort, { once: true })
    const exchange = new Exchange(place, socket)
    let drain: NodeJS.Timeout | undefined
    exchange.over = () => {
      socket.end()
      drain = setTimeout(() => socket.destroy(), DRAIN)
    }
    socket.on('connect', () => {
      const id = Buffer.alloc(8)
      id.writeBigUInt64LE(BigInt(flags.text('shim-id')!))
      socket.write(id)
      exchange.start()
    })
    socket.on('data', bytes => exchange.data(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)))
    socket.on('end', () => exchange.end())
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(drain)
      place.signal.removeEventListener('abort', abort)
      exchange.end()
      resolve(exchange.fault)
    })
  })
}

class Exchange {
  /** Called once, when nothing more will be said. */
  over: () => void = () => {}
  fault: string | undefined
  readonly #place: Place
  #flags: Flags
  readonly #socket: Socket
  readonly #observer = new Observer()
  readonly #tls: TlsConnection
  #established: Established | undefined
  #shown: number | undefined
  #ended = false
  #over = false
  #closing = false
  /** What the shim says by itself is said, with False Start before the handshake is over. */
  #begun = false

  constructor(place: Place, socket: Socket) {
    this.#place = place
    this.#flags = place.flags
    this.#socket = socket
    const { crypto, memory } = place
    const surroundings = { crypto, memory, trace: this.#observer.context }
    this.#tls = this.#flags.has('server')
      ? tlsServer(serverConfig(this.#flags, surroundings))
      : tlsClient(clientConfig(this.#flags, surroundings))
  }

  start(): void {
    this.#do(() => {})
  }
  /** `-async` wants every byte to come alone; so torn is how most cases run a second time. */
  data(bytes: Uint8Array): void {
    if (!this.#flags.has('async')) {
      this.#do(now => this.#tls.receive(bytes, now))
      return
    }
    for (let at = 0; at < bytes.length; at++) this.#do(now => this.#tls.receive(bytes.subarray(at, at + 1), now))
  }
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#do(now => this.#tls.receive('end', now))
  }

  #do(work: (now: number) => void): void {
    if (this.#over) return
    const now = this.#place.now()
    try {
      work(now)
      this.#drain(now)
    } catch (error) {
      const text = error instanceof FailureError ? reasonOf(error.failure) : (error as Error).stack
      this.#end(`the shim: ${text}`)
    }
  }

  #drain(now: number): void {
    for (;;) {
      this.#flush(now)
      const event = this.#tls.pollEvent()
      if (event === undefined) break
      this.#on(event)
      if (this.#over) break
    }
    this.#flush(now)
    if (this.#tls.closed && this.#closing && this.#ended) this.#finish(UNCLEAN)
  }

  #flush(now: number): void {
    this.#socket.cork()
    for (let pieces = this.#tls.pollTransmit(now); pieces !== undefined; pieces = this.#tls.pollTransmit(now))
      for (const piece of pieces) this.#socket.write(piece.slice())
    this.#socket.uncork()
  }

  #on(event: TlsEvent): void {
    switch (event.type) {
      case 'ask':
        this.#ask(event)
        return
      case 'established':
        this.#opened(event)
        return
      case 'data':
        this.#echo(event.bytes)
        return
      case 'peer-closed':
        this.#closed()
        return
      case 'failure':
        this.#failed(event.failure)
        return
      case 'writable':
        this.#do(now => this.#first(now))
        return
      case 'session':
        this.#place.memory.session = event.session
        return
      case 'client-certificate':
        return
      default:
        event satisfies never
    }
  }

  #ask({ id, question }: Ask): void {
    const answer = (): void =>
      this.#do(now => {
        if (question.about === 'trust' && this.#refusedEarly) this.#flags = this.#place.retry
        const { reply, shown } = answerTo(question, {
          ...this.#place,
          flags: this.#flags,
          now,
          shownNow: this.#observer.body('in', 'Certificate') !== undefined,
          shown: this.#shown,
          version: this.#observer.body('in', 'EncryptedExtensions') === undefined ? 'TLS 1.2' : 'TLS 1.3',
        })
        if (shown !== undefined) this.#shown = shown
        this.#tls.answer(id, reply, now)
      })
    if (this.#flags.has('async')) setImmediate(answer)
    else answer()
  }

  /** Early data was sent, and the server does not take it. */
  get #refusedEarly(): boolean {
    const said = this.#observer.body('in', 'EncryptedExtensions')?.extensions as { type: number }[] | undefined
    return said !== undefined && offersEarly(this.#observer) && !said.some(({ type }) => type === EARLY_DATA)
  }

  #opened(established: Established): void {
    this.#established = established
    if (established.earlyData === 'rejected' && !this.#flags.has('server')) this.#flags = this.#place.retry
    const { externalKey } = established
    if (externalKey !== undefined) this.#shown = numberOf(externalKey.identity, this.#flags)
    const situation = { ...this.#place, flags: this.#flags, shown: this.#shown }
    const fault = checked(established, situation, this.#observer)
    if (fault !== undefined) {
      this.#finish(fault)
      return
    }
    this.#do(now => this.#first(now))
  }

  /** What the shim says before it is spoken to. */
  #first(now: number): void {
    if (this.#begun) return
    this.#begun = true
    const write = (bytes: Uint8Array): void => this.#tls.write(bytes, now)
    const exported = this.#flags.number('export-keying-material') ?? 0
    if (exported > 0) {
      const latin1 = (name: string): Buffer => Buffer.from(this.#flags.text(name) ?? '', 'latin1')
      const about = this.#flags.has('use-export-context') ? new Uint8Array(latin1('export-context')) : undefined
      write(this.#tls.exportKeyingMaterial(this.#flags.text('export-label') ?? '', about, exported))
    }
    if (this.#flags.has('write-different-record-sizes'))
      for (const size of SIZES) write(new Uint8Array(size).fill(0x42))
    else if (this.#flags.has('shim-writes-first') || this.#flags.has('read-with-unfinished-write')) {
      if (this.#established?.earlyData === undefined) write(firstWords(this.#flags))
    }
    if (this.#flags.has('key-update-before-read')) this.#tls.updateKeys(now)
    if (this.#flags.has('shim-shuts-down')) this.#shutDown()
  }

  #shutDown(): void {
    this.#closing = true
    if (this.#flags.has('check-close-notify')) this.#tls.close(this.#place.now())
    else this.#finish(undefined)
  }

  #echo(bytes: Uint8Array): void {
    if (this.#closing) {
      this.#finish(':APPLICATION_DATA_ON_SHUTDOWN:')
      return
    }
    const now = this.#place.now()
    if (this.#flags.has('key-update')) this.#tls.updateKeys(now)
    this.#tls.write(
      bytes.map(byte => byte ^ 0xff),
      now,
    )
    if (this.#flags.has('key-update-before-read')) this.#tls.updateKeys(now)
  }

  /** The runner closed in the proper way. */
  #closed(): void {
    if (this.#flags.has('check-close-notify') && !this.#closing) {
      const now = this.#place.now()
      this.#tls.close(now)
      this.#flush(now)
    }
    this.#finish(undefined)
  }

  #failed(failure: Failure): void {
    const cut = failure.code === 'tls/cut-short' && this.#established !== undefined
    if (cut && !this.#flags.has('check-close-notify')) this.#finish(undefined)
    else if (cut) this.#finish(UNCLEAN)
    else this.#finish(reasonOf(failure))
  }

  /** What was said behind the last thing that mattered: a session, or nothing. */
  #leftBehind(established: Established): string | undefined {
    for (let event = this.#tls.pollEvent(); event !== undefined; event = this.#tls.pollEvent())
      if (event.type === 'session') this.#place.memory.session = event.session
    return leftBehind(established, { ...this.#place, flags: this.#flags })
  }
  #finish(fault: string | undefined): void {
    if (this.#over) return
    if (fault === undefined && this.#established !== undefined) fault = this.#leftBehind(this.#established)
    this.#flush(this.#place.now())
    this.#end(fault)
  }
  #end(fault: string | undefined): void {
    this.#over = true
    this.fault = fault
    this.over()
  }
}

/** What BoringSSL's shim says when the other side closed without close_notify. */
const UNCLEAN = 'Unexpected SSL_shutdown result: -1 != 1'
/** Around the length of a record. */
const SIZES = [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769]
