/** tcptrace, a second reader of TCP in captures: what it says of the connections, beside what we say. */
import { execFileSync } from 'node:child_process'
import type { Read, Segment } from '../conformance/tshark/ours.ts'

interface Counts {
  readonly client: string
  readonly server: string
  /** Segments of the client and the server. */
  readonly segments: readonly [number, number]
  /** Bytes of either stream, each once. */
  readonly bytes: readonly [number, number]
  /** Segments with bytes, SYN or FIN behind which later ones were seen: sent again, or late. */
  readonly late: readonly [number, number]
}

const inOrder = (counts: readonly Counts[]): Counts[] =>
  [...counts].sort((a, b) => (`${a.client} ${a.server}` < `${b.client} ${b.server}` ? -1 : 1))

export const theirCounts = (path: string): Counts[] => {
  const text = execFileSync('tcptrace', ['-ln', '--csv', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [names = [], ...rows] = text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.split(',').map(cell => cell.trim()))
  return inOrder(
    rows.map(row => {
      const cell = (name: string): string => row[names.indexOf(name)] ?? ''
      const both = (name: string): [number, number] => [Number(cell(`${name}_a2b`)), Number(cell(`${name}_b2a`))]
      const [again, late] = [both('rexmt_data_pkts'), both('outoforder_pkts')]
      return {
        client: `${cell('host_a').replace(/::0+(\d)$/, '::$1')} ${cell('port_a')}`,
        server: `${cell('host_b').replace(/::0+(\d)$/, '::$1')} ${cell('port_b')}`,
        segments: both('total_packets'),
        bytes: both('unique_bytes_sent'),
        late: [again[0] + late[0], again[1] + late[1]],
      }
    }),
  )
}

export const ourCounts = ({ capture, segments }: Read): Counts[] =>
  inOrder(
    capture.conversations
      .filter(({ kind }) => kind === 'TCP')
      .map(({ id, client, server, frames, bytes }) => {
        const own = segments.filter(({ conversation }) => conversation === id)
        return {
          client: `${client.address} ${client.port}`,
          server: `${server.address} ${server.port}`,
          segments: [frames.client, frames.server],
          bytes: [bytes.client, bytes.server],
          late: [lateOf(own, 'client'), lateOf(own, 'server')],
        }
      }),
  )

const LATE = /retransmission$|^out of order$|^captured twice$/

/** A bare acknowledgment with a later number makes nothing late to tcptrace. */
const lateOf = (segments: readonly Segment[], from: Segment['from']): number => {
  const own = segments.filter(segment => segment.from === from && segment.length > 0)
  let reached = own[0]?.seq ?? 0
  return own.filter(({ seq, length, about }) => {
    const isBehind = ((seq - reached) | 0) < 0
    if (((seq + length - reached) | 0) > 0) reached = seq + length
    return isBehind && LATE.test(about)
  }).length
}
