/** What a machine in between does with the two connections that it joins. */
import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { memoryPair } from '../net/stream/memory.ts'
import type { ByteStream } from '../net/stream/types.ts'
import { virtualClock } from './clock.ts'
import { handlerTo, type Tamper } from './middle.ts'

test('who cuts ends both connections, and lets nothing more through', () => {
  const clock = virtualClock()
  const [client, fromClient] = memoryPair(clock)
  const [toServer, server] = memoryPair(clock)
  const heard: string[] = []
  const listen = (stream: ByteStream, name: string): void => {
    stream.handler = {
      data: bytes => void heard.push(`${name} ${String.fromCharCode(...bytes)}`),
      end: () => void heard.push(`${name} end`),
      drain() {},
      closed() {},
    }
  }
  listen(client, 'client')
  listen(server, 'server')
  const tamper: Tamper = bytes => (bytes[0] === 0x78 ? 'cut' : [bytes])
  fromClient.handler = handlerTo(toServer, fromClient, 'to-server', tamper)
  for (const text of ['hello', 'x', 'more']) client.write([ascii(text)])
  clock.run()
  expect(heard.sort()).toEqual(['client end', 'server end', 'server hello'])
})
