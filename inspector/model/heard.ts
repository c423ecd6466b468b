/** What somebody on the wire has who has no keys: from what was not encrypted, and from the sizes and times of the rest. */

import { hostAsked } from '../../src/inspect/agreed.ts'
import { exchanges, headerOf, setCookies } from '../../src/inspect/exchanges.ts'
import { chainIn, toldBy } from '../../src/inspect/handshake.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { latin1Text } from '../../src/wire/bytes.ts'
import { Certificate, parseCertificate } from '../../src/x509/certificate/certificate.ts'
import { isSealedIn } from './rows.ts'
import type { Scene } from './scene.ts'

export type HeardIn = 'dns' | 'hello' | 'certificate' | 'request'

export interface Heard {
  readonly frames: number
  /** What the client asked for by name, and where that went by in the clear. */
  readonly names: readonly { readonly name: string; readonly heardIn: readonly HeardIn[] }[]
  readonly addresses: readonly string[]
  /** The subject of a certificate that went by in the clear. */
  readonly certificate: string | undefined
  readonly encrypted: boolean
  /** What was asked under encryption, as far as sizes tell: bytes there, bytes back, and how long that took. */
  readonly guessed: readonly { readonly there: number; readonly back: number; readonly took: number }[]
  /** What was encrypted, as far as the keys of this run tell. */
  readonly hidden: { readonly requests: readonly string[]; readonly cookies: readonly string[] }
  /** Of requests and answers in clear text. */
  readonly read: {
    readonly requests: readonly string[]
    readonly cookies: readonly string[]
    readonly forms: readonly string[]
  }
}

export const heardIn = (scene: Scene): Heard => {
  const { own, run, records } = scene
  const isSealed = (message: MessageRecord): boolean => isSealedIn(scene, message)
  const clear = own.filter(message => !isSealed(message))
  const sealed = own.filter(message => message.layer === 'record' && message.sealed === true)
  const shown = clear.find(({ name, layer }) => layer === 'tls' && name === 'Certificate')
  const { client, server } = run.parties
  return {
    frames: own.filter(({ layer }) => layer === 'ethernet').length,
    names: namesIn(clear, hostAsked(records)),
    addresses: [client.address, server.address].filter(each => each !== undefined),
    certificate: shown === undefined ? undefined : subjectOf(shown),
    encrypted: sealed.length > 0,
    guessed: guessedFrom(sealed),
    hidden: headsIn(own.filter(message => message.layer === 'http' && isSealed(message))),
    read: { ...headsIn(clear), forms: formsIn(clear) },
  }
}

const namesIn = (clear: readonly MessageRecord[], asked: string | undefined): Heard['names'] => {
  const found = new Map<string, Set<HeardIn>>()
  const add = (name: string, where: HeardIn): void => {
    found.set(name, (found.get(name) ?? new Set()).add(where))
  }
  for (const message of clear) {
    const { layer, name, bytes } = message
    const question = layer === 'dns' ? /^\w+ (.*)\?$/.exec(name)?.[1] : undefined
    if (question !== undefined) add(question, 'dns')
    if (asked === undefined || layer === 'dns' || !latin1Text(bytes).includes(asked)) continue
    if (name === 'ClientHello') add(asked, 'hello')
    else if (name === 'Certificate') add(asked, 'certificate')
    else if (layer === 'http') add(asked, 'request')
  }
  return [...found].map(([name, where]) => ({ name, heardIn: [...where] }))
}

const subjectOf = (message: MessageRecord): string | undefined => {
  const leaf = chainIn(toldBy(message))?.[0]
  const certificate = leaf === undefined ? undefined : parseCertificate(leaf)
  return certificate instanceof Certificate ? certificate.subject.text : undefined
}

/** Records with so few octets hold an alert: nothing was asked. */
const ALERT = 32
/** The type that all encrypted records of TLS 1.3 have, and in TLS 1.2 only those of the application. */
const APPLICATION_DATA = 23

const guessedFrom = (sealed: readonly MessageRecord[]): Heard['guessed'] => {
  const found: { there: number; back: number; took: number }[] = []
  let asked: { at: number; bytes: number } | undefined
  let answered = false
  for (const { bytes, direction, at } of sealed) {
    if (bytes[0] !== APPLICATION_DATA || bytes.length <= ALERT) continue
    if (direction === 'out') {
      if (asked === undefined || answered) asked = { at, bytes: 0 }
      asked.bytes += bytes.length
      answered = false
    } else if (asked !== undefined) {
      if (!answered) found.push({ there: asked.bytes, back: 0, took: at - asked.at })
      found.at(-1)!.back += bytes.length
      answered = true
    }
  }
  return found
}

/** Of each kind that are named. */
const MOST = 20

const headsIn = (messages: readonly MessageRecord[]): Heard['hidden'] => {
  const found = exchanges(messages)
  const cookies = found.flatMap(({ request, response }) => [
    ...(response === undefined ? [] : setCookies(response).map(({ line }) => line.split(';')[0]!)),
    headerOf(request, 'cookie') ?? '',
  ])
  return {
    requests: found.slice(0, MOST).map(({ request }) => request.name),
    cookies: [...new Set(cookies.filter(text => text !== ''))].slice(0, MOST),
  }
}

/** What went over the wire behind the head of a request that said that a form follows. */
const formsIn = (clear: readonly MessageRecord[]): readonly string[] =>
  exchanges(clear)
    .slice(0, MOST)
    .map(({ request }) => request)
    .filter(request => /urlencoded/i.test(headerOf(request, 'content-type') ?? ''))
    .flatMap(({ flow, host, stream, bytes, direction }) => {
      const from = (stream?.start ?? 0) + bytes.length
      const bringer = clear.find(
        m =>
          m.layer === 'tcp' &&
          m.flow === flow &&
          m.host === host &&
          m.direction === direction &&
          m.payload !== undefined &&
          m.payload.start <= from &&
          from < m.payload.end,
      )
      if (bringer?.payload === undefined) return []
      const at = bringer.payload.at + from - bringer.payload.start
      return [latin1Text(bringer.bytes.subarray(at, at + MOST_FORM))]
    })

/** Characters of a form that are shown. */
const MOST_FORM = 200
