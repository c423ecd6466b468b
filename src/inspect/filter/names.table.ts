/** What may stand behind a layer in a filter: the fields of its declared formats; `filter.test.ts` compares them. */
import type { Layer } from '../../trace/types.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Of HTTP every name may be that of a header field. */
export const fieldNames: Readonly<Record<Exclude<Layer, 'http'>, readonly string[]>> = {
  ethernet: words('destination etherType payload source'),
  arp: words(`hardwareLength hardwareType operation protocolLength protocolType senderHardware senderProtocol
    targetHardware targetProtocol`),
  ip: words(`congestionNotification destinationAddress differentiatedServices flags flowLabelHigh flowLabelLow
    fragmentOffset headerChecksum hopLimit identification internetHeaderLength nextHeader options payload payloadLength
    protocol sourceAddress timeToLive totalLength trafficClass version`),
  icmp: words('checksum code data identifier packet sequenceNumber type unused'),
  udp: words('checksum destinationPort payload sourcePort'),
  dns: words(`additionalCount additionals answerCount answers authenticData authoritativeAnswer authorities authorityCount
    checkingDisabled class code data expire flags id mailbox minimum opcode primary questionCount questions recursionAvailable
    recursionDesired refresh response responseCode retry serial truncation ttl type zero`),
  tcp: words(`ack acknowledgmentNumber checksum controlBits cwr dataOffset destinationPort ece echoReply fin kind leftEdge
    options payload psh reserved rightEdge rst sequenceNumber sourcePort syn urg urgentPointer value window`),
  record: words('content data explicitNonce fragment tag type version'),
  tls: words(`ageAdd algorithm algorithms authorities binders certificate chain cipherSuite cipherSuites clientShares
    compressed compressionMethod compressionMethods context cookie curveType data description encryptedPremaster entries
    extensions filters formats group groups identities identity keyExchange legacyVersion level lifetime lifetimeHint
    maxEarlyDataSize maxFragmentLength modes names nonce obfuscatedTicketAge oid params protocols publicKey random
    recordSizeLimit renegotiatedConnection request responders response scheme schemes selectedGroup selectedIdentity
    serverShare sessionId signature statusType ticket timestamps type types uncompressedLength values verifyData version
    versions`),
  session: [],
}

/** What holds the fields of a message together, and is none that anybody looks for. */
export const WRAPPERS: ReadonlySet<string> = new Set(['header', 'head', 'body', 'length', 'name'])

/** What each message has, whatever its format. */
export const OWN_NAMES = ['name', 'about', 'length', 'time', 'from', 'number', 'encrypted', 'failed'] as const
export type OwnName = (typeof OWN_NAMES)[number]

/** Names that stand for several fields, as both ends of a connection are meant. */
export const PAIRS: Readonly<Partial<Record<Layer, Readonly<Record<string, readonly string[]>>>>> = {
  ethernet: { address: ['source', 'destination'] },
  ip: { address: ['sourceAddress', 'destinationAddress'] },
  udp: { port: ['sourcePort', 'destinationPort'] },
  tcp: { port: ['sourcePort', 'destinationPort'] },
}

/** What is not a field but was noticed about a message: a word of what is said of it. */
export const REMARKS: Readonly<Partial<Record<Layer, Readonly<Record<string, RegExp>>>>> = {
  tcp: {
    retransmission: /retransmi|again/i,
    outOfOrder: /out of order/i,
    lost: /\blost\b|never captured|missing/i,
    duplicate: /duplicate/i,
    zeroWindow: /zero window|window of 0/i,
    keepAlive: /keep-alive/i,
  },
  record: { unread: /not readable/i },
}

/** Other words for layers. */
export const LAYER_NAMES: Readonly<Record<string, Layer>> = {
  ethernet: 'ethernet',
  eth: 'ethernet',
  arp: 'arp',
  ip: 'ip',
  icmp: 'icmp',
  udp: 'udp',
  dns: 'dns',
  tcp: 'tcp',
  record: 'record',
  tls: 'tls',
  http: 'http',
  session: 'session',
}
