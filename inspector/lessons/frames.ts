/**
 * Frames as cables and the switch saw them: also copies that were meant for others, and those that no engine made. What
 * engines say of their own frames is in the records; arrows of it are made by `ladder.ts`.
 */
import type { Millis } from '../../src/engine.ts'
import type { Network } from '../../src/lab/network-types.ts'
import { ARP_REQUEST, ARP_SIZE, ArpPacket, arpName } from '../../src/link/arp.ts'
import { ETHER_ARP, ETHERNET_HEADER_SIZE, EthernetHeader } from '../../src/link/ethernet.ts'
import { macText } from '../../src/wire/address.ts'
import { sameOctets } from '../../src/wire/bytes.ts'
import type { Arrow, Lifeline, Said } from './ladder.ts'
import { ms } from './stage.ts'

/** One frame as it was put on a cable, and to whom the switch handed it. */
export interface PassedFrame<K = undefined> {
  /** Its place among all of them. */
  readonly number: number
  readonly from: string
  readonly at: Millis
  readonly bytes: Uint8Array
  readonly arrivals: readonly { readonly host: string; readonly at: Millis }[]
  /** What was looked at when it was handed on. */
  readonly seen: K | undefined
}

interface Passing<K> extends PassedFrame<K> {
  readonly arrivals: { host: string; at: Millis }[]
  seen: K | undefined
}

/** Frames between these machines from now on, in the order in which they were sent; times count from now. */
export const watchFrames = <K = undefined>(
  net: Network,
  hosts: readonly Lifeline[],
  look?: () => K,
): readonly PassedFrame<K>[] => {
  const begin = net.clock.now()
  const frames: Passing<K>[] = []
  net.tap(({ host, what, direction, at, bytes }) => {
    if (what === 'sent' || (what === 'injected' && direction === 'out'))
      frames.push({ number: frames.length, from: host, at: ms(at - begin), bytes, arrivals: [], seen: undefined })
    if (what !== 'delivered' || !hosts.some(line => line.host === host)) return
    const frame = frames.find(
      each => sameOctets(each.bytes, bytes) && each.from !== host && !each.arrivals.some(known => known.host === host),
    )
    if (frame === undefined) return
    frame.arrivals.push({ host, at: ms(at - begin) })
    frame.seen = look?.()
  })
  return frames
}

/** Arrows of frames have numbers below zero, in their order. */
const FIRST = -1_000_000
const EACH = 10

/** An arrow for each arrival that `say` has words for. */
export const arrowsOfFrames = <L extends string, K>(
  frames: readonly PassedFrame<K>[],
  lifelines: readonly Lifeline[],
  say: (frame: PassedFrame<K>, host: string) => Said<L> | undefined,
): Arrow<L>[] =>
  frames.flatMap(frame =>
    frame.arrivals.flatMap(({ host, at }, arrival) => {
      const place = (name: string): number => lifelines.findIndex(line => line.host === name)
      const said = place(frame.from) < 0 ? undefined : say(frame, host)
      if (said === undefined) return []
      const { text, look = 'plain', note } = said
      const id = FIRST + frame.number * EACH + arrival
      return [{ id, from: place(frame.from), to: place(host), sent: frame.at, arrived: at, text, look, note }]
    }),
  )

/** Whether an arrow is one of these frames. */
export const isOfFrames = (
  { id }: Pick<Arrow<string>, 'id'>,
  frames: readonly Pick<PassedFrame, 'number'>[],
): boolean => frames.some(({ number }) => Math.floor((id - FIRST) / EACH) === number)

type Arp = InstanceType<typeof ArpPacket.View>

/** The ARP packet in a frame. */
export const arpIn = (frame: Uint8Array): Arp | undefined =>
  new EthernetHeader.View(frame, 0).etherType === ETHER_ARP
    ? new ArpPacket.View(frame, ETHERNET_HEADER_SIZE)
    : undefined

/** `who has 10.0.0.85`, `is at …8c:ea:4a`: a line of a ladder has no room for more. */
export const arpText = (frame: Uint8Array, arp: Arp): string =>
  arp.operation === ARP_REQUEST
    ? arpName(frame.subarray(ETHERNET_HEADER_SIZE, ETHERNET_HEADER_SIZE + ARP_SIZE))
    : `is at …${macText(arp.senderHardware).slice(9)}`
