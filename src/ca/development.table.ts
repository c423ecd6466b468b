/**
 * The names that an authority for development signs for and no others: a root that everything on a machine trusts is a way
 * into every connection of that machine for whoever gets its key, unless it says itself that it is for these alone. None of
 * them can be somebody's on the public Internet.
 */
export const DEVELOPMENT_NAMES: readonly string[] = [
  // RFC 6761 6.3, 6.2, and RFC 2606 2.
  'localhost',
  'test',
  'example',
  // RFC 6762 3: what multicast DNS finds. RFC 8375: home networks. ICANN set `internal` aside for private use in 2024.
  'local',
  'home.arpa',
  'internal',
  // RFC 1122 3.2.1.3, RFC 1918 3, RFC 3927 2.1, RFC 6598 7: this machine, private networks, link-local, shared addresses.
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  // RFC 4291 2.5.3 and 2.5.6, RFC 4193 3.1.
  '::1/128',
  'fe80::/10',
  'fc00::/7',
]
