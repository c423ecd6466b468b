import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { captured, opened, START, told } from '../../../test/support/dissected.ts'
import {
  ACK,
  connection,
  ethernet,
  ipPacket,
  PROTOCOL,
  PSH,
  pcapFile,
  pcapngBlocks,
  SYN,
  tcpPacket,
  udpPacket,
} from '../../../test/support/made-captures.ts'
import { bytesSource } from '../../capture/read/index.ts'
import { DnsMessage } from '../../dns/message.ts'
import { decode, encode } from '../../wire/codec.ts'
import { openCapture } from '../capture.ts'

const [CLIENT, SERVER] = ['10.0.0.1:40000', '10.0.0.2:8080']

const over = 'the capture ends'
const handshake = (c: ReturnType<typeof connection>): Uint8Array[] => [c.syn(), c.synAck(), c.ack('client')]

test('a lost segment that comes later fills its place; one that never comes is a gap at once', () => {
  const c = connection(CLIENT, SERVER)
  const open = handshake(c)
  const [first, second, third] = ['one ', 'two ', 'three '].map(text => c.says('client', ascii(text)))
  const late = captured([...open, first!, third!, second!], [0, 1, 2, 3, 4, 300])
  expect(told(late).streams).toEqual([
    'client 0 one ',
    'client 4 two ',
    'client 8 three ',
    `client ${over}`,
    `server ${over}`,
  ])
  expect(told(late).about.slice(4)).toEqual(['PSH ACK: 6 bytes, 4 before it are missing', 'PSH ACK: retransmission'])
  expect(late.conversations[0]?.tcp).toMatchObject({ lost: { client: 0 }, retransmissions: { client: 1 } })
  const never = captured([...open, first!, third!])
  expect(told(never).streams.slice(0, 3)).toEqual(['client 0 one ', 'client gap 4', 'client 8 three '])
  expect(never.conversations[0]?.tcp).toMatchObject({ lost: { client: 4, server: 0 } })
})

test('an overtaken segment is out of order, not a retransmission, and is counted so', () => {
  const c = connection(CLIENT, SERVER)
  const open = handshake(c)
  const [first, second] = ['one ', 'two '].map(text => c.says('server', ascii(text)))
  const capture = captured([...open, second!, first!])
  expect(told(capture).about.at(-1)).toBe('PSH ACK: out of order')
  expect(capture.conversations[0]?.tcp).toMatchObject({ outOfOrder: { server: 1 }, retransmissions: { server: 0 } })
})

test('text that is partly known gives its new part alone', () => {
  const c = connection(CLIENT, SERVER)
  const open = handshake(c)
  const first = c.says('client', ascii('abcd'))
  const overlap = c.packet('client', PSH | ACK, { seq: c.next.client - 2, text: ascii('cdef') })
  const capture = captured([...open, first, overlap])
  expect(told(capture).streams.slice(0, 2)).toEqual(['client 0 abcd', 'client 4 ef'])
  expect(capture.conversations[0]?.bytes).toEqual({ client: 6, server: 0 })
})

test('keep-alives, their probes of a closed window, and resets are named, and bring nothing', () => {
  const c = connection(CLIENT, SERVER)
  const packets = [
    ...handshake(c),
    c.says('client', ascii('hello')),
    c.ack('server', { window: 0 }),
    c.packet('client', ACK, { text: ascii('x') }),
    c.ack('server'),
    c.packet('client', ACK, { seq: c.next.client - 1 }),
    c.rst('server'),
  ]
  const capture = captured(packets)
  expect(told(capture).about.slice(4)).toEqual([
    'ACK: zero window',
    'ACK: zero-window probe',
    'ACK',
    'ACK: keep-alive',
    'RST ACK',
  ])
  expect(capture.conversations[0]?.tcp).toMatchObject({
    closed: 'RST',
    resets: { client: 0, server: 1 },
    zeroWindows: { client: 0, server: 1 },
    keepAlives: { client: 1, server: 0 },
  })
  expect(told(capture).streams.slice(-2)).toEqual(['client RST', 'server RST'])
})

