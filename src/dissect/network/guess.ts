/** What a stream or a port speaks, by its first bytes: for a list; readers of the protocol find out for certain. */
import type { Bytes } from '../../engine.ts'
import { latin1Text } from '../../wire/bytes.ts'

const METHOD = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|REPORT) \S/

/** The protocol whose stream begins so; undefined when it is none of these. */
export const guessStream = (first: Bytes): string | undefined => {
  // A record of TLS (RFC 9846 5.1): its type, then a legacy version that begins with 3.
  if (first[1] === 3 && first[2]! <= 4 && first[0]! >= 20 && first[0]! <= 23) return 'TLS'
  const text = latin1Text(first.subarray(0, 16))
  if (text.startsWith('PRI * HTTP/2')) return 'HTTP/2'
  if (METHOD.test(text) || text.startsWith('HTTP/1.')) return 'HTTP'
  if (text.startsWith('SSH-')) return 'SSH'
  if (first[0] === 5 && first.length === 2 + first[1]!) return 'SOCKS'
  return undefined
}

/** Is it what a client says first? Undefined where both sides may. */
export const isRequest = (first: Bytes): boolean | undefined => {
  if (first[0] === 22 && first[1] === 3) return first.length > 5 ? first[5] === 1 : undefined
  const text = latin1Text(first.subarray(0, 16))
  if (METHOD.test(text) || text.startsWith('PRI * ')) return true
  return text.startsWith('HTTP/1.') ? false : undefined
}

const UDP_PORTS: Readonly<Record<number, string>> = {
  53: 'DNS',
  67: 'DHCP',
  68: 'DHCP',
  123: 'NTP',
  137: 'NetBIOS',
  443: 'QUIC',
  546: 'DHCPv6',
  547: 'DHCPv6',
  1900: 'SSDP',
  5353: 'mDNS',
  5355: 'LLMNR',
}

export const guessDatagram = (a: number, b: number): string | undefined => UDP_PORTS[a] ?? UDP_PORTS[b]
