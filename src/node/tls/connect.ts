/** `connect`: a `TLSSocket` to somewhere, by the rules of `tls.connect`. */
import { badValue } from './errors.ts'
import { type ConnectionOptions, refuseUnsupported } from './options.ts'
import { TLSSocket } from './socket.ts'

type Callback = () => void

/**
 * Returns at once; `callback` is for `secureConnect`. A host name is sent as SNI also without `servername` (Node's own
 * sends none). Throws `TlsError` for options that cannot be followed.
 */
export function connect(options: ConnectionOptions, callback?: Callback): TLSSocket
export function connect(port: number, host?: string, options?: ConnectionOptions, callback?: Callback): TLSSocket
export function connect(port: number, options?: ConnectionOptions, callback?: Callback): TLSSocket
export function connect(...args: unknown[]): TLSSocket {
  const { options, callback } = normalized(args)
  refuseUnsupported(options, 'client')
  const { socket, timeout, onread } = options
  const secure = new TLSSocket(socket, { ...options, isServer: false })
  if (onread !== undefined) readInto(secure, onread)
  if (callback !== undefined) secure.once('secureConnect', callback)
  if (socket !== undefined) return secure
  if (timeout !== undefined) secure.setTimeout(timeout)
  // The signal ends the connection above; below it would do so once more.
  const { signal: _, onread: __, ...below } = options
  return secure.connect({ ...below, allowHalfOpen: true })
}

/** What arrives comes in the caller's memory, as with `net.connect`, until the callback says false. */
const readInto = (socket: TLSSocket, { buffer, callback }: NonNullable<ConnectionOptions['onread']>): void => {
  socket.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; ) {
      const into = typeof buffer === 'function' ? buffer() : buffer
      const part = bytes.subarray(at, at + into.length)
      if (part.length === 0) {
        socket.destroy(badValue('onread.buffer', 'has no room'))
        return
      }
      into.set(part)
      at += part.length
      if (callback(part.length, into) !== false) continue
      socket.pause()
      if (at < bytes.length) socket.unshift(bytes.subarray(at))
      return
    }
  })
}

const normalized = (args: readonly unknown[]): { options: ConnectionOptions; callback: Callback | undefined } => {
  const [first, second] = args
  const objects = args.filter(arg => typeof arg === 'object' && arg !== null)
  const host = typeof second === 'string' ? { host: second } : {}
  const named =
    typeof first === 'object' && first !== null
      ? {}
      : isPort(first)
        ? { port: Number(first), ...host }
        : { path: String(first) }
  const callback = args.find(arg => typeof arg === 'function') as Callback | undefined
  return { options: Object.assign({}, named, ...objects) as ConnectionOptions, callback }
}

const isPort = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
