/** What a message says to the other side, as facts; `words` make one sentence of them. */
import { shortSuite } from '../../src/inspect/about.ts'
import { headerOf, setCookies } from '../../src/inspect/exchanges.ts'
import { chainIn, type ToldHandshake, toldBy } from '../../src/inspect/handshake.ts'
import { clientView, extensionsIn, serverView } from '../../src/tls/messages/extensions.ts'
import { CipherSuite, NamedGroup } from '../../src/tls/messages/registries.table.ts'
import { handshake12Rsa, handshake12RsaRaw } from '../../src/tls/messages/tls12.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { Certificate, parseCertificate } from '../../src/x509/certificate/certificate.ts'

/** By what is said. */
export interface Sayings {
  readonly dnsQuestion: { readonly name: string; readonly type: string }
  readonly dnsAnswer: { readonly addresses: string }
  readonly clientHello: { readonly suites: number; readonly name: string | undefined; readonly resumes: boolean }
  readonly serverHello: { readonly suite: string; readonly group: string | undefined }
  readonly retry: { readonly group: string | undefined }
  readonly extensions: { readonly protocol: string | undefined }
  readonly certificate: { readonly name: string; readonly issuer: string; readonly count: number }
  readonly noCertificate: Record<never, never>
  readonly serverKey: { readonly group: string | undefined }
  readonly clientKey: { readonly encrypted: boolean }
  readonly signature: Record<never, never>
  readonly hello: Record<never, never>
  readonly done: Record<never, never>
  readonly changeCipher: Record<never, never>
  readonly finished: Record<never, never>
  readonly ticket: Record<never, never>
  readonly keyUpdate: Record<never, never>
  readonly goodbye: Record<never, never>
  readonly alert: { readonly name: string }
  readonly form: { readonly cookie: string | undefined }
  readonly request: { readonly cookie: string | undefined }
  readonly answer: { readonly type: string | undefined; readonly cookies: readonly string[] }
  readonly redirect: { readonly to: string }
  readonly refusal: { readonly type: string | undefined; readonly cookies: readonly string[] }
  readonly opening: { readonly segments: number }
  readonly closing: Record<never, never>
  readonly again: { readonly after: number }
  /** What lies in it, by name. */
  readonly inside: { readonly names: readonly string[]; readonly about: string }
  /** In the words of the trace, which are English. */
  readonly about: { readonly text: string }
}

export type Saying = {
  readonly [What in keyof Sayings]: { readonly what: What; readonly of: Sayings[What] }
}[keyof Sayings]

const say = <What extends keyof Sayings>(what: What, of: Sayings[What]): Saying => ({ what, of }) as unknown as Saying

/** `about`: what the ladder found to say of it. */
export const sayingOf = (message: MessageRecord, about: string): Saying => {
  switch (message.layer) {
    case 'dns':
      return message.direction === 'out' && /^\w+ .*\?$/.test(message.name)
        ? say('dnsQuestion', { type: message.name.split(' ')[0]!, name: message.name.replace(/^\w+ (.*)\?$/, '$1') })
        : /^no |^\D*$/.test(message.name)
          ? say('about', { text: message.name })
          : say('dnsAnswer', { addresses: message.name })
    case 'tls':
      return (message.name === 'Alert' ? alertSaid(about) : handshakeSaid(message)) ?? say('about', { text: about })
    case 'http':
      return headSaid(message)
    default:
      return say('about', { text: about })
  }
}

const alertSaid = (about: string): Saying => {
  const name = about.replace(/^(?:fatal|warning) /, '')
  return /close_notify/.test(name) ? say('goodbye', {}) : say('alert', { name })
}

const PLAIN: Readonly<Record<string, Saying>> = {
  HelloRequest: say('hello', {}),
  ServerHelloDone: say('done', {}),
  ChangeCipherSpec: say('changeCipher', {}),
  Finished: say('finished', {}),
  NewSessionTicket: say('ticket', {}),
  KeyUpdate: say('keyUpdate', {}),
  CertificateVerify: say('signature', {}),
}

/** Where the client sends the secret itself, encrypted with the key of the certificate. */
const BY_RSA: ReadonlySet<unknown> = new Set([handshake12Rsa.codec, handshake12RsaRaw.codec])

const handshakeSaid = (message: MessageRecord): Saying | undefined => {
  const plain = Object.hasOwn(PLAIN, message.name) ? PLAIN[message.name] : undefined
  if (plain !== undefined) return plain
  if (message.name === 'ClientKeyExchange')
    return say('clientKey', { encrypted: message.format !== undefined && BY_RSA.has(message.format) })
  const told = toldBy(message)
  return told === undefined ? undefined : toldSaid(told)
}

const toldSaid = (told: ToldHandshake): Saying | undefined => {
  const chain = chainIn(told)
  if (chain !== undefined) return chainSaid(chain)
  switch (told.name) {
    case 'ClientHello': {
      const { serverName, preSharedKey, sessionTicket } = clientView(told.body.extensions ?? [])
      const name = serverName?.names[0]?.body
      const resumes = preSharedKey !== undefined || (sessionTicket?.ticket.length ?? 0) > 0
      return say('clientHello', {
        suites: told.body.cipherSuites.length,
        name: typeof name === 'string' ? name : undefined,
        resumes,
      })
    }
    case 'ServerHello': {
      const group = serverView(told.body.extensions ?? []).keyShare?.serverShare.group
      return say('serverHello', {
        suite: shortSuite(CipherSuite.nameOf(told.body.cipherSuite)),
        group: groupName(group),
      })
    }
    case 'HelloRetryRequest': {
      const { keyShare } = extensionsIn(told.body.extensions ?? [], 'helloRetryRequest')
      return say('retry', { group: groupName(keyShare?.selectedGroup) })
    }
    case 'EncryptedExtensions': {
      const { alpn } = extensionsIn(told.body.extensions, 'encryptedExtensions')
      return say('extensions', { protocol: alpn?.protocols[0] })
    }
    case 'ServerKeyExchange':
      return say('serverKey', { group: groupName(told.body.params.group) })
    default:
      return undefined
  }
}

const groupName = (group: number | undefined): string | undefined =>
  group === undefined ? undefined : NamedGroup.nameOf(group)

const chainSaid = (chain: readonly Uint8Array[]): Saying | undefined => {
  if (chain.length === 0) return say('noCertificate', {})
  const leaf = parseCertificate(chain[0]!)
  if (!(leaf instanceof Certificate)) return undefined
  return say('certificate', { name: leaf.subject.text, issuer: leaf.issuer.text, count: chain.length })
}

const headSaid = (message: MessageRecord): Saying => {
  const type = headerOf(message, 'content-type')?.split(';')[0]
  if (/^\d{3}\b/.test(message.name)) {
    const location = headerOf(message, 'location')
    if (message.name.startsWith('3') && location !== undefined) return say('redirect', { to: location })
    const cookies = setCookies(message).map(({ name }) => name)
    return say(/^[45]/.test(message.name) ? 'refusal' : 'answer', { type, cookies })
  }
  const cookie = headerOf(message, 'cookie')?.split('=')[0]
  return say(type?.toLowerCase() === 'application/x-www-form-urlencoded' ? 'form' : 'request', { cookie })
}