test('how a connection opened and closed: refused, unanswered, in the middle of it, half', () => {
  const facts = (packets: readonly Uint8Array[]) => {
    const { opened: how, closed } = captured(packets).conversations[0]!.tcp!
    return [how, closed]
  }
  const refused = connection(CLIENT, SERVER)
  expect(facts([refused.syn(), refused.rst('server')])).toEqual(['refused', 'RST'])
  const silent = connection(CLIENT, SERVER)
  expect(facts([silent.syn()])).toEqual(['unanswered', undefined])
  const middle = connection(CLIENT, SERVER)
  expect(facts([middle.says('client', ascii('x')), middle.fin('client')])).toEqual(['before', 'half'])
})

test('a new SYN with another number is a new connection between the same ports; the same SYN again is not', () => {
  const [one, two] = [connection(CLIENT, SERVER), connection(CLIENT, SERVER, { client: 777_777 })]
  const syn = one.syn()
  const packets = [syn, syn, one.synAck(), one.ack('client'), one.fin('client'), two.syn(), two.synAck()]
  const capture = captured(packets, [0, 1000, 1001, 1002, 1003, 1004, 1005])
  expect(capture.conversations.map(({ frames }) => frames)).toEqual([
    { client: 4, server: 1 },
    { client: 1, server: 1 },
  ])
  expect(capture.conversations[0]?.tcp?.retransmissions).toEqual({ client: 1, server: 0 })
})

test('the SYN of a connection that came last in the capture opens no other one', () => {
  const c = connection(CLIENT, SERVER)
  const syn = c.syn()
  const packets = [c.synAck(), c.ack('client'), c.says('client', ascii('late')), syn]
  expect(captured(packets).conversations.map(({ frames }) => frames)).toEqual([{ client: 3, server: 1 }])
})

test('where SYN was sent again a round trip is counted from the last one: what comes later than that was not overtaken', () => {
  const c = connection(CLIENT, SERVER)
  const syn = c.syn()
  const packets = [syn, syn, c.synAck(), c.ack('client')]
  const [first, second] = [c.says('server', ascii('first')), c.says('server', ascii('second'))]
  const times = [0, 1000, 1010, 1010, 1100, 1150]
  expect(told(captured([...packets, second, first], times)).about.slice(4)).toEqual([
    'PSH ACK: 6 bytes, 5 before it are missing',
    'PSH ACK: retransmission',
  ])
})

test('a FIN that came behind a later acknowledgment is missing no more', () => {
  const c = connection(CLIENT, SERVER)
  const packets = [...handshake(c)]
  const fin = c.fin('client')
  const capture = captured([...packets, c.ack('client'), fin])
  expect(told(capture).about.slice(3)).toEqual(['ACK: 1 bytes before it are missing', 'FIN ACK: retransmission'])
  expect(capture.conversations[0]).toMatchObject({ tcp: { lost: { client: 0, server: 0 } } })
})

test('a FIN that overtook the bytes before it leaves a hole, which they fill', () => {
  const c = connection(CLIENT, SERVER)
  const packets = [...handshake(c)]
  const text = c.says('client', ascii('late'))
  packets.push(c.fin('client'), text)
  const capture = captured(packets)
  expect(told(capture).about.slice(3)).toEqual(['FIN ACK: 4 bytes before it are missing', 'PSH ACK: out of order'])
  expect(capture.conversations[0]).toMatchObject({ bytes: { client: 4 }, tcp: { lost: { client: 0, server: 0 } } })
  const alone = captured(packets.slice(0, -1)).conversations[0]
  expect(alone).toMatchObject({ bytes: { client: 0 }, tcp: { lost: { client: 4, server: 0 } } })
})

test('without SYN the client is who asked, whoever is heard first and whatever the ports are', () => {
  const clientOf = (packets: readonly Uint8Array[]) => captured(packets).conversations[0]!.client.address
  const odd = connection('10.0.0.1:443', '10.0.0.2:40000')
  expect(clientOf([odd.ack('server'), odd.says('client', ascii('GET / HTTP/1.1\r\n'))])).toBe('10.0.0.1')
  const hello = connection('10.0.0.1:443', '10.0.0.2:40000')
  expect(clientOf([hello.ack('server'), hello.says('client', Uint8Array.of(22, 3, 1, 0, 5, 1, 0, 0, 1, 0))])).toBe(
    '10.0.0.1',
  )
  const answer = connection('10.0.0.1:443', '10.0.0.2:40000')
  expect(clientOf([answer.says('server', ascii('HTTP/1.1 200 OK\r\n'))])).toBe('10.0.0.1')
  const plain = connection('10.0.0.1:443', '10.0.0.2:40000')
  expect(clientOf([plain.ack('client')])).toBe('10.0.0.2')
})

