/** ICMP errors are of the connection whose packet they quote. */
import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { captured, told } from '../../../test/support/dissected.ts'
import { connection, ipPacket, PROTOCOL, tcpPacket, udpPacket } from '../../../test/support/made-captures.ts'

const ICMPV6 = 58
const [ROUTER, CLIENT, SERVER] = [
  [10, 9, 9, 9],
  [10, 0, 0, 1],
  [10, 0, 0, 2],
]
const ROUTER6 = [0xfd, ...Array<number>(14).fill(0), 9]

/** An error of a router that quotes `length` bytes of a packet. */
const error = (to: readonly number[], [type, code]: readonly [number, number], packet: Uint8Array, length = 28) => {
  const v6 = to.length === 16
  const message = concat(Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0), packet.subarray(0, length))
  return ipPacket(v6 ? ROUTER6 : ROUTER, to, v6 ? ICMPV6 : PROTOCOL.icmp, message)
}
const kinds = ({ conversations }: ReturnType<typeof captured>): string[] =>
  conversations.map(({ kind, frames }) => `${kind} ${frames.client} ${frames.server}`)

test('an error belongs to the connection whose segment it quotes, and comes from where that did not arrive', () => {
  const c = connection('10.0.0.1:40000', '10.0.0.2:443')
  const syn = c.syn()
  const [synAck, ack] = [c.synAck(), c.ack('client')]
  const answer = c.says('server', ascii('too long'))
  const capture = captured([
    syn,
    error(CLIENT, [3, 1], syn),
    synAck,
    ack,
    answer,
    error(SERVER, [3, 4], answer),
    error(CLIENT, [11, 0], ack),
  ])
  expect(kinds(capture)).toEqual(['TCP 3 4'])
  const { messages, streams } = told(capture)
  expect(
    messages.filter(({ layer }) => layer === 'icmp').map(({ direction, name, flow }) => `${direction} ${name} ${flow}`),
  ).toEqual(['in host unreachable 10.9.9.9', 'out destination unreachable 10.0.0.2', 'in time exceeded 10.9.9.9'])
  // Whoever complains is no end of the connection; what is said in it stays what it was.
  expect(messages.filter(({ layer, name }) => layer === 'ip' && name === 'ICMP').map(({ flow }) => flow)).toEqual([
    '10.0.0.1 10.9.9.9',
    '10.9.9.9 10.0.0.2',
    '10.0.0.1 10.9.9.9',
  ])
  expect(messages.filter(({ layer }) => layer === 'tcp').length).toBe(4)
  expect(streams).toEqual(['server 0 too long', 'client the capture ends', 'server the capture ends'])
  expect(capture.conversations[0]).toMatchObject({ tcp: { opened: 'handshake', retransmissions: { server: 0 } } })
})

test('in IPv6 too, and between two ports of one address', () => {
  const six = connection('[fd00::1]:40000', '[fd00::2]:443')
  const syn = six.syn()
  expect(kinds(captured([syn, error([...syn.subarray(8, 24)], [2, 0], syn, 48)]))).toEqual(['TCP 1 1'])
  const own = connection('127.0.0.1:40000', '127.0.0.1:443')
  const [first, second] = [own.syn(), own.synAck()]
  const both = captured([first, second, error([127, 0, 0, 1], [3, 3], second)])
  expect(kinds(both)).toEqual(['TCP 2 1'])
  expect(told(both).messages.find(({ layer }) => layer === 'icmp')?.direction).toBe('out')
})

test('what quotes no segment of a connection that is known is a conversation of its own', () => {
  const c = connection('10.0.0.1:40000', '10.0.0.2:443')
  const syn = c.syn()
  const late = ipPacket(CLIENT, SERVER, PROTOCOL.tcp, syn.subarray(20), { fragmentOffset: 8 })
  for (const stranger of [
    error(CLIENT, [3, 3], tcpPacket({ from: '10.0.0.1:40000', to: '10.0.0.2:444', seq: 1, control: 2 })),
    error(CLIENT, [3, 3], udpPacket('10.0.0.1:40000', '10.0.0.2:443', ascii('hello'))),
    error(CLIENT, [3, 3], syn, 27),
    error(CLIENT, [3, 3], syn, 0),
    error(CLIENT, [3, 3], late),
    error(CLIENT, [8, 0], syn),
    error([...ROUTER6], [128, 0], syn, 48),
  ]) {
    expect(kinds(captured([syn, stranger]))).toEqual(['TCP 1 0', 'ICMP 1 0'])
    // Nothing was known of it yet.
    expect(kinds(captured([stranger, syn]))).toEqual(['ICMP 1 0', 'TCP 1 0'])
  }
})
