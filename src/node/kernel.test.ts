import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { closing, soon } from '../../test/support/net.ts'
import type { Bytes } from '../engine.ts'
import type { ByteStream, StreamHandler } from '../net/stream/types.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import { latin1Bytes, latin1Text } from '../wire/bytes.ts'
import { kernelTransport } from './kernel.ts'

/** A listener that gives back what it is sent. */
const echo = async (): Promise<number> => {
  const listener = await kernelTransport().listen({ port: 0 }, stream => {
    stream.handler = handler({ data: bytes => void stream.write([bytes.slice()]), end: () => stream.end() })
  })
  closing.push(() => listener.close())
  return listener.port
}
const handler = (heard: Partial<StreamHandler>): StreamHandler => ({
  data() {},
  end() {},
  drain() {},
  closed() {},
  ...heard,
})
/** Says `text` and hears it. */
const echoed = (stream: ByteStream, text: string): Promise<string> =>
  new Promise(resolve => {
    let all = ''
    stream.handler = handler({
      data(bytes: Bytes) {
        all += latin1Text(bytes)
        if (all.length === text.length) resolve(all)
      },
      closed: failure => resolve(failure?.code ?? 'closed'),
    })
    stream.write([latin1Bytes(text)])
  })

test('a signal that is aborted after the connection is open has nothing more to say', async () => {
  const { signal, abort } = controller()
  const stream = await kernelTransport().connect({ host: '127.0.0.1', port: await echo(), signal })
  abort(new Error('too late'))
  expect(await echoed(stream, 'still here')).toBe('still here')
  stream.end()
})

test('a signal that was aborted before is the reason why nothing is tried', async () => {
  const { signal, abort } = controller()
  abort(new Error('never mind'))
  const attempt = kernelTransport().connect({ host: '127.0.0.1', port: await echo(), signal })
  await expect(attempt).rejects.toThrow('never mind')
})

const controller = () => {
  const own = new AbortController()
  return { signal: own.signal, abort: (reason: Error) => own.abort(reason) }
}

test('names for which the caller has addresses are not asked of the system', async () => {
  const { lookUp } = kernelTransport({ resolve: name => (name === 'shop.test' ? ['192.0.2.7'] : undefined) })
  expect(await lookUp!('shop.test', {})).toEqual(['192.0.2.7'])
  expect(await lookUp!('127.0.0.1', {})).toEqual(['127.0.0.1'])
})

test('what was asked of the system is told with what it said; what nobody was asked is not', async () => {
  const sink = recorder()
  const { lookUp } = kernelTransport({ host: 'here' })
  await lookUp!('localhost', { trace: sink })
  expect(sink.records).toEqual([])
  await lookUp!('127.0.0.1', { trace: sink })
  await lookUp!('nobody.invalid', { trace: sink }).catch(() => {})
  expect(messagesOf(sink.records).map(m => [m.layer, m.host, m.flow, m.direction, m.name])).toEqual([
    ['dns', 'here', 'lookup 127.0.0.1', 'out', 'A 127.0.0.1?'],
    ['dns', 'here', 'lookup 127.0.0.1', 'in', '127.0.0.1'],
    ['dns', 'here', 'lookup nobody.invalid', 'out', 'A nobody.invalid?'],
    ['dns', 'here', 'lookup nobody.invalid', 'in', expect.stringMatching(/^no address \(E[A-Z_]+\)$/)],
  ])
})

test('an address at which nobody listens is told as a verdict, and its failure is told once', async () => {
  const { port, close } = await kernelTransport().listen({ port: 0 }, () => {})
  await close()
  const sink = recorder()
  const attempt = kernelTransport({ host: 'here' }).connect({ host: '127.0.0.1', port, trace: sink })
  await expect(attempt).rejects.toMatchObject({ code: 'tcp/refused', failure: { where: `127.0.0.1:${port}` } })
  expect(sink.records).toMatchObject([
    {
      type: 'verdict',
      record: { layer: 'tcp', host: 'here', check: 'address', ok: false, failure: { code: 'tcp/refused' } },
    },
  ])
})

test('a stream knows both its ends, also after it has closed', async () => {
  const port = await echo()
  const stream = await kernelTransport().connect({ host: '127.0.0.1', port })
  const closed = new Promise(resolve => {
    stream.handler = handler({ closed: resolve })
  })
  stream.end()
  await closed
  expect([stream.remote, stream.local.address]).toEqual([{ address: '127.0.0.1', port }, '127.0.0.1'])
  expect(stream.local.port).toBeGreaterThan(1023)
})

