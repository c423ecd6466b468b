/** A stream without TLS, with what is known of it. */
import type { Clock } from '../../clock.ts'
import { connectionInfo } from './connection-info.ts'
import type { ByteStream, NetStream } from './types.ts'

export const plain = (stream: ByteStream, asked: number, clock: Clock): NetStream =>
  Object.assign(stream, {
    connection: connectionInfo(stream, {
      tls: undefined,
      times: { asked, connected: clock.now(), secured: undefined },
    }),
  })
