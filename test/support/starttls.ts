/** Servers of protocols that begin in clear, as far as STARTTLS: what they say is told by a script of theirs. */
import type { Socket } from 'node:net'
import { type SecureContextOptions, TLSSocket } from 'node:tls'
import type { StartTlsName } from '../../src/net/stream/starttls/protocols.table.ts'
import { ascii, concat } from './bytes.ts'
import { peer } from './net.ts'

const features = (more: string): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'><stream:features>${more}</stream:features>`
const tlsFeature = `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>`
const packet = (...flags: readonly [number, number]): Uint8Array => {
  const body = concat(
    ascii('\x0a8.0.36\0'),
    new Uint8Array(4),
    ascii('abcdefgh\0'),
    Uint8Array.of(...flags),
    new Uint8Array(31),
  )
  return concat(Uint8Array.of(body.length, 0, 0, 0), body)
}
const ldapAnswer = (code: number): Uint8Array =>
  // With lengths as Active Directory writes them.
  Uint8Array.of(0x30, 0x84, 0, 0, 0, 0x10, 2, 1, 1, 0x78, 0x84, 0, 0, 0, 7, 0x0a, 1, code, 4, 0, 4, 0)

/** What is said, in turn: `greets` unasked, then an answer to each thing heard; the last is the yes. */
export interface Spoken {
  readonly greets?: string | Uint8Array
  readonly answers: readonly (string | Uint8Array)[]
}

/** How each goes over to TLS. */
export const yes: Readonly<Record<StartTlsName, Spoken>> = {
  smtp: {
    greets: '220-mail.test ESMTP\r\n220 be welcome\r\n',
    answers: ['250-mail.test\r\n250-SIZE 1000\r\n250 STARTTLS\r\n', '220 go ahead\r\n'],
  },
  lmtp: { greets: '220 mail.test LMTP\r\n', answers: ['250-mail.test\r\n250 STARTTLS\r\n', '220 go ahead\r\n'] },
  imap: {
    greets: '* OK [CAPABILITY IMAP4rev1] ready\r\n',
    answers: ['* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nTAG OK done\r\n', 'TAG OK begin\r\n'],
  },
  pop3: { greets: '+OK ready\r\n', answers: ['+OK\r\nUSER\r\nSTLS\r\n.\r\n', '+OK begin\r\n'] },
  ftp: { greets: '220-welcome\r\n  hello\r\n220 ready\r\n', answers: ['234 go ahead\r\n'] },
  nntp: {
    greets: '200 news.test\r\n',
    answers: ['101 what there is\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n', '382 go on\r\n'],
  },
  sieve: { greets: '"IMPLEMENTATION" "x"\r\n"SASL" ""\r\n"STARTTLS"\r\nOK "ready"\r\n', answers: ['OK "begin"\r\n'] },
  xmpp: { answers: [features(tlsFeature), `<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`] },
  ldap: { answers: [ldapAnswer(0)] },
  postgres: { answers: ['S'] },
  mysql: { greets: packet(0xff, 0xff), answers: [] },
}

/** How each says that it has none. */
export const none: Readonly<Record<StartTlsName, Spoken>> = {
  smtp: { greets: '220 mail.test\r\n', answers: ['250-mail.test\r\n250 XSTARTTLS\r\n'] },
  lmtp: { greets: '220 mail.test\r\n', answers: ['250 mail.test STARTTLS\r\n'] },
  imap: { greets: '* OK ready\r\n', answers: ['* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n'] },
  pop3: { greets: '+OK ready\r\n', answers: ['+OK\r\nUSER\r\n.\r\n'] },
  ftp: { greets: '220 ready\r\n', answers: ['500 what?\r\n'] },
  nntp: { greets: '201 news.test\r\n', answers: ['101 what there is\r\nVERSION 2\r\n.\r\n'] },
  sieve: { greets: '"SASL" "PLAIN"\r\nOK\r\n', answers: [] },
  xmpp: { answers: [features('')] },
  ldap: { answers: [ldapAnswer(2)] },
  postgres: { answers: ['N'] },
  mysql: { greets: packet(0xff, 0xf7), answers: [] },
}

const bytesOf = (said: string | Uint8Array): Uint8Array => (typeof said === 'string' ? ascii(said) : said)

/** `TAG` becomes that of the command that is answered. */
export const answered = (said: string | Uint8Array, to: string): Uint8Array =>
  bytesOf(typeof said === 'string' ? said.replaceAll('TAG', to.split(' ')[0]!) : said)

export interface PeerOptions {
  readonly tls: SecureContextOptions
  /** `kept`: what comes in one piece with the wish for TLS is answered under TLS, as Postfix did (CVE-2011-0411). */
  readonly behind?: 'kept'
}

/** A server of `spoken` that goes over to TLS behind its last answer; its port. */
export const startTlsPeer = async (spoken: Spoken, options?: PeerOptions): Promise<number> => {
  const url = await peer(socket => {
    if (spoken.greets !== undefined) socket.write(bytesOf(spoken.greets))
    const left = [...spoken.answers]
    const heard = (data: Buffer): void => {
      const next = left.shift()
      const [first = '', ...more] = data.toString('latin1').split('\r\n')
      if (next !== undefined) socket.write(answered(next, first))
      if (left.length > 0) return
      socket.off('data', heard)
      if (options === undefined) return
      // MySQL's client does not wait for an answer: its hello may stand behind the request.
      if (next === undefined && data.length > SSL_REQUEST) socket.pause().unshift(data.subarray(SSL_REQUEST))
      secured(socket, options, more.join('').length > 0)
    }
    socket.on('data', heard)
  })
  return Number(new URL(url).port)
}

/** Bytes of the packet. */
const SSL_REQUEST = 36

const secured = (socket: Socket, { tls, behind }: PeerOptions, wasMore: boolean): void => {
  const secure = new TLSSocket(socket, { isServer: true, ...tls })
  secure.on('error', () => {})
  secure.resume()
  if (behind === 'kept' && wasMore) secure.write('250 ok\r\n')
  secure.once('end', () => secure.end())
}
