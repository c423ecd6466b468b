/** What is known of a connection; addresses and names are put together when somebody reads them. */
import type { Address, ByteStream, ConnectionInfo } from './types.ts'

export const connectionInfo = (
  stream: ByteStream,
  { tls, times, requestCertificate }: Pick<ConnectionInfo, 'tls' | 'times' | 'requestCertificate'>,
): ConnectionInfo => {
  const info = new Info(stream, tls, times)
  return requestCertificate === undefined ? info : Object.assign(info, { requestCertificate })
}

class Info implements ConnectionInfo {
  readonly tls: ConnectionInfo['tls']
  readonly times: ConnectionInfo['times']
  readonly remote: Address
  readonly #stream: ByteStream
  constructor(stream: ByteStream, tls: ConnectionInfo['tls'], times: ConnectionInfo['times']) {
    this.#stream = stream
    this.remote = stream.remote
    this.tls = tls
    this.times = times
  }
  get local(): Address {
    return this.#stream.local
  }
  get flow(): string {
    const { trace, local, remote } = this.#stream
    return trace?.flow ?? `${local.address}:${local.port}-${remote.address}:${remote.port}`
  }
}
