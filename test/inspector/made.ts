/** Captures for the page: of runs of its own engines, with their keys and without, and of what somebody made by hand. */
import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect, createSecureContext, TLSSocket } from 'node:tls'
import { captureOf } from '../../inspector/model/captured.ts'
import type { Run } from '../../inspector/model/run.ts'
import type { Change } from '../../inspector/runs/plan.ts'
import { play } from '../../inspector/runs/play.ts'
import { keyLog } from '../../src/trace/index.ts'
import { connection, ethernet, pcapFile } from '../support/made-captures.ts'
import { issued } from '../support/node-tls.ts'
import { node } from '../support/worlds.ts'

export interface GivenFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

export const given = (name: string, bytes: Uint8Array | string): GivenFile => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(bytes),
})

export const played = (change?: Change): Promise<Run> => play(node.lab(7), { scenario: 'tls13', seed: 7, change })

export const captureFile = (run: Run, keys: 'with' | 'without', name = 'shop.pcapng'): GivenFile =>
  given(name, captureOf(run, keys))

/** What programs write where `SSLKEYLOGFILE` says. */
export const keyLogFile = (run: Run): GivenFile => given('keys.log', keyLog(run.records))

/** A millisecond between two of them. */
export const packetFile = (packets: readonly Uint8Array[], name = 'made.pcap'): GivenFile =>
  given(
    name,
    pcapFile(
      'little',
      1,
      packets.map((bytes, i) => ({ time: BigInt(i) * 1000n, bytes: ethernet(bytes) })),
    ),
  )

/** Requests over TLS 1.2 whose secret was encrypted to the key of the server (RSA key exchange), by Node; and that key. */
export const rsaTalk = async (requests = 1): Promise<{ readonly capture: GivenFile; readonly key: GivenFile }> => {
  const { cert, key } = issued({ key: 'rsa-2048' })
  const flow = connection('10.0.0.1:40000', '10.0.0.2:443')
  const packets = [flow.syn(), flow.synAck(), flow.ack('client')]
  const [near, far] = duplexPair()
  for (const [end, side] of [
    [near, 'client'],
    [far, 'server'],
  ] as const) {
    const write = end.write.bind(end)
    end.write = ((bytes: Uint8Array, ...others: []) => {
      packets.push(flow.says(side, new Uint8Array(bytes)))
      return write(bytes, ...others)
    }) as typeof end.write
  }
  const server = new TLSSocket(far, { isServer: true, secureContext: createSecureContext({ cert, key }) })
  server.once('data', () => server.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'.repeat(requests)))
  const client = connect({ socket: near, rejectUnauthorized: false, ciphers: 'AES128-SHA256', maxVersion: 'TLSv1.2' })
  client.end('GET /secret HTTP/1.1\r\nHost: shop.test\r\n\r\n'.repeat(requests))
  client.resume()
  await once(client, 'close')
  return { capture: packetFile(packets, 'rsa.pcap'), key: given('server.key', key) }
}
