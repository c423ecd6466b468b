import { EXIT, family } from './registry.ts'

export const tcpFailures = family('tcp', {
  refused: {
    fault: 'peer',
    exit: EXIT.tcp,
    title: 'Nobody listens on this port.',
    says: f => `${f.where ?? 'The host'} answered the SYN with RST.`,
    because: ['The server is not running.', 'It listens on another port or address.'],
    rule: 'RFC 9293 3.5.2',
    others: { node: 'ECONNREFUSED', curl: 7, chrome: 'ERR_CONNECTION_REFUSED' },
  },
  silence: {
    fault: 'network',
    exit: EXIT.timeout,
    title: 'No answer.',
    says: f => `${f.where ?? 'The host'} did not answer within ${f.number ?? '?'} ms.`,
    because: ['A firewall drops the packets.', 'The address is wrong or the host is down.'],
    rule: 'RFC 9293 3.8.3',
    others: { node: 'ETIMEDOUT', curl: 28 },
  },
  reset: {
    fault: 'peer',
    exit: EXIT.tcp,
    title: 'The connection was cut.',
    says: f => `${f.where ?? 'The other side'} sent RST in an established connection.`,
    rule: 'RFC 9293 3.5.2',
    others: { node: 'ECONNRESET', curl: 56 },
  },
})
