/** Through a SOCKS 5 proxy (RFC 1928, RFC 1929): what is said to it, and what it may say. */
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer, served } from '../../../test/support/net.ts'
import { issued, root } from '../../../test/support/node-tls.ts'
import { client, fetch } from '../../index.ts'
import { SocksDialogue, type SocksStep } from './socks-dialogue.ts'

const octets = (...parts: (number | string)[]): Buffer =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))))
const OPEN = octets(5, 0, 0, 1, 127, 0, 0, 1, 0, 80)

/** A proxy that connects by name or address; `wants`: the only `user:password` that is let through. Each CONNECT is kept. */
const socks = async (wants?: string) => {
  const asked: string[] = []
  const url = await peer(socket => {
    let [state, held] = ['greeting', Buffer.alloc(0)]
    socket.on('data', piece => {
      held = Buffer.concat([held, piece])
      if (state === 'greeting' && held.length >= 2 + held[1]!) {
        const offers = [...held.subarray(2, 2 + held[1]!)]
        asked.push(`offers ${offers}`)
        held = held.subarray(2 + held[1]!)
        const method = wants === undefined ? 0 : offers.includes(2) ? 2 : 0xff
        socket.write(octets(5, method))
        state = method === 2 ? 'login' : 'request'
      } else if (state === 'login') {
        const user = held.subarray(2, 2 + held[1]!)
        const given = `${user}:${held.subarray(3 + held[1]!)}`
        held = Buffer.alloc(0)
        state = 'request'
        socket.write(octets(1, given === wants ? 0 : 1))
      } else if (state === 'request') {
        const [, , , type = 0, length = 0] = held
        const name = type === 3 ? held.subarray(5, 5 + length).toString() : held.subarray(4, -2).join('.')
        const port = held.readUInt16BE(held.length - 2)
        asked.push(`${type === 3 ? 'name' : 'address'} ${name}:${port}`)
        state = 'open'
        joinTo(socket, port)
      }
    })
  })
  return { at: url.replace(/^http:\/\/|\/$/g, ''), asked }
}
const joinTo = (socket: Socket, port: number): void => {
  const other = connect(port, '127.0.0.1', () => {
    socket.write(OPEN)
    socket.removeAllListeners('data')
    socket.pipe(other).pipe(socket)
  })
  closing.push(() => other.destroy())
  other.on('error', () => socket.destroy())
}
const echo = async (request: Request) => new Response(`${new URL(request.url).pathname} ${await request.text()}`)

describe('a request through SOCKS', () => {
  test('for http asks for nothing but a connection, by name with socks5h, by address with socks5', async () => {
    const proxy = await socks()
    const { port } = await served(echo)
    for (const scheme of ['socks5h', 'socks5']) {
      using own = client({ proxy: `${scheme}://${proxy.at}` })
      const get = async (path: string) =>
        (await own.fetch(`http://localhost:${port}${path}`, { method: 'POST', body: 'hi' })).text()
      // The second goes over the connection that is kept.
      expect([await get('/a'), await get('/b')]).toEqual(['/a hi', '/b hi'])
    }
    expect(proxy.asked).toEqual(['offers 0', `name localhost:${port}`, 'offers 0', `address 127.0.0.1:${port}`])
  })
  test('for https speaks TLS with the server inside', async () => {
    const proxy = await socks()
    const { port } = await served(echo, { tls: issued() })
    const answer = await fetch(`https://localhost:${port}/a`, { proxy: `socks5h://${proxy.at}`, ca: root })
    expect([await answer.text(), answer.connection.tls?.serverName]).toEqual(['/a ', 'localhost'])
  })
  test('RFC 1929: shows name and password where it is asked for them', async () => {
    const proxy = await socks('mé:p:w')
    const { port } = await served(echo)
    const url = `http://localhost:${port}/`
    const through = (login: string) => fetch(url, { proxy: `socks5h://${login}${proxy.at}` })
    expect(await (await through('m%C3%A9:p%3Aw@')).text()).toBe('/ ')
    expect(await codeOf(through('me:other@'))).toBe('net/proxy-authentication')
    expect(await codeOf(through(''))).toBe('net/proxy-authentication')
    expect(proxy.asked).toEqual(['offers 0,2', `name localhost:${port}`, 'offers 0,2', 'offers 0'])
    const error = await through('me:secret-one@').catch(String)
    expect(error).not.toContain('secret-one')
  })
  test('whose name or password does not fit is net/bad-proxy, before anything is asked', async () => {
    const codes = [':b@', 'a:@', `${'a'.repeat(256)}:b@`, `a:${'b'.repeat(256)}@`, 'a:b%ff@'].map(login =>
      codeOf(fetch('http://localhost/', { proxy: `socks5://${login}localhost` })),
    )
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['net/bad-proxy']))
  })
  test('to a name that is not there is a failure of names, and the proxy is left', async () => {
    let left = (): void => {}
    const gone = new Promise<void>(resolve => {
      left = resolve
    })
    const url = await peer(socket => socket.on('close', left))
    const asked = fetch('http://none.invalid/', { proxy: url.replace('http', 'socks5') })
    expect(await codeOf(asked)).toBe('dns/no-address')
    await gone
  })
})

