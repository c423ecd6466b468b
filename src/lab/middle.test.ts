/** What a machine in between does with the two connections that it joins. */
import { expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { memoryPair } from '../net/stream/memory.ts'
import type { ByteStream } from '../net/stream/types.ts'
import { virtualClock } from './clock.ts'
import { handlerTo, records, type Tamper } from './middle.ts'

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

test('a record that comes in pieces is asked about once, whole, and a beginning waits for its end', () => {
  const seen: string[] = []
  const tamper = records(({ bytes, type, number }) => {
    seen.push(`${type} ${number} ${toHex(bytes)}`)
    return [bytes]
  })
  const wire = hex('17 0303 0002 abcd 16 0303 0001 ef')
  const out: Uint8Array[] = []
  for (const octet of wire) {
    const instead = tamper(Uint8Array.of(octet), 'to-server')
    if (instead !== 'cut') out.push(...instead)
  }
  expect(seen).toEqual(['23 0 1703030002abcd', '22 0 1603030001ef'])
  expect(concat(...out)).toEqual(wire)
})
