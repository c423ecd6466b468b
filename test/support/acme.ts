/** An ACME server and its clients without a network: requests are handed over, what is asked is answered by the test. */
import { answersOf } from '../../src/acme/authority.ts'
import { AcmeClient } from '../../src/acme/client/client.ts'
import type { AcmeClientEvent, AcmeClientOptions, ChallengeToShow, HttpAsk } from '../../src/acme/client/types.ts'
import type { Json, JsonObject } from '../../src/acme/json.ts'
import { jsonIn } from '../../src/acme/json.ts'
import { signJws } from '../../src/acme/jws.ts'
import { AcmeServer } from '../../src/acme/server/server.ts'
import type { AcmeAnswer, AcmeAsk, AcmeQuestion, AcmeReply, AcmeServerOptions } from '../../src/acme/server/types.ts'
import { certificateAuthority } from '../../src/ca/authority.ts'
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import type { Failure } from '../../src/failures/index.ts'
import { base64url } from '../../src/wire/base64url.ts'
import { jwkOf } from '../../src/x509/files/jwk.ts'
import type { KeyPair } from '../../src/x509/issue.ts'
import { certificateRequest } from '../../src/x509/request/write.ts'
import { checked } from './checked.ts'

export const BASE = 'https://ca.test/acme'
/** 20 November 2026, noon. */
export const EPOCH = Date.UTC(2026, 10, 20, 12)

export interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly json: JsonObject
  readonly text: string
}

/** What is looked at is found, unless the test says otherwise. */
export type Looks = (question: Extract<AcmeQuestion, { about: 'challenge' }>) => AcmeAnswer | 'nothing yet'

export const acmeWorld = (crypto: CryptoProvider, options: Partial<AcmeServerOptions> = {}) => {
  let now = 0
  const authority = certificateAuthority({ crypto, now: () => EPOCH + now, name: 'Root' })
  const server = checked(
    new AcmeServer({ crypto, base: BASE, epoch: EPOCH, refuses: () => undefined, ...options }),
  ) as AcmeServer
  const signing = answersOf(() => authority)
  const open: AcmeAsk[] = []
  const replies = new Map<number, AcmeReply>()
  const world = {
    authority,
    server,
    /** Questions that nobody has answered. */
    open,
    looks: (() => 'done') as Looks,
    get now() {
      return now
    },
    pump,
    answer(ask: AcmeAsk, answer: AcmeAnswer) {
      server.answer(ask.id, answer, now)
      pump()
    },
    wait(ms: number) {
      now += ms
      server.advance(now)
      pump()
    },
    ask: (method: string, path: string, body: Uint8Array = new Uint8Array(), type?: string): Said | undefined => {
      const id = ++last
      server.receive({ id, method, path, contentType: type, body }, now)
      pump()
      return said(id)
    },
    said,
    last: () => last,
  }
  let last = 0
  return world

  function pump(): void {
    for (;;) {
      const ask = server.pollEvent()
      const reply = ask === undefined ? server.pollTransmit(now) : undefined
      if (reply !== undefined) replies.set(reply.id, reply)
      if (ask === undefined && reply === undefined) return
      if (ask === undefined) continue
      const { question } = ask
      const answer = question.about === 'challenge' ? world.looks(question) : signing(question)
      if (answer === 'nothing yet') open.push(ask)
      else server.answer(ask.id, answer, now)
    }
  }
  function said(id: number): Said | undefined {
    const reply = replies.get(id)
    if (reply === undefined) return undefined
    const headers: Record<string, string> = {}
    for (const [name, value] of reply.headers) headers[name] = name in headers ? `${headers[name]}, ${value}` : value
    const json = jsonIn(reply.body)
    return {
      status: reply.status,
      headers,
      json: typeof json === 'object' && json !== null ? (json as JsonObject) : {},
      text: new TextDecoder().decode(reply.body),
    }
  }
}

export type AcmeWorld = ReturnType<typeof acmeWorld>

/** Somebody with a key, who says what the test wants. */
export const somebody = (world: AcmeWorld, crypto: CryptoProvider, key: KeyPair = crypto.generateKeyPair('p-256')) => {
  let kid = ''
  const nonce = (): string => world.ask('HEAD', '/new-nonce')!.headers['replay-nonce']!
  const signed = (path: string, payload: Json | undefined, header: JsonObject = {}): JsonObject => {
    const who: JsonObject = kid === '' ? { jwk: { ...jwkOf(key.spki) } } : { kid }
    return signJws(key, { ...who, nonce: nonce(), url: BASE + path, ...header }, payload, crypto)
  }
  const send = (path: string, body: unknown): Said =>
    world.ask('POST', path, new TextEncoder().encode(JSON.stringify(body)), 'application/jose+json')!
  const post = (path: string, payload?: Json, header?: JsonObject): Said => send(path, signed(path, payload, header))
  const pathOf = (url: unknown): string => String(url).replace(BASE, '')
  const me = {
    key,
    nonce,
    signed,
    send,
    post,
    pathOf,
    get kid() {
      return kid
    },
    set kid(value: string) {
      kid = value
    },
    register(payload: JsonObject = {}): Said {
      const said = post('/new-account', payload)
      kid = said.headers.location ?? ''
      return said
    },
    order(...names: readonly string[]) {
      const said = post('/new-order', {
        identifiers: names.map(value => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
      })
      return { ...said, path: pathOf(said.headers.location) }
    },
    /** Shows everything that an order wants, by the challenge of this type. */
    show(order: Said, type = 'http-01'): void {
      for (const url of order.json.authorizations as string[]) {
        const { json } = post(pathOf(url))
        const challenge = (json.challenges as JsonObject[]).find(each => each.type === type)
        post(pathOf(challenge?.url), {})
      }
    },
    csr: (names: readonly string[], own: KeyPair = crypto.generateKeyPair('p-256')): string =>
      base64url(certificateRequest({ key: own, names }, crypto)),
  }
  return me
}

export type Somebody = ReturnType<typeof somebody>

/** Our client against the server: what it tells, until it is done. */
export const runClient = (
  world: AcmeWorld,
  options: AcmeClientOptions,
  shows: (challenge: ChallengeToShow) => 'in place' | Failure = () => 'in place',
) => {
  const client = checked(new AcmeClient(options)) as AcmeClient
  const told: AcmeClientEvent[] = []
  const asked: string[] = []
  const waiting: HttpAsk[] = []
  client.start(world.now)
  for (let turns = 0; turns < 2000; turns++) {
    const event = client.pollEvent()
    if (event !== undefined) {
      told.push(event)
      if (event.type === 'ask') client.answer(event.id, shows(event.challenge), world.now)
      continue
    }
    const out = client.pollTransmit(world.now)
    if (out !== undefined) {
      waiting.push(out)
      continue
    }
    const request = waiting.shift()
    if (request !== undefined) {
      asked.push(`${request.method} ${request.url}`)
      const path = request.url.replace(BASE, '')
      const body = request.body ?? new Uint8Array()
      const reply = world.ask(request.method, path, body, request.body && 'application/jose+json')!
      const came = { status: reply.status, headers: reply.headers, body: new TextEncoder().encode(reply.text) }
      client.receive({ id: request.id, came }, world.now)
      continue
    }
    const due = client.nextDeadline()
    if (due === undefined) break
    world.wait(due - world.now)
    client.advance(world.now)
  }
  return { told, asked }
}