test('sequence numbers pass zero, and times run backwards, without harm', () => {
  const c = connection(CLIENT, SERVER, { client: 0xffff_fffe })
  const packets = [...handshake(c), c.says('client', ascii('abcd')), c.says('client', ascii('efgh'))]
  const capture = captured(packets, [100, 90, 80, 70, 60])
  expect(told(capture).streams.slice(0, 2)).toEqual(['client 0 abcd', 'client 4 efgh'])
  expect(capture.conversations[0]).toMatchObject({ start: -40, end: 0, bytes: { client: 8 } })
  expect(capture.duration).toBe(0)
})

test('the same segment captured on two interfaces, or on its way in and out, was sent once', () => {
  const c = connection(CLIENT, SERVER)
  const packets = [...handshake(c), c.says('client', ascii('hello'))]
  const make = pcapngBlocks('big')
  const twice = packets.flatMap((packet, i) =>
    [0, 1].map(on => make.packet(on, { time: START + BigInt(i * 1000 + on * 20), bytes: ethernet(packet) })),
  )
  const two = openCapture(bytesSource(concat(make.section(), make.interface(1), make.interface(1), ...twice)))
  const cooked = packets.flatMap(packet =>
    [0, 4].map(way => concat(Uint8Array.from([0, way, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]), packet)),
  )
  for (const capture of [two, opened(cooked, 113)]) {
    expect(capture.conversations[0]).toMatchObject({
      copies: 4,
      frames: { client: 6, server: 2 },
      bytes: { client: 5, server: 0 },
      tcp: { retransmissions: { client: 0, server: 0 } },
    })
    expect(told(capture).about.slice(-2)).toEqual(['PSH ACK: 5 bytes', 'PSH ACK: captured twice'])
  }
  const again = captured([...packets, c.packet('client', PSH | ACK, { seq: c.next.client - 5, text: ascii('hello') })])
  expect(again.conversations[0]).toMatchObject({ copies: 0, tcp: { retransmissions: { client: 1 } } })
})

const asIn = (linkType: number, packet: Uint8Array): Uint8Array => {
  const v6 = packet[0]! >>> 4 === 6
  const type = v6 ? [0x86, 0xdd] : [8, 0]
  switch (linkType) {
    case 0:
      return concat(Uint8Array.of(v6 ? 30 : 2, 0, 0, 0), packet)
    case 108:
      return concat(Uint8Array.of(0, 0, 0, v6 ? 24 : 2), packet)
    case 113:
      return concat(Uint8Array.from([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...type]), packet)
    case 276:
      return concat(Uint8Array.from([...type, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]), packet)
    case 1:
      return ethernet(packet, 7, 8)
    default:
      return packet
  }
}

for (const linkType of [0, 1, 12, 14, 101, 108, 113, 228, 276]) {
  test(`link type ${linkType}: the same connection, IPv4 and IPv6, each packet in its frame`, () => {
    for (const [client, server] of [
      [CLIENT, SERVER],
      ['[fd00::1]:40000', '[fd00::2]:8080'],
    ] as const) {
      const c = connection(client, server)
      const packets = [...handshake(c), c.says('client', ascii('GET / HTTP/1.1\r\n\r\n'))]
      const capture = opened(
        packets.map(packet => asIn(linkType, packet)),
        linkType,
      )
      expect(capture.damage).toEqual([])
      expect(capture.conversations[0]).toMatchObject({
        flow: `${client}-${server}`,
        protocol: 'HTTP',
        bytes: { client: 18 },
      })
      const { messages, streams } = told(capture)
      expect(streams[0]).toBe('client 0 GET / HTTP/1.1\r\n\r\n')
      const layers = [12, 14, 101, 228].includes(linkType) ? ['ip', 'tcp'] : ['ethernet', 'ip', 'tcp']
      expect(messages.slice(0, layers.length).map(({ layer }) => layer)).toEqual(layers)
      const packet = messages.find(({ layer }) => layer === 'ip')!
      expect(packet.bytes).toEqual(packets[0])
      // What is found by hand is what the declarations say.
      for (const { format, bytes } of messages) expect(encode(format!, decode(format!, bytes))).toEqual(bytes)
      for (const { carriedBy = [], bytes } of messages)
        for (const { message, start, end } of carriedBy)
          expect(messages.find(({ id }) => id === message)?.bytes.subarray(start, end)).toEqual(bytes)
    }
  })
}

