/**
 * What tshark calls fields of what captures hold and no engine of ours sends, beside those of `interop/pdml.table.ts`; and
 * what is set aside because only one of us reads it, each with its reason.
 */
export const MORE_NAMES: Readonly<Record<string, string | readonly string[]>> = {
  'ipv6.version': 'ipv6.header.version',
  'ipv6.plen': 'ipv6.header.payloadLength',
  'ipv6.nxt': 'ipv6.header.nextHeader',
  'ipv6.hlim': 'ipv6.header.hopLimit',
  'ipv6.src': 'ipv6.header.sourceAddress',
  'ipv6.dst': 'ipv6.header.destinationAddress',
  // Of several tags tshark has other names for the outer ones.
  'vlan.priority': 'eth.tag.priority',
  'vlan.dei': 'eth.tag.dropEligible',
  'vlan.id': 'eth.tag.vlan',
  'vlan.etype': 'eth.tag.etherType',
  'sll.pkttype': 'eth.header.packetType',
  'sll.hatype': 'eth.header.hardwareType',
  'sll.halen': 'eth.header.addressLength',
  'sll.etype': 'eth.header.protocol',
  'http.content_encoding': 'http.Content-Encoding',
  'http.transfer_encoding': 'http.Transfer-Encoding',
  'http.location': 'http.Location',
  'http.referer': 'http.Referer',
  'http.authorization': 'http.Authorization',
  'http.last_modified': 'http.Last-Modified',
  'http.accept_encoding': 'http.Accept-Encoding',
  'http.connection': 'http.Connection',
  'http.date': 'http.Date',
}

/** Sections of a DNS message that the table names without the third. */
export const ALSO_ADDITIONAL = /^dns\.resp\./

export interface Aside {
  readonly reason: string
  /** Of tshark's chain of protocols of a frame: `eth:ethertype:ip:tcp:tls`. */
  readonly chain: RegExp
  /** Which of the frame's fields; all of them where undefined. */
  readonly fields?: RegExp
}

const STREAMS = /^(tls|http)\./

/** Streams that do not begin with TLS or HTTP, by what the list of conversations says of them. */
export const OTHER_STREAMS = 'TLS and HTTP behind STARTTLS, SOCKS and other protocols are not read'

/** The first that fits. */
export const ASIDE: readonly Aside[] = [
  {
    reason: 'packets in packets (GRE, VXLAN, Geneve, GTP, IP in IP, …) are not opened',
    chain:
      /^(?!.*:icmp).*\b(?:ip|ipv6)\b.*:(?:ip|ipv6|eth|eth_\w+)(?::|$)|:(?:gre|vxlan|geneve|gtp|l2tp|teredo|mpls|pppoes|ppp|erspan\d?|capwap|nsh|sctp)(?::|$)/,
  },
  {
    reason: 'links that are not Ethernet, raw IP, loopback or Linux cooked are not read',
    chain: /^(?!(?:eth|sll|null|loop|raw|ip|ipv6)(?::|$))./,
  },
  { reason: 'ICMPv6 has no fields here', chain: /:icmpv6:/, fields: /^(ip|ipv6|tcp|udp|tls|http|dns)\./ },
  { reason: 'QUIC and DTLS are not read', chain: /:(?:quic|dtls|gquic)(?::|$)/, fields: STREAMS },
  { reason: 'HTTP over UDP (SSDP) is not read', chain: /:udp:/, fields: /^http\./ },
  { reason: 'HTTP/2 is not read', chain: /:http2(?::|$)/, fields: /^http\./ },
  { reason: OTHER_STREAMS, chain: /:tcp:(?!tls|http|data|x509)[^:]+.*:(?:tls|http)(?::|$)/, fields: STREAMS },
  { reason: 'DNS over TCP is not read', chain: /:tcp:.*dns(?::|$)/, fields: /^dns\./ },
]

/** What lies in these of our fields we leave in one piece. */
export const IN_ONE_PIECE: readonly { readonly reason: string; readonly path: RegExp }[] = [
  { reason: 'the packet that an ICMP error quotes', path: /^icmp\.(packet|data)$/ },
  { reason: 'the data of DNS records that we do not know', path: /^dns\.body\.\w+\.\d+\.data\.data$/ },
  { reason: 'the content of extensions that we do not know', path: /^tls\.body\..*extensions\.\d+\.body(\.data)?$/ },
]
