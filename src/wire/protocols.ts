/** What an IP packet carries, by the number in its header (IANA "Assigned Internet Protocol Numbers"). */

export const PROTOCOL_ICMP = 1
export const PROTOCOL_TCP = 6
export const PROTOCOL_UDP = 17

const names: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP' }

export const protocolName = (value: number): string => names[value] ?? `${value}`