test('PPP, in frames like those of HDLC or bare, and over Ethernet, with and without tags', () => {
  const c = connection(CLIENT, SERVER)
  const packets = [...handshake(c), c.says('client', ascii('hello'))]
  const session = (packet: Uint8Array): Uint8Array =>
    concat(Uint8Array.of(0x11, 0, 0, 1, (packet.length + 2) >> 8, (packet.length + 2) & 255, 0, 0x21), packet)
  const overEthernet = (packet: Uint8Array, ...tags: readonly number[]): Uint8Array => {
    const tagged = ethernet(packet, ...tags)
    const at = tagged.length - packet.length
    return concat(tagged.subarray(0, at - 2), Uint8Array.of(0x88, 0x64), session(packet))
  }
  const forms: readonly (readonly [linkType: number, wrapped: (packet: Uint8Array) => Uint8Array])[] = [
    [1, packet => overEthernet(packet)],
    [1, packet => overEthernet(packet, 7)],
    [9, packet => concat(Uint8Array.of(0, 0x21), packet)],
    [9, packet => concat(Uint8Array.of(0x21), packet)],
    [50, packet => concat(Uint8Array.of(0xff, 3, 0, 0x21), packet)],
    [51, session],
  ]
  for (const [linkType, wrapped] of forms) {
    const capture = opened(packets.map(wrapped), linkType)
    expect(capture.damage).toEqual([])
    expect(capture.conversations.map(({ flow }) => flow)).toEqual([`${CLIENT}-${SERVER}`])
    const { messages, streams } = told(capture)
    expect(streams[0]).toBe('client 0 hello')
    const carrier = messages.find(({ layer }) => layer === 'ip')?.carriedBy?.[0]
    expect(carrier?.start).toBe(linkType === 1 ? wrapped(packets[0]!).length - packets[0]!.length : undefined)
  }
  for (const short of [[], [0xff, 3], [0xff, 3, 0], [0], [0x21], [0xc0, 0x21, 1, 1]])
    expect(opened([Uint8Array.from(short)], 9).conversations[0]?.kind).toBe('other')
})

test('a snapped packet counts with its length on the wire; its text is there as far as it was kept', () => {
  const c = connection(CLIENT, SERVER)
  const frames = [...handshake(c), c.says('client', ascii('0123456789')), c.says('client', ascii('rest'))].map(each =>
    ethernet(each),
  )
  const kept = frames.map((bytes, i) => ({
    time: START + BigInt(i),
    bytes: i === 3 ? bytes.subarray(0, bytes.length - 6) : bytes,
    originalLength: bytes.length,
  }))
  const capture = openCapture(bytesSource(pcapFile('big', 1, kept)))
  expect(capture.conversations[0]).toMatchObject({
    bytes: { client: 14, server: 0 },
    wireBytes: { client: 54 * 4 + 14 },
  })
  expect(told(capture).streams.slice(0, 3)).toEqual(['client 0 0123', 'client gap 6', 'client 10 rest'])
})

