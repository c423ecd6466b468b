import { expect, test } from 'vitest'
import { pcapngWriter } from '../../src/capture/index.ts'
import { concat } from '../support/bytes.ts'
import { capturedExchange } from './exchange-capture.ts'
import { NAMES, OURS_ALONE } from './pdml.table.ts'
import { difference, matcherOf, matchers, pdml } from './pdml-compare.ts'
import { sampleFrames } from './pdml-samples.ts'
import { type Found, fieldsOfAll } from './pdml-tree.ts'
import { tsharkComplaints, tsharkMissing } from './tshark.ts'

const missing = tsharkMissing ? ' (skipped: no tshark here)' : ''

const captureOf = (frames: readonly Uint8Array[]): Uint8Array => {
  const pieces: Uint8Array[] = []
  const writer = pcapngWriter(bytes => void pieces.push(bytes))
  const wire = writer.addInterface({ name: 'wire' })
  for (const [i, frame] of frames.entries()) writer.packet(frame, { interface: wire, date: 1_795_000_000_000 + i })
  return concat(...pieces)
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
  expect(difference([{ name: 'x', start: 4, end: 6, value: '' }], [ours])).toBeUndefined()
  expect(difference([{ name: 'x', start: 4, end: 7, value: '' }], [ours])).toBe('tshark 4..7, ours 4..6')
  expect(difference([{ name: 'x', start: 4, end: 6, value: '' }], [])).toBeDefined()
  expect(difference([], [ours])).toBeDefined()
})
