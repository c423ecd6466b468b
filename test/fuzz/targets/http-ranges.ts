/** Range against a model that marks octet by octet what is asked for: nothing else is sent, but for small gaps. */
import { contentRange, partOf, rangesOf } from '../../../src/http/semantics/ranges.ts'
import { ascii } from '../../support/bytes.ts'
import type { Target } from '../target.ts'

/** RFC 9110 14.1.1, written down from its grammar: the octets of each member; undefined where the field means nothing. */
const model = (field: string, size: number): boolean[] | undefined => {
  if (field.slice(0, 6).toLowerCase() !== 'bytes=' || size === 0) return undefined
  const wanted = new Array<boolean>(size).fill(false)
  let members = 0
  for (const member of field.slice(6).split(',')) {
    const text = member.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
    if (text === '') continue
    members++
    const dash = text.indexOf('-')
    const [first, last] = [text.slice(0, dash), text.slice(dash + 1)]
    if (dash < 0 || !/^[0-9]*$/.test(first) || !/^[0-9]*$/.test(last) || first + last === '') return undefined
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
    for (let at = 0; at < size; at++) {
      const isAsked =
        first === '' ? at >= size - Number(last) : at >= Number(first) && (last === '' || at <= Number(last))
      if (isAsked) wanted[at] = true
    }
  }
  return members === 0 ? undefined : wanted
}

/** A gap that costs more to leave out than to send. */
const GAP = 96
const MOST = 64

export const httpRanges: Target = {
  name: 'http/ranges',
  longest: 300,
  seeds: () => ['\x64bytes=0-9', '\xffbytes=-5, 3-4,20-', '\x05Bytes=7-', '\xc8bytes= 0-0 ,, 150-160,1-9'].map(ascii),
  words: () => ['bytes=', '-', ',', '0-', '9007199254740993', '99999999999999999999-'].map(ascii),
  describe: input => [
    `${(input[0] ?? 0) * 2} octets, Range: ${JSON.stringify(Buffer.from(input.subarray(1)).toString('latin1'))}`,
  ],
  run(input, look) {
    const size = (input[0] ?? 0) * 2
    const field = Buffer.from(input.subarray(1)).toString('latin1')
    const got = rangesOf(field, size)
    const wanted = model(field, size)
    if (got === undefined) {
      const many = field.split(',').filter(each => each.trim() !== '').length > MOST || field.split(',').length > MOST
      if (wanted !== undefined && !many) throw new Error('a Range that means something was passed over')
      return look.reached('nothing')
    }
    if (wanted === undefined) throw new Error('a Range that means nothing was obeyed')
    if (got === 'unsatisfiable') {
      if (wanted.includes(true)) throw new Error('what there is was refused')
      return look.reached('unsatisfiable')
    }
    look.reached(got.length === 1 ? 'one' : 'several')
    const sent = new Array<boolean>(size).fill(false)
    for (const range of got) {
      const { start, end } = range
      if (start < 0 || end > size || start >= end) throw new Error(`no part of ${size}: ${start} to ${end}`)
      for (let at = start; at < end; at++) {
        if (sent[at]) throw new Error('an octet is sent twice')
        sent[at] = true
      }
      if (!wanted[start] || !wanted[end - 1]) throw new Error('a part begins or ends with what nobody asked for')
      const read = partOf(contentRange(range, size))
      if (read?.start !== start || read.end !== end || read.size !== size)
        throw new Error('Content-Range is read otherwise')
    }
    let gap = 0
    for (let at = 0; at < size; at++) {
      if (wanted[at] && !sent[at]) throw new Error('what was asked for is not sent')
      gap = wanted[at] ? 0 : gap + 1
      if (sent[at] && gap > GAP) throw new Error('more is sent than a gap')
    }
  },
}