test('who was not told to wait is not told to go on', async () => {
  let far: ByteStream | undefined
  let heard = 0
  const listener = await kernelTransport().listen({ port: 0 }, stream => {
    far = stream
    stream.handler = handler({ data: bytes => void (heard += bytes.length) })
    stream.pause()
  })
  closing.push(() => listener.close())
  const stream = await kernelTransport().connect({ host: '127.0.0.1', port: listener.port })
  let drains = 0
  stream.handler = handler({ drain: () => void drains++ })
  // More than the kernel takes, and more than Node's own mark; less than ours.
  let written = 0
  while ((stream.unsent ?? 0) < 50_000) {
    expect(stream.write([new Uint8Array(40_000)])).toBe(true)
    written += 40_000
  }
  far!.resume()
  while (heard < written) await soon()
  expect(drains).toBe(0)
  stream.reset()
})

test('a reset behind our own end closes the stream here and there', async () => {
  let far: string | undefined
  const listener = await kernelTransport().listen({ port: 0 }, stream => {
    stream.handler = handler({ closed: failure => void (far = failure?.code ?? 'closed') })
    // The other side does not wait for an end: what it is sent is answered with RST.
    const more = (): void => {
      if (far !== undefined) return
      stream.write([new Uint8Array(1000)])
      setTimeout(more, 2)
    }
    more()
  })
  closing.push(() => listener.close())
  const stream = await kernelTransport().connect({ host: '127.0.0.1', port: listener.port })
  const near = new Promise(resolve => {
    stream.handler = handler({ closed: resolve })
  })
  stream.end()
  stream.reset()
  expect(await near).toBeUndefined()
  while (far === undefined) await soon()
  expect(far).toBe('tcp/reset')
})

test('a name below localhost can be listened on, whatever the system calls it', async () => {
  const listener = await kernelTransport().listen({ host: 'shop.localhost', port: 0 }, () => {})
  closing.push(() => listener.close())
  expect(listener.address).toBe('127.0.0.1')
})

/** Answers the first bytes of a connection and resets it when it is told to; `flag` is 1 when that is done. */
const HASTY = `
const { createServer } = require('node:net')
const { parentPort, workerData: flag } = require('node:worker_threads')
const server = createServer(socket => {
  socket.on('error', () => {})
  socket.once('data', () =>
    socket.write('too large', () => {
      socket.resetAndDestroy()
      server.close()
      Atomics.store(flag, 0, 1)
      Atomics.notify(flag, 0)
    }),
  )
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

test('what a server said before it reset the connection is read, though a write meets the reset first', async () => {
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const server = new Worker(HASTY, { eval: true, workerData: flag })
  const [port] = await once(server, 'message')
  const stream = await kernelTransport().connect({ host: '127.0.0.1', port })
  const heard: string[] = []
  const ended = new Promise<unknown>(resolve => {
    stream.handler = handler({ data: bytes => void heard.push(latin1Text(bytes)), closed: resolve })
  })
  stream.write([latin1Bytes('a body')])
  Atomics.wait(flag, 0, 0)
  stream.write([latin1Bytes('that goes on')])
  expect(await ended).toMatchObject({ code: 'tcp/reset' })
  expect(heard).toEqual(['too large'])
  await server.terminate()
})

test.skipIf(process.platform === 'win32')('connections that were accepted are read into one buffer', async () => {
  const heard = new Set<ArrayBufferLike>()
  const streams: ByteStream[] = []
  const listener = await kernelTransport().listen({ port: 0 }, stream => {
    streams.push(stream)
    stream.handler = handler({
      data(bytes) {
        heard.add(bytes.buffer)
        stream.write([bytes.slice()])
      },
      end: () => stream.end(),
    })
  })
  closing.push(() => listener.close())
  const clients = await Promise.all(
    [0, 1, 2].map(() => kernelTransport().connect({ host: '127.0.0.1', port: listener.port })),
  )
  const said = await Promise.all(clients.map((client, i) => echoed(client, `hello ${i}`.repeat(1 + i))))
  expect(said).toEqual(['hello 0', 'hello 1hello 1', 'hello 2hello 2hello 2'])
  expect([heard.size, ...streams.map(({ pieces }) => pieces)]).toEqual([1, 'borrowed', 'borrowed', 'borrowed'])
  for (const client of clients) client.reset()
})