test('DNS, ICMP and ARP are told as the engines tell them', () => {
  const question = { name: 'shop.test', type: 1, class: 1 }
  const flags = {
    response: 0,
    opcode: 0,
    authoritativeAnswer: 0,
    truncation: 0,
    recursionDesired: 1,
    recursionAvailable: 0,
    zero: 0,
    authenticData: 0,
    checkingDisabled: 0,
    responseCode: 0,
  }
  const head = { id: 7, flags, questionCount: 1, answerCount: 0, authorityCount: 0, additionalCount: 0 }
  const body = { questions: [question], answers: [], authorities: [], additionals: [] }
  const ask = encode(DnsMessage, { head, body })
  const answer = encode(DnsMessage, { head: { ...head, flags: { ...flags, response: 1, responseCode: 3 } }, body })
  const arp = Uint8Array.from([
    ...[255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6],
    ...[0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2],
  ])
  const echo = ipPacket([10, 0, 0, 1], [10, 0, 0, 2], PROTOCOL.icmp, Uint8Array.of(8, 0, 0xf7, 0xff, 0, 0, 0, 0))
  const capture = opened([
    ethernet(udpPacket('10.0.0.1:5000', '10.0.0.2:53', ask)),
    ethernet(udpPacket('10.0.0.2:53', '10.0.0.1:5000', answer)),
    ethernet(echo),
    arp,
  ])
  expect(capture.conversations.map(({ kind, protocol, client }) => [kind, protocol, client.address])).toEqual([
    ['UDP', 'DNS', '10.0.0.1'],
    ['ICMP', 'ICMP', '10.0.0.1'],
    ['ARP', undefined, '10.0.0.1'],
  ])
  const named = [1, 2, 3].flatMap(id =>
    told(capture, id).messages.map(({ layer, direction, name }) => `${layer} ${direction} ${name}`),
  )
  expect(named.filter(line => /^(dns|icmp|arp)/.test(line))).toEqual([
    'dns out A shop.test?',
    'dns in NXDOMAIN',
    'icmp out echo request',
    'arp out who has 10.0.0.2',
  ])
})

test('ARP about addresses of other lengths has its fields elsewhere, and is not read', () => {
  const frame = Uint8Array.from([
    ...[255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6],
    ...[0, 1, 8, 0, 8, 4, 0, 1, ...Array<number>(8).fill(2), 10, 0, 0, 1, ...Array<number>(8).fill(0), 10, 0, 0, 2],
  ])
  const capture = opened([frame])
  expect(capture.conversations.map(({ kind }) => kind)).toEqual(['other'])
  expect(told(capture).messages.map(({ layer }) => layer)).toEqual(['ethernet'])
})

test('ten thousand half-open connections and a hundred thousand tiny packets are listed', () => {
  const syns = Array.from({ length: 10_000 }, (_, i) =>
    tcpPacket({ from: `10.1.${i >> 8}.${i & 255}:${1024 + i}`, to: SERVER, seq: i, control: SYN }),
  )
  const tiny = Array<Uint8Array>(100_000).fill(Uint8Array.of(0))
  const capture = opened([...syns, ...tiny], 101, [])
  expect(capture.frames).toBe(110_000)
  expect(capture.conversations.length).toBe(10_001)
  expect(capture.conversations[4711]).toMatchObject({ tcp: { opened: 'unanswered' }, frames: { client: 1, server: 0 } })
})

test('more than 131,072 conversations are capture/too-much, and the first are listed', () => {
  const syn = tcpPacket({ from: '10.0.0.1:1', to: SERVER, seq: 1, control: SYN })
  const record = new Uint8Array(16 + syn.length)
  new DataView(record.buffer).setUint32(8, syn.length)
  new DataView(record.buffer).setUint32(12, syn.length)
  record.set(syn, 16)
  const COUNT = 131_080
  const file = new Uint8Array(24 + COUNT * record.length)
  file.set(pcapFile('big', 101, []))
  for (let i = 0; i < COUNT; i++) {
    const at = 24 + i * record.length
    file.set(record, at)
    // The source's last two octets and its port.
    new DataView(file.buffer).setUint16(at + 16 + 14, i >> 4)
    new DataView(file.buffer).setUint16(at + 16 + 20, 1024 + (i & 15))
  }
  const capture = openCapture(bytesSource(file))
  expect(capture.frames).toBe(131_080)
  expect(capture.conversations.length).toBe(131_072)
  expect(capture.damage).toMatchObject([{ code: 'capture/too-much', where: 'conversations', number: 131_072 }])
})