describe('a proxy that', () => {
  const against = async (talk: (socket: Socket) => void, init: { timeouts?: object; signal?: AbortSignal } = {}) => {
    const url = await peer(talk)
    const asked = fetch('http://shop.test/', { proxy: url.replace('http', 'socks5h'), ...init })
    const error: unknown = await asked.then(
      () => 'an answer',
      (thrown: unknown) => thrown,
    )
    return `${(error as { code?: string }).code} ${(error as { failure?: { got?: string } }).failure?.got}`
  }
  const saying =
    (...answers: (Buffer | 'end' | 'reset')[]) =>
    (socket: Socket): void => {
      socket.on('data', () => {
        const next = answers.shift()
        if (next === 'end') socket.end()
        else if (next === 'reset') socket.resetAndDestroy()
        else if (next !== undefined) socket.write(next)
      })
    }
  test('refuses says why', async () => {
    const METHOD = octets(5, 0)
    expect(await against(saying(METHOD, octets(5, 2, 0, 1, 0, 0, 0, 0, 0, 0)))).toBe(
      'net/proxy-refused connection not allowed by ruleset',
    )
    expect(await against(saying(METHOD, octets(5, 99)))).toBe('net/proxy-refused 99')
  })
  test('speaks something else, leaves by FIN or RST, or says nothing is told as that', async () => {
    expect(await against(saying(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')))).toBe(
      'net/proxy-refused 0x48, which is not SOCKS 5',
    )
    expect(await against(saying('end'))).toBe('net/proxy-refused nothing more')
    expect(await against(saying(octets(5, 0), 'end'))).toBe('net/proxy-refused nothing more')
    expect(await against(saying('reset'))).toBe('tcp/reset undefined')
    expect(await against(saying(), { timeouts: { firstByte: 30 } })).toBe('net/idle-timeout undefined')
    expect(await against(saying(octets(5)), { timeouts: { firstByte: 30 } })).toBe('net/idle-timeout undefined')
  })
  test('is not waited for by who gives up', async () => {
    const controller = new AbortController()
    const url = await peer(socket => socket.on('data', () => controller.abort(new Error('enough'))))
    const asked = fetch('http://shop.test/', { proxy: url.replace('http', 'socks5h'), signal: controller.signal })
    expect(await codeOf(asked)).toBe('Error: enough')
  })
  test('talks before its turn is not believed', async () => {
    expect(await against(saying(Buffer.concat([octets(5, 0), OPEN])))).toBe('net/proxy-refused more than was asked for')
  })
})

describe('the dialogue', () => {
  const all = (pieces: readonly Uint8Array[], login?: string): readonly SocksStep[] => {
    const [user = '', password = ''] = login?.split(':') ?? []
    const secret = { user: Buffer.from(user), password: Buffer.from(password) }
    const dialogue = new SocksDialogue({ host: '::1', port: 443 }, login === undefined ? undefined : secret)
    dialogue.greeting()
    return pieces.map(piece => dialogue.receive(piece))
  }
  const told = (step: SocksStep | undefined): unknown =>
    step?.type === 'wait'
      ? Buffer.from(step.send ?? []).toString('hex')
      : step?.type === 'open'
        ? `open ${Buffer.from(step.rest)}`
        : step?.got

  test('RFC 1928 4: an address of IPv6 is asked for as such', () => {
    expect(all([octets(5, 0)]).map(told)).toEqual([`05010004${'00'.repeat(15)}0101bb`])
  })
  test('RFC 1928 5: a name that does not fit is not asked for', () => {
    const steps = [255, 256].map(length => {
      const dialogue = new SocksDialogue({ host: 'a'.repeat(length), port: 80 }, undefined)
      return told(dialogue.receive(octets(5, 0)))
    })
    expect(steps).toEqual([`05010003ff${'61'.repeat(255)}0050`, 'a name of 256 octets'])
  })
  test('RFC 1928 6: an answer has an address of any kind, in any pieces, and what stands behind it is kept', () => {
    for (const address of [octets(1, 1, 2, 3, 4), octets(4, 'x'.repeat(16)), octets(3, 5, 'a.com'), octets(3, 0)]) {
      const answer = Buffer.concat([octets(5, 0, 0), address, octets(0, 80)])
      const whole = all([octets(5, 0), Buffer.concat([answer, Buffer.from('SSH')])])
      expect(told(whole.at(-1))).toBe('open SSH')
      const torn = all([octets(5), octets(0), ...[...answer].map(octet => octets(octet))])
      expect(torn.slice(2, -1).map(told)).toEqual(Array.from({ length: answer.length - 1 }, () => ''))
      expect(told(torn.at(-1))).toBe('open ')
    }
    expect(all([octets(5, 0), octets(5, 0, 0, 9, 1)]).map(told)[1]).toBe('an address of the type 9')
  })
  test('RFC 1928 3, RFC 1929 2: a method that was not offered is none, and a verdict has a version of its own', () => {
    expect(all([octets(5, 2)]).map(told)).toEqual(['the method 2'])
    expect(all([octets(5, 1)], 'a:b').map(told)).toEqual(['the method 1'])
    expect(all([octets(5, 2), octets(1, 0)], 'a:bc').map(told)).toEqual([
      '01016102' + '6263',
      `05010004${'00'.repeat(15)}0101bb`,
    ])
    expect(all([octets(5, 2), octets(5, 0)], 'a:bc').map(told)[1]).toBe('0x05, which is not SOCKS 5')
    expect(all([octets(5, 2), octets(1, 9)], 'a:bc')[1]).toMatchObject({ why: 'login' })
  })
})
