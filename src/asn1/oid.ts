/** OBJECT IDENTIFIERs: dotted text in code, octets on the wire, a name for people. */

import { latin1Text } from '../wire/bytes.ts'
import { oidNames } from './oids.table.ts'

const texts = new Map<string, string>()
/** Registered identifiers repeat; what a peer invents must not fill memory. */
const MAX_REMEMBERED = 512

/** `2.5.29.17` from the contents of an element that `checkOid` let pass. */
export const oidText = (bytes: Uint8Array, from: number, to: number): string => {
  const key = latin1Text(bytes, from, to)
  const known = texts.get(key)
  if (known !== undefined) return known
  const arcs: bigint[] = []
  let arc = 0n
  for (let i = from; i < to; i++) {
    arc = (arc << 7n) | BigInt(bytes[i]! & 0x7f)
    if ((bytes[i]! & 0x80) === 0) {
      arcs.push(arc)
      arc = 0n
    }
  }
  const first = arcs[0] ?? 0n
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n
  const text = [root, first - root * 40n, ...arcs.slice(1)].join('.')
  if (texts.size < MAX_REMEMBERED) texts.set(key, text)
  return text
}

/** The contents octets of a dotted identifier written in code. Throws RangeError. */
export const oidOctets = (text: string): Uint8Array => {
  const arcs = text.split('.').map(arc => {
    if (!/^(0|[1-9]\d*)$/.test(arc)) throw new RangeError(`not an object identifier: ${text}`)
    return BigInt(arc)
  })
  const [root, second, ...rest] = arcs
  if (root === undefined || second === undefined || root > 2n || (root < 2n && second > 39n))
    throw new RangeError(`not an object identifier: ${text}`)
  const octets: number[] = []
  for (const arc of [root * 40n + second, ...rest]) {
    const groups = [Number(arc & 0x7fn)]
    for (let left = arc >> 7n; left > 0n; left >>= 7n) groups.unshift(Number(left & 0x7fn) | 0x80)
    octets.push(...groups)
  }
  return Uint8Array.from(octets)
}

/** The name in the RFC that defines it, or the dotted text. */
export const oidName = (text: string): string => oidNames[text] ?? text
