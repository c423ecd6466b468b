/** Servers in memory for `check`: ours, with whatever options, and of bytes. Those of a test are closed behind it. */
import { setImmediate as turn } from 'node:timers/promises'
import { certificateAuthority } from '../../src/ca/authority.ts'
import type { Bytes } from '../../src/engine.ts'
import { serve } from '../../src/index.ts'
import { virtualClock } from '../../src/lab/clock.ts'
import { type CheckOptions, check } from '../../src/net/check/check.ts'
import type { Handler } from '../../src/net/server/serve.ts'
import { memoryTransport } from '../../src/net/stream/memory.ts'
import type { TlsServerOptions } from '../../src/net/stream/server-answers.ts'
import type { ByteStream, Transport, World } from '../../src/net/stream/types.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { closing } from './net.ts'

export const clock = virtualClock({ turn })
export const authority = certificateAuthority({
  crypto: nodeWorld().crypto,
  now: () => clock.date(),
  name: 'test root',
})
export const DAY = 86_400_000

const newWorld = (): World & { readonly transport: Transport } => ({
  ...nodeWorld(),
  clock,
  transport: memoryTransport(clock),
  trust: () => trustStore([authority.certificate]),
})

export const issued = (
  more: Partial<Parameters<typeof authority.issue>[0]> = {},
): Pick<TlsServerOptions, 'certificateFor'> => {
  const key = certifiedKey(authority.issue({ names: ['shop.test'], ...more }))
  return { certificateFor: () => key }
}

/**
 * A server of ours in memory; `cut` and `deaf` say of each connection, from 1, whether it is reset at once, or never
 * answered; `before` is done before TLS.
 */
export const ours = async (
  tls: Partial<TlsServerOptions> = {},
  {
    handler = () => new Response('hello'),
    cut = () => false,
    deaf = () => false,
    before = (stream, accept) => accept(stream),
  }: {
    handler?: Handler
    cut?: (n: number) => boolean
    deaf?: (n: number) => boolean
    before?: (stream: ByteStream, accept: (stream: ByteStream) => void) => void
  } = {},
): Promise<ReturnType<typeof newWorld>> => {
  const world = newWorld()
  const { transport } = world
  let number = 0
  const listen: Transport['listen'] = (on, accept) =>
    transport.listen(on, stream => {
      if (cut(++number)) stream.reset()
      else if (!deaf(number)) before(stream, accept)
    })
  const own = { ...issued(), ...tls } as TlsServerOptions
  const server = await serve(handler, { port: 443, tls: own, world: { ...world, transport: { ...transport, listen } } })
  closing.push(() => server.close(0))
  return world
}

/** A server of bytes. */
export const rude = async (accept: (stream: ByteStream, heard: (listener: (bytes: Bytes) => void) => void) => void) => {
  const world = newWorld()
  await world.transport.listen({ port: 443 }, stream => {
    accept(stream, data => {
      stream.handler = { data, end() {}, drain() {}, closed() {} }
    })
  })
  return world
}

export const asked = (world: World, more: Partial<CheckOptions> = {}) =>
  check({ world, host: 'shop.test', port: 443, ...more })
