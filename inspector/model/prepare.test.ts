import { expect, test } from 'vitest'
import { streamReader } from '../../src/dissect/stream/index.ts'
import type { Readable } from '../../src/inspect/conversations/listed-in.ts'
import { opened } from '../../src/inspect/conversations/opened.ts'
import { conversationLines } from '../../src/inspect/packed/capture-lines.ts'
import { captured } from '../../test/support/dissected.ts'
import { connection } from '../../test/support/made-captures.ts'
import { node } from '../../test/support/worlds.ts'
import { barOf } from './bar.ts'
import { preparing } from './prepare.ts'
import type { Run } from './run.ts'
import { sceneOf } from './scene.ts'
import { chosenAtFirst, type Look, ladderOf } from './shown.ts'
import { telling } from './told.ts'

const LOOK: Look = { grain: 'messages', view: 'client' }

/** As many per segment: HTTP/1.1 in clear text, pipelined. */
const AT_ONCE = 40

const asked = (requests: number): Run => {
  const flow = connection('10.0.0.1:40000', '10.0.0.2:80')
  const [ask, reply] = ['GET /a HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 204 No Content\r\n\r\n'].map(text =>
    new TextEncoder().encode(text.repeat(AT_ONCE)),
  )
  const packets = [flow.syn(), flow.synAck(), flow.ack('client')]
  for (let i = 0; i < requests / AT_ONCE; i++) packets.push(flow.says('client', ask!), flow.says('server', reply!))
  const capture = captured(packets)
  const readable: Readable = {
    capture,
    open: (each, keep) =>
      opened(capture, each, tell => context => streamReader({ ...context, crypto: node.crypto, tell }), keep),
  }
  const told = telling({ id: 'file1/1', file: 'asked.pcap', conversation: 1 })
  told.take([...conversationLines(readable, capture.conversations[0]!, 'shown')])
  return told.run()!
}

test('a run with many requests is prepared in more pieces than one with few', () => {
  const pieces = (requests: number): number => [...preparing(asked(requests), LOOK)].length
  expect(pieces(6000)).toBeGreaterThan(pieces(40))
})

test('what was prepared is what is drawn', () => {
  const run = asked(80)
  const found = [...preparing(run, LOOK)]
  expect(found.length).toBeGreaterThan(0)
  const scene = sceneOf(run)
  expect(scene.exchanges.length).toBe(80)
  const [bar, ladder] = [barOf(scene), ladderOf(scene, LOOK)]
  expect(ladder.list.filter(({ title }) => title.kind === 'name').length).toBe(160)
  expect([sceneOf(run), barOf(scene), ladderOf(scene, LOOK)].every((each, i) => each === [scene, bar, ladder][i])).toBe(
    true,
  )
  expect(scene.byId.get(chosenAtFirst(scene)!.id)?.name).toBe('GET /a')
})

test('another ladder is another, and the same words are in it', () => {
  const scene = sceneOf(asked(40))
  const one = ladderOf(scene, LOOK)
  const other = ladderOf(scene, { ...LOOK, grain: 'segments' })
  expect(other.list.length).not.toBe(one.list.length)
  expect(ladderOf(scene, LOOK).list.map(({ id }) => id)).toEqual(one.list.map(({ id }) => id))
})
