/** What tshark says of a capture, without what only one of us reads. */
import { matcherOf, matchers, SAME_FIELD, type Theirs } from '../../interop/pdml-compare.ts'
import { tshark } from '../../interop/tshark.ts'
import { ALSO_ADDITIONAL, ASIDE, type Aside, MORE_NAMES, OTHER_STREAMS } from './names.table.ts'
import type { Read } from './ours.ts'

export interface TheirFrame {
  /** `eth:ethertype:ip:tcp:tls` */
  readonly chain: string
  /** Why it is set aside, or some of its fields are. */
  readonly rule: Aside | undefined
  readonly fields: readonly Theirs[]
}

export interface TheirRead {
  readonly frames: readonly TheirFrame[]
  /** How many fields (or segments) were set aside for each reason. */
  readonly aside: Map<string, number>
}

/** With the names of `MORE_NAMES`; header fields of HTTP in any case (RFC 9110 5.1). */
export const names: readonly { readonly name: string; readonly matches: RegExp }[] = [
  ...matchers.map(({ name, matches }) => {
    if (name.startsWith('http.')) return { name, matches: new RegExp(matches, 'i') }
    if (!ALSO_ADDITIONAL.test(name)) return { name, matches }
    return { name, matches: new RegExp(matches.source.replaceAll('answers', '(?:answers|additionals)')) }
  }),
  ...Object.entries(MORE_NAMES).map(([name, paths]) => ({ name, matches: new RegExp(matcherOf(paths), 'i') })),
]
const known = new Set(names.map(({ name }) => name))

const FIELD = /<field name="([^"]+)"[^>]*? size="(\d+)" pos="(\d+)"(?: show="[^"]*")?(?: value="([0-9a-f]*)")?/g
const CHAIN = /<field name="frame\.protocols"[^>]* show="([^"]*)"/

export const theirsOf = ({ file, segments, others }: Read, options: readonly string[]): TheirRead => {
  const aside = new Map<string, number>()
  const inOthers = new Set(segments.filter(({ conversation }) => others.has(conversation)).map(({ frame }) => frame))
  const frames = tshark(file, '-T', 'pdml', ...options)
    .split('<packet>')
    .slice(1)
    .map((packet, i) => {
      const chain = CHAIN.exec(packet)?.[1] ?? ''
      const rule = inOthers.has(i) && STREAM.test(chain) ? OTHER : ASIDE.find(each => each.chain.test(chain))
      return { chain, rule, fields: withoutAside(rule, withoutInner(fieldsIn(packet), aside), aside) }
    })
  return { frames, aside }
}

const fieldsIn = (packet: string): Theirs[] =>
  [...packet.matchAll(FIELD)].flatMap(([, original, size, pos, value = '']) => {
    const name = SAME_FIELD[original!] ?? original!
    if (Number(size) === 0 || !known.has(name)) return []
    return [{ name, start: Number(pos), end: Number(pos) + Number(size), value }]
  })

const STREAM = /:(?:tls|http)(?::|$)/
const OTHER: Aside = { reason: OTHER_STREAMS, chain: STREAM, fields: /^(tls|http)\./ }

const withoutAside = (
  rule: Aside | undefined,
  all: readonly Theirs[],
  aside: Map<string, number>,
): readonly Theirs[] => {
  const isDraft = all.some(({ name, value }) => name === 'tls.handshake.version' && value.startsWith('7f'))
  if (isDraft) count(aside, 'hellos of drafts of TLS 1.3', 1)
  const fields = isDraft ? all.filter(({ name }) => !name.startsWith('tls.')) : all
  if (rule === undefined) return fields
  const left = rule.fields === undefined ? [] : fields.filter(({ name }) => !rule.fields!.test(name))
  count(aside, rule.reason, fields.length - left.length)
  return left
}

/** Delegated credentials have names of signature_algorithms inside; a signed certificate timestamp has one of them. */
const DELEGATED_CREDENTIALS = '0022'
const UNKNOWN = 'the content of extensions that we do not know'

/** Without what tshark calls by names of other places, where it stands inside of what we leave in one piece. */
const withoutInner = (fields: readonly Theirs[], aside: Map<string, number>): readonly Theirs[] => {
  let inside: string | undefined
  let ended = false
  return fields.filter(({ name, value }) => {
    if (name === 'tls.handshake.extension.type') inside = value === DELEGATED_CREDENTIALS ? UNKNOWN : undefined
    else if (name === 'tls.handshake.type') inside = undefined
    else if (name === 'tls.sct.sct_length') inside = 'what is in a signed certificate timestamp'
    if (name === 'tcp.srcport') ended = false
    if (name === 'tcp.option_kind' && value === '00') {
      if (ended) count(aside, 'what follows the end of TCP options is padding', 1)
      if (ended) return false
      ended = true
    }
    if (inside === undefined || !name.startsWith('tls.handshake.sig_hash_alg')) return true
    count(aside, inside, 1)
    return false
  })
}

export const count = (counts: Map<string, number>, key: string, more: number): void => {
  if (more > 0) counts.set(key, (counts.get(key) ?? 0) + more)
}
