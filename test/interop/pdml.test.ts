import { expect, test } from 'vitest'
import { pcapngWriter } from '../../src/capture/index.ts'
import { concat } from '../support/bytes.ts'
import { capturedExchange } from './exchange-capture.ts'
import { NAMES, OURS_ALONE } from './pdml.table.ts'
import { sampleFrames } from './pdml-samples.ts'
import { type Found, fieldsOfAll } from './pdml-tree.ts'
import { tshark, tsharkComplaints, tsharkMissing } from './tshark.ts'

const missing = tsharkMissing ? ' (skipped: no tshark here)' : ''

const captureOf = (frames: readonly Uint8Array[]): Uint8Array => {
  const pieces: Uint8Array[] = []
  const writer = pcapngWriter(bytes => void pieces.push(bytes))
  const wire = writer.addInterface({ name: 'wire' })
  for (const [i, frame] of frames.entries()) writer.packet(frame, { interface: wire, date: 1_795_000_000_000 + i })
  return concat(...pieces)
}

interface Theirs {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** The type of a record of TLS 1.3 whose own type is sealed has a name of its own there. */
const SAME_FIELD: Readonly<Record<string, string>> = { 'tls.record.opaque_type': 'tls.record.content_type' }

/** Per frame, every field that tshark gives a place in the frame. */
const pdml = (capture: Uint8Array): Theirs[][] =>
  tshark(capture, '-T', 'pdml')
    .split('<packet>')
    .slice(1)
    .map(packet =>
      [...packet.matchAll(/<field name="([^"]+)"[^>]*? size="(\d+)" pos="(\d+)"/g)].flatMap(([, name, size, pos]) =>
        Number(size) === 0
          ? []
          : [{ name: SAME_FIELD[name!] ?? name!, start: Number(pos), end: Number(pos) + Number(size) }],
      ),
    )

const matcherOf = (names: string | readonly string[]): RegExp => {
  const list = typeof names === 'string' ? [names] : names
  const text = list.map(name => name.replaceAll('.', '\\.').replaceAll('**', '[^.]+').replaceAll('*', '\\d+')).join('|')
  return new RegExp(`^(${text})$`)
}
const matchers = Object.entries(NAMES).map(([name, paths]) => ({ name, matches: matcherOf(paths) }))

/** What differs between their ranges and ours for one name in one frame; undefined when nothing does. */
const difference = (theirs: readonly Theirs[], ours: readonly Found[]): string | undefined => {
  const keys = new Set(theirs.map(t => `${t.start}..${t.end}`))
  const whole = ours.map(o => `${o.start}..${o.end}`)
  const narrow = ours.map(o => `${o.narrow[0]}..${o.narrow[1]}`)
  const right = ours.every((_, i) => keys.has(whole[i]!) || keys.has(narrow[i]!))
  const all = [...keys].every(key => whole.includes(key) || narrow.includes(key))
  return right && all ? undefined : `tshark ${[...keys].join(' ')}, ours ${whole.join(' ')}`
}

const compare = (frames: readonly Uint8Array[]): { wrong: string[]; compared: Map<string, number> } => {
  const wrong: string[] = []
  const compared = new Map<string, number>()
  const theirs = pdml(captureOf(frames))
  for (const [i, found] of fieldsOfAll(frames).entries()) {
    const ours = found.filter(each => each.end > each.start)
    for (const { name, matches } of matchers) {
      const theirFields = theirs[i]!.filter(field => field.name === name)
      const ourFields = ours.filter(found => matches.test(found.path))
      // tshark leaves out what says nothing in this message, such as the response code of a query.
      if (theirFields.length === 0) continue
      const text = difference(theirFields, ourFields)
      if (text !== undefined) wrong.push(`frame ${i + 1} ${name}: ${text}`)
      compared.set(name, (compared.get(name) ?? 0) + 1)
    }
  }
  return { wrong, compared }
}

test.skipIf(tsharkMissing)(`every field that tshark names too has the same byte range${missing}`, () => {
  const { wrong, compared } = compare(sampleFrames())
  expect(wrong).toEqual([])
  expect(Object.keys(NAMES).filter(name => !compared.has(name))).toEqual([])
})

test.skipIf(tsharkMissing)(`the same holds for every frame of a real exchange${missing}`, async () => {
  const { frames } = await capturedExchange(7)
  const { wrong, compared } = compare(frames)
  expect(wrong).toEqual([])
  const layers = new Set([...compared.keys()].map(name => name.split('.')[0]))
  expect([...layers].sort()).toEqual(['arp', 'dns', 'eth', 'ip', 'tcp', 'tls', 'udp'])
})

test.skipIf(tsharkMissing)(`tshark finds nothing malformed and no bad checksum in what was written${missing}`, () => {
  // Dup ACKs are what a selective acknowledgment without new data looks like.
  const complaints = tsharkComplaints(captureOf(sampleFrames())).filter(line => !line.includes('TCP Dup ACK'))
  expect(complaints).toEqual([])
})

test('every field of ours is compared or has a reason why not', () => {
  const known = [...matchers.map(m => m.matches), ...Object.keys(OURS_ALONE).map(matcherOf)]
  const leaves = new Set<string>()
  for (const ours of fieldsOfAll(sampleFrames())) {
    const parents = new Set(ours.map(f => f.path.slice(0, f.path.lastIndexOf('.'))))
    for (const { path, start, end } of ours) if (end > start && !parents.has(path)) leaves.add(path)
  }
  expect(leaves.size).toBeGreaterThan(150)
  expect([...leaves].filter(path => !known.some(matches => matches.test(path)))).toEqual([])
})

test.skipIf(tsharkMissing)(`the comparison notices a field that is a byte too long or elsewhere${missing}`, () => {
  const ours: Found = { path: 'x', start: 4, end: 6, narrow: [4, 6] }
  expect(difference([{ name: 'x', start: 4, end: 6 }], [ours])).toBeUndefined()
  expect(difference([{ name: 'x', start: 4, end: 7 }], [ours])).toBe('tshark 4..7, ours 4..6')
  expect(difference([{ name: 'x', start: 4, end: 6 }], [])).toBeDefined()
  expect(difference([], [ours])).toBeDefined()
})
