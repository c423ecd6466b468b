/** What ends a TCP connection, in words. */
import type { tcpFailures } from '../../failures/tcp.ts'
import type { WordsOf } from '../words.ts'
import { arrived } from './arrived.ts'

export const tcpWords: WordsOf<typeof tcpFailures> = {
  'tcp/refused': {
    title: 'Nobody listens on this port.',
    says: f => `${f.where ?? 'The host'} answered the SYN with RST.`,
    because: ['The server is not running.', 'It listens on another port or address.'],
  },
  'tcp/silence': {
    title: 'No answer.',
    says: f => `${f.where ?? 'The host'} did not answer ${f.number === undefined ? 'in time' : `for ${f.number} ms`}.`,
    because: ['A firewall drops the packets.', 'The address is wrong or the host is down.'],
  },
  'tcp/reset': {
    title: 'The connection was cut.',
    says: f => `${f.where ?? 'The other side'} sent RST in an established connection.${arrived(f)}`,
    because: [
      'The program on the other side crashed or was stopped.',
      'It closed before it had read everything that was sent to it.',
      'A device on the way cut the connection.',
    ],
  },
  'tcp/reset-in-handshake': {
    title: 'The connection was cut after our hello.',
    says: f => `${f.where ?? 'The other side'} sent RST before the TLS handshake was done.`,
    because: [
      'The server could not agree and says so the rude way.',
      'A middlebox did not like the name in the ClientHello.',
      'The port does not speak TLS.',
    ],
  },
  'tcp/timeout': {
    title: 'The other side fell silent.',
    says: f =>
      `${f.where ?? 'The other side'} acknowledged nothing ${f.number === undefined ? 'any more' : `for ${f.number} ms`}.${arrived(f)}`,
    because: ['The host went down or left the network.', 'The way to it is interrupted.'],
  },
  'tcp/port-in-use': {
    title: 'The port is taken.',
    says: f => `Something already uses ${f.where ?? 'this port'}.`,
    because: ['Another program listens there.', 'The same one was started twice.'],
  },
  'tcp/not-unicast': {
    title: 'This is not the address of one machine.',
    says: f => `${f.where ?? 'The address'} is nobody's or everybody's; TCP connects two machines.`,
    because: ['It is a broadcast or multicast address, or 0.0.0.0.'],
  },
  'tcp/no-free-port': {
    title: 'No port is left to connect from.',
    says: f => `Every dynamic port already has a connection to ${f.where ?? 'this address'}.`,
    because: ['Connections are opened faster than TIME-WAIT lets go of their ports.'],
  },
  'tcp/made-room': {
    title: 'An idle connection made room for another.',
    says: f =>
      `${f.where ?? 'The other side'} had said nothing for ${f.number ?? 'many'} ms when the table of connections was full.`,
    because: ['Connections are opened and never closed.', 'Somebody opens many in order to fill the table.'],
  },
  'tcp/too-many-connections': {
    title: 'There are too many connections.',
    says: f => `The table of connections is full, so none was opened to ${f.where ?? 'the address'}.`,
    because: ['Connections are opened and never closed.'],
  },
}
