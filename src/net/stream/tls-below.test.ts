/** TLS over a stream that does what it is told: order, room, pauses, and what is written below when. */

import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { soon } from '../../../test/support/net.ts'
import { Side } from '../../../test/support/tls.ts'
import { answer, answers, crypto, garbage, listening } from '../../../test/support/tls-stream.ts'
import { fail } from '../../failures/index.ts'
import { systemClock } from '../../node/clock.ts'
import { tlsClient, tlsServer } from '../../tls/engine.ts'
import type { TlsConnection } from '../../tls/types.ts'
import { secured } from './tls.ts'
import type { ByteStream, NetStream, StreamHandler } from './types.ts'

describe('streams below', () => {
  /** A stream that does what it is told, and says only what the test says. */
  class Script implements ByteStream {
    readonly local = { address: '127.0.0.1', port: 1 }
    readonly remote = { address: '127.0.0.1', port: 2 }
    readonly trace = undefined
    handler: StreamHandler = { data() {}, end() {}, drain() {}, closed() {} }
    readonly calls: string[] = []
    written: Uint8Array[] = []
    room = true
    write(pieces: readonly Uint8Array[]): boolean {
      this.calls.push('write')
      this.written.push(...pieces)
      return this.room
    }
    end(): void {
      this.calls.push('end')
    }
    reset(): void {
      this.calls.push('reset')
      this.handler.closed(undefined)
    }
    reading = true
    pause(): void {
      this.reading = false
    }
    resume(): void {
      this.reading = true
    }
  }
  const opened = async (): Promise<{ lower: Script; open: NetStream; peer: Side; engine: TlsConnection }> => {
    const lower = new Script()
    const engine = tlsClient({ crypto, serverName: 'shop.test' })
    const peer = new Side(tlsServer({ crypto }), answers)
    const stream = secured(lower, {
      engine,
      clock: systemClock,
      answer,
      asked: systemClock.now(),
      handshake: 1_000,
      where: 'shop.test:443',
    })
    while (lower.written.length > 0) {
      const flight = peer.touch(concat(...lower.written.splice(0)))
      if (flight.length > 0) lower.handler.data(concat(...flight))
    }
    lower.calls.length = 0
    return { lower, open: await stream, peer, engine }
  }
  test('a writer is stopped and started again by the stream below, and by nothing after the end', async () => {
    const { lower, open } = await opened()
    const { said } = listening(open)
    lower.room = false
    expect(open.write([ascii('much')])).toBe(false)
    lower.room = true
    lower.handler.drain()
    expect(open.write([ascii('more')])).toBe(true)
    lower.room = false
    expect(open.write([ascii('much')])).toBe(false)
    lower.handler.data(garbage)
    lower.handler.drain()
    lower.handler.closed(undefined)
    expect(said).toEqual(['drain', 'closed tls/record-damaged'])
  })
  test('nobody waits for room to write what is written after the end', async () => {
    const { lower, open } = await opened()
    lower.room = false
    open.end()
    expect(open.write([ascii('too late')])).toBe(true)
    expect(lower.calls).toEqual(['write', 'end'])
  })
  test('the alert that tells of a failure has time to arrive before the stream is cut', async () => {
    const { lower, open } = await opened()
    const { said } = listening(open)
    lower.handler.data(garbage)
    await soon(10)
    expect([lower.calls, said]).toEqual([['write', 'end'], ['closed tls/record-damaged']])
    lower.handler.closed(undefined)
  })
  test('there is room after drain, also for a write that sends nothing', async () => {
    const { lower, open } = await opened()
    listening(open)
    lower.room = false
    expect(open.write([ascii('much')])).toBe(false)
    lower.handler.drain()
    expect(open.write([])).toBe(true)
  })
  test('nothing more is read below before there is a handler, and then what was kept comes first', async () => {
    const { lower, open, peer } = await opened()
    peer.tls.write(ascii('one'), 0)
    peer.tls.write(ascii('two'), 0)
    expect(lower.reading).toBe(true)
    lower.handler.data(concat(...peer.touch()))
    expect(lower.reading).toBe(false)
    open.resume()
    expect(lower.reading, 'a reader without a handler is none').toBe(false)
    const { said } = listening(open)
    expect([said, lower.reading]).toEqual([['data one', 'data two'], true])
  })
  test('a stream that was paused stays paused when its handler is set', async () => {
    const { lower, open, peer } = await opened()
    peer.tls.write(ascii('one'), 0)
    lower.handler.data(concat(...peer.touch()))
    open.pause()
    const { said } = listening(open)
    expect([said, lower.reading]).toEqual([['data one'], false])
  })
  test('one that goes on though nobody listens is cut at 512 KiB', async () => {
    const { lower, open, peer } = await opened()
    const piece = new Uint8Array(16 * 1024)
    for (let i = 1; i <= 32; i++) {
      peer.tls.write(piece, 0)
      lower.handler.data(concat(...peer.touch()))
    }
    expect(lower.calls).toEqual([])
    peer.tls.write(Uint8Array.of(1), 0)
    lower.handler.data(concat(...peer.touch()))
    expect(lower.calls).toEqual(['reset'])
    expect(open.write([piece]), 'nobody is waited for').toBe(true)
  })
  test('close_notify goes out before FIN, in one write; what the other side still has to say is heard', async () => {
    const { lower, open, peer } = await opened()
    const { said } = listening(open)
    open.write([ascii('bye')])
    open.end()
    open.end()
    open.write([ascii('too late')])
    expect(lower.calls).toEqual(['write', 'write', 'end'])
    lower.handler.data(concat(...peer.touch()))
    open.resume()
    peer.touch(concat(...lower.written))
    expect(peer.data).toEqual(ascii('bye'))
    expect(peer.has('peer-closed')).toBe(true)
    peer.tls.write(ascii('the rest'), 0)
    peer.tls.close(0)
    lower.handler.data(concat(...peer.touch()))
    lower.handler.end()
    lower.handler.closed(undefined)
    expect(said).toEqual(['data the rest', 'end', 'closed undefined'])
    expect(lower.calls, 'there is one FIN').toEqual(['write', 'write', 'end'])
  })
  test('a reset from inside a callback is the end: the next record of the same piece is not told, and nothing is kept', async () => {
    const { lower, open, peer } = await opened()
    const said: string[] = []
    open.handler = {
      data: bytes => {
        said.push(String.fromCharCode(...bytes))
        open.reset()
        expect(open.write([ascii('nobody hears this')])).toBe(true)
        open.end()
      },
      end: () => said.push('end'),
      drain() {},
      closed: failure => said.push(`closed ${failure?.code}`),
    }
    peer.tls.write(ascii('one'), 0)
    peer.tls.write(ascii('two'), 0)
    peer.tls.close(0)
    lower.handler.data(concat(...peer.touch()))
    expect(said).toEqual(['one', 'closed undefined'])
    expect(lower.calls).toEqual(['reset'])
  })
  test('no keys are left when the stream below is gone, whoever ended it', async () => {
    for (const end of [
      (_: Script, open: NetStream) => open.reset(),
      (lower: Script) => lower.handler.closed(undefined),
      (lower: Script) => lower.handler.closed(fail('tcp/reset', { where: 'shop.test:443' })),
    ]) {
      const { lower, open, engine } = await opened()
      listening(open)
      expect(engine.exportKeyingMaterial('EXPERIMENTAL test', undefined, 16)).toHaveLength(16)
      end(lower, open)
      expect(() => engine.exportKeyingMaterial('EXPERIMENTAL test', undefined, 16)).toThrow('tls/no-exporter')
    }
  })
  test('writing and ending from inside a callback keeps the order', async () => {
    const { lower, open, peer } = await opened()
    open.handler = {
      data: bytes => {
        open.write([bytes])
        open.end()
      },
      end() {},
      drain() {},
      closed() {},
    }
    peer.tls.write(ascii('echo'), 0)
    lower.handler.data(concat(...peer.touch()))
    expect(lower.calls).toEqual(['write', 'end'])
    peer.touch(concat(...lower.written))
    expect(peer.data).toEqual(ascii('echo'))
    expect(peer.has('peer-closed')).toBe(true)
  })
})
