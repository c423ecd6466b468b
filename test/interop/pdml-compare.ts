/** What tshark calls the fields of a capture and where they lie, beside what this project says of them. */
import { NAMES } from './pdml.table.ts'
import type { Found } from './pdml-tree.ts'
import { tshark } from './tshark.ts'

export interface Theirs {
  readonly name: string
  readonly start: number
  readonly end: number
  /** In hexadecimal. */
  readonly value: string
}

/** The type of a record of TLS 1.3 whose own type is sealed has a name of its own there. */
export const SAME_FIELD: Readonly<Record<string, string>> = { 'tls.record.opaque_type': 'tls.record.content_type' }

const FIELD = /<field name="([^"]+)"[^>]*? size="(\d+)" pos="(\d+)"(?: show="[^"]*")?(?: value="([0-9a-f]*)")?/g

/** Per frame, every field that tshark gives a place in the frame. */
export const pdml = (capture: Uint8Array, ...options: readonly string[]): Theirs[][] =>
  tshark(capture, '-T', 'pdml', ...options)
    .split('<packet>')
    .slice(1)
    .map(packet =>
      [...packet.matchAll(FIELD)].flatMap(([, name, size, pos, value = '']) =>
        Number(size) === 0
          ? []
          : [{ name: SAME_FIELD[name!] ?? name!, start: Number(pos), end: Number(pos) + Number(size), value }],
      ),
    )

export const matcherOf = (names: string | readonly string[]): RegExp => {
  const list = typeof names === 'string' ? [names] : names
  const text = list.map(name => name.replaceAll('.', '\\.').replaceAll('**', '[^.]+').replaceAll('*', '\\d+')).join('|')
  return new RegExp(`^(${text})$`)
}
export const matchers = Object.entries(NAMES).map(([name, paths]) => ({ name, matches: matcherOf(paths) }))

/** What differs between their ranges and ours for one name in one frame; undefined when nothing does. */
export const difference = (theirs: readonly Theirs[], ours: readonly Found[]): string | undefined => {
  const keys = new Set(theirs.map(t => `${t.start}..${t.end}`))
  const whole = ours.map(o => `${o.start}..${o.end}`)
  const narrow = ours.map(o => `${o.narrow[0]}..${o.narrow[1]}`)
  const right = ours.every((_, i) => keys.has(whole[i]!) || keys.has(narrow[i]!))
  const all = [...keys].every(key => whole.includes(key) || narrow.includes(key))
  return right && all ? undefined : `tshark ${[...keys].join(' ')}, ours ${whole.join(' ')}`
}
