/** What is said of the messages of a conversation, put to the frames that complete them: comments for a capture file. */
import { messagesOf } from '../trace/recorder.ts'
import { threads } from '../trace/thread.ts'
import type { MessageRecord } from '../trace/types.ts'
import { latin1Text } from '../wire/bytes.ts'
import { type Opened, SEEN_BY } from './conversations/opened.ts'
import { type LadderLine, ladder } from './ladder.ts'

/** By `frameKey`: what is said of each frame, for each time that it was captured. */
export type FrameComments = Map<string, (readonly string[])[]>

/** Frames that are alike to the last bit at the same instant are told apart by their order. */
export const frameKey = (at: number, bytes: Uint8Array): string => `${at} ${latin1Text(bytes.subarray(0, 96))}`

/** Adds what `opened` says of its frames. */
export const annotate = (opened: Opened, comments: FrameComments): void => {
  const { records, conversation } = opened
  const messages = messagesOf(records)
  const index = threads(messages)
  const said = new Map<number, string[]>()
  const say = (id: number, text: string): void => {
    const frame = index.down(id).at(-1)?.places.at(-1)?.message
    if (frame === undefined || !isFrame(frame)) return
    const list = said.get(frame.id)
    if (list === undefined) said.set(frame.id, [text])
    else list.push(text)
  }
  for (const step of ladder(records, { host: SEEN_BY }).lines) say(step.id, sentenceOf(step, conversation.id))
  for (const message of messages) {
    const remark = remarkOf(message)
    if (remark !== undefined) say(message.id, `${conversation.id}: ${remark}`)
  }
  for (const entry of records) {
    if (entry.type !== 'verdict' || entry.record.ok || entry.record.where === undefined) continue
    const { check, about, failure, where } = entry.record
    say(where.message, [`${conversation.id}: ${check} is wrong`, about, failure?.code].filter(Boolean).join(', '))
  }
  for (const frame of messages) {
    if (!isFrame(frame)) continue
    const key = frameKey(frame.at, frame.bytes)
    const known = comments.get(key)
    const texts = said.get(frame.id) ?? []
    if (known !== undefined) known.push(texts)
    else if (texts.length > 0) comments.set(key, [texts])
  }
}

/** Where there is no link layer below IP, the packet is the frame. */
const isFrame = ({ layer, carriedBy }: MessageRecord): boolean =>
  layer === 'ethernet' || (layer === 'ip' && carriedBy === undefined)

/** `4: client: ClientHello, shop.test, 9 suites (encrypted)`. */
const sentenceOf = ({ name, about, direction, sealed, ok }: LadderLine, conversation: number): string => {
  const side = direction === 'right' ? 'client' : 'server'
  const said = about === '' || about === name ? name : `${name}, ${about}`
  const notes = [sealed ? 'encrypted' : '', ok === undefined ? '' : ok ? 'checked' : 'wrong'].filter(Boolean).join(', ')
  return `${conversation}: ${side}: ${said}${notes === '' ? '' : ` (${notes})`}`
}

/** What TCP noticed about a segment that only carries. */
const remarkOf = ({ layer, about = '' }: MessageRecord): string | undefined =>
  layer === 'tcp' && about !== '' && !/^(\d+ bytes|MSS .*|captured twice)$/.test(about) ? about : undefined
