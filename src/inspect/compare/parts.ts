/** One exchange in parts, each with its fields: what is looked up, TCP, the hellos, the chains, requests and answers. */
import type { Conversation } from '../../dissect/conversation.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { dissect } from '../../wire/codec.ts'
import { fields } from '../../wire/field.ts'
import { handshakeFacts, showsChain } from '../agreed.ts'
import type { Opened } from '../conversations/opened.ts'
import { findingsOf } from '../conversations/opened.ts'
import { type Overview, overview } from '../diagnosis/overview.ts'
import { chainIn, toldBy } from '../handshake.ts'
import { chainFacts } from './certificate-facts.ts'
import { EPHEMERAL, headFacts } from './head-facts.ts'
import { factOf, helloFacts } from './hello-facts.ts'
import type { Fact, Part } from './types.ts'

/** Requests of one connection that are compared with those of the other, in their order. */
const MOST_EXCHANGES = 50

export interface PartsOptions {
  readonly privacy: 'starred' | 'shown'
  /** What was asked of DNS before, and what it said: `A shop.test? → 10.0.0.3`. */
  readonly lookups?: readonly string[] | undefined
}

export const partsOf = (opened: Opened, { privacy, lookups = [] }: PartsOptions): readonly Part[] => {
  const view = overview(opened.records)
  const parts: Part[] = []
  if (lookups.length > 0) parts.push({ name: 'DNS', facts: new Map([['answers', factOf(lookups)]]) })
  parts.push({ name: 'TCP', facts: tcpFacts(opened.conversation, view) })
  const hello = view.said('client', 'ClientHello')
  if (hello !== undefined) parts.push({ name: 'ClientHello', facts: helloFacts(hello) })
  parts.push(...serverParts(opened, view))
  const heads = (id: number): MessageRecord | undefined => view.messages.find(message => message.id === id)
  const found = findingsOf(opened, 'exchange').slice(0, MOST_EXCHANGES)
  found.forEach(({ request, response }, i) => {
    const number = i === 0 ? '' : ` ${i + 1}`
    const asked = request && heads(request.head)
    const answered = response && heads(response.head)
    if (asked !== undefined) parts.push({ name: `request${number}`, facts: headFacts(asked, 'request', privacy) })
    if (answered === undefined || response === undefined) return
    const facts = new Map(headFacts(answered, 'answer', privacy))
    if (!response.body.complete) facts.set('body', factOf(['cut short']))
    parts.push({ name: `answer${number}`, facts })
  })
  return parts
}

const serverParts = (opened: Opened, view: Overview): readonly Part[] => {
  const parts: Part[] = []
  const hello = view.said('server', 'ServerHello')
  if (hello !== undefined) {
    const facts = new Map(helloFacts(hello))
    const agreed = handshakeFacts(opened.records)
    if (agreed !== undefined) {
      facts.set('version', factOf([agreed.version]))
      if (agreed.group !== undefined && agreed.group !== '') facts.set('group', factOf([agreed.group]))
    }
    // The two extensions say the same once more.
    facts.delete('key_share')
    facts.delete('supported_versions')
    parts.push({ name: 'ServerHello', facts })
  }
  const encrypted = view.said('server', 'EncryptedExtensions')
  if (encrypted !== undefined) parts.push({ name: 'EncryptedExtensions', facts: helloFacts(encrypted) })
  const request = view.said('server', 'CertificateRequest')
  if (request !== undefined) parts.push({ name: 'CertificateRequest', facts: helloFacts(request) })
  for (const [direction, name] of [
    ['in', 'Certificate'],
    ['out', 'client Certificate'],
  ] as const) {
    const message = view.messages.find(each => each.direction === direction && showsChain(each))
    const chain = message && chainIn(toldBy(message))
    if (chain !== undefined) parts.push({ name, facts: chainFacts(chain) })
  }
  return parts
}

/** Addresses, the port of the server where it is no port of a moment, and what the two SYN say they can do. */
const tcpFacts = ({ server, tcp }: Conversation, { messages }: Overview): ReadonlyMap<string, Fact> => {
  const facts = new Map<string, Fact>([['server', factOf([server.address])]])
  if (server.port < EPHEMERAL) facts.set('port', factOf([`${server.port}`]))
  if (tcp === undefined) return facts
  for (const name of ['SYN', 'SYN ACK']) {
    const message = messages.find(each => each.layer === 'tcp' && each.name === name)
    if (message !== undefined) facts.set(`${name} options`, factOf(optionsOf(message)))
  }
  return facts
}

/** `maximum segment size 1460`, `window scale 7`, `timestamps`. */
const optionsOf = ({ format, bytes, name }: MessageRecord): readonly string[] => {
  if (format === undefined) return []
  return [...fields(dissect(format, bytes, name))].flatMap(({ path, field }) => {
    const kind = /(?:^|\.)options\.\d+$/.test(path) ? field.children?.[0]?.text : undefined
    if (kind === undefined || kind === 'no-operation' || kind === 'end of option list') return []
    const body = field.children?.find(each => each.name === 'body')
    const value = typeof body?.value === 'number' ? ` ${body.value}` : ''
    return [`${kind}${value}`]
  })
}
