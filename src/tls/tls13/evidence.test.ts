/** What a server of TLS 1.3 brings along with its chain, and how much records may hold. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { changed, type Meddle, meddled, said } from '../../../test/support/meddler.ts'
import { type Answers, answersOf, identity, type PairOptions, recordsOf } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import type { Certificate, EncryptedExtensions } from '../messages/tls13.ts'
import type { Ask, CertifiedKey } from '../types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const ocsp = ascii('a response')
const scts = [ascii('one log'), ascii('another')]

/** What the client was asked about trust by a server that shows `more` beside its chain. */
const asked = (client: PairOptions['client'], more: Partial<CertifiedKey>, meddle?: Meddle) => {
  let trust: Ask['question'] | undefined
  const answers = answersOf(crypto, who)
  const noting: Answers = question => {
    if (question.about === 'trust') trust = question
    return answers(question)
  }
  const both = meddled(
    {
      crypto,
      who,
      client: { ...client },
      clientAnswers: noting,
      serverAnswers: question =>
        question.about === 'client-hello' ? { ...who.certified, ...more } : answers(question),
    },
    meddle,
  )
  return { ...both, trust }
}

describe('evidence', () => {
  test('RFC 9846 4.5.2.1: stands beside the leaf where it was asked for, and comes with the question of trust', () => {
    const { trust, client } = asked({ evidence: ['ocsp', 'scts'] }, { ocsp, scts })
    expect(trust).toMatchObject({ ocsp, scts })
    expect(client.established).toBeDefined()
  })
  test('does not come to those who do not ask, nor from those who have none', () => {
    const none = { ocsp: undefined, scts: undefined }
    const of = (client: PairOptions['client'], more: Partial<CertifiedKey>) => {
      const { trust, client: side } = asked(client, more)
      expect(side.established).toBeDefined()
      const { ocsp: response, scts: stamps } = trust as { ocsp?: Uint8Array; scts?: Uint8Array[] }
      return { ocsp: response, scts: stamps }
    }
    expect(of({}, { ocsp, scts })).toEqual(none)
    expect(of({ evidence: ['ocsp', 'scts'] }, {})).toEqual(none)
    expect(of({ evidence: ['ocsp', 'scts'] }, { scts: [] })).toEqual(none)
    expect(of({ evidence: ['scts'] }, { ocsp, scts })).toEqual({ ...none, scts })
  })
})

test('tls/bad-extension: a list of SCTs without any, in the message with the chain', () => {
  const entry = concat(Uint8Array.of(0, 0, 1, 0x30, 0, 6), Uint8Array.of(0, 18, 0, 2, 0, 0))
  const { client } = asked({ evidence: ['scts'] }, {}, heard =>
    heard.name === 'Certificate'
      ? [said('Certificate', concat(Uint8Array.of(0, 0, 0, entry.length), entry))]
      : undefined,
  )
  expect(client.failure).toMatchObject({ code: 'tls/bad-extension', alert: 50 })
})

test('a response of another kind, and evidence that nobody asked for, are refused', () => {
  const showing = (evidence: readonly ('ocsp' | 'scts')[], type: number, body: object) =>
    asked({ evidence }, {}, heard =>
      heard.name === 'Certificate'
        ? [
            changed<Certificate>(heard, value => ({
              ...value,
              entries: value.entries.map(entry => ({ ...entry, extensions: [{ type, body }] })),
            })),
          ]
        : undefined,
    ).client.failure
  expect(showing(['ocsp'], 5, { statusType: 2, response: ocsp })).toMatchObject({
    code: 'tls/illegal-value',
    alert: 47,
  })
  const unasked = { code: 'tls/unoffered-extension', alert: 110 }
  expect(showing(['scts'], 5, { statusType: 1, response: ocsp })).toMatchObject(unasked)
  expect(showing(['ocsp'], 18, { timestamps: scts })).toMatchObject(unasked)
})

describe('tls/extension-twice, RFC 9846 4.3: in any message', () => {
  const twice = <T extends { type: number }>(list: readonly T[]): T[] => [...list, list.at(-1)!]
  type Extension = EncryptedExtensions['extensions'][number]
  test('of a server, encrypted', () => {
    const sct: Extension = { type: 18, body: { timestamps: scts } }
    for (const name of ['EncryptedExtensions', 'Certificate'] as const) {
      const { client } = asked({ evidence: ['scts'], alpn: ['x'] }, { scts }, heard => {
        if (heard.name !== name) return undefined
        return name === 'Certificate'
          ? [
              changed<Certificate>(heard, body => ({
                ...body,
                entries: body.entries.map(entry => ({ ...entry, extensions: [sct, sct] })),
              })),
            ]
          : [
              changed<EncryptedExtensions>(heard, () => ({
                extensions: twice<Extension>([{ type: 16, body: { protocols: ['x'] } }]),
              })),
            ]
      })
      expect(client.failure, name).toMatchObject({ code: 'tls/extension-twice', alert: 50 })
    }
  })
})

describe('RFC 8449 4: record_size_limit', () => {
  /** The lengths of the protected records that each side has sent, without what protects them. */
  const lengths = (options: Partial<PairOptions>) => {
    const both = meddled({ crypto, who, ...options })
    const inner = (from: 'client' | 'server', bytes: Uint8Array): number[] => {
      both[from].tls.write(bytes, 0)
      return recordsOf(concat(...both[from].touch())).map(record => record.length - 5 - 16)
    }
    expect(both.client.established).toBeDefined()
    return { client: inner('client', new Uint8Array(1000)), server: inner('server', new Uint8Array(1000)), both }
  }
  test('each side keeps to what the other takes, the type of the content counted', () => {
    const { client, server } = lengths({ client: { recordSizeLimit: 512 }, server: { recordSizeLimit: 400 } })
    expect(client).toEqual([400, 400, 203])
    expect(server).toEqual([512, 490])
  })
  test('padding stays within it', () => {
    const padding = (): number => 1e9
    const { server } = lengths({ client: { recordSizeLimit: 512 }, server: { padding } })
    expect(server).toEqual([512, 512])
  })
  test('a server without a limit of its own takes full records', () => {
    expect(lengths({ client: { recordSizeLimit: 512 } }).client).toEqual([1001])
  })
  test('more than was asked for is refused by both', () => {
    const long = { type: 23, content: new Uint8Array(512) }
    const limits = { client: { recordSizeLimit: 512 }, server: { recordSizeLimit: 512 } }
    const both = meddled({ crypto, who, ...limits })
    both.saysMore('server', long)
    both.saysMore('client', long)
    expect(both.client.failure).toMatchObject({ code: 'tls/content-too-long', alert: 22, number: 511 })
    expect(both.server.failure).toMatchObject({ code: 'tls/content-too-long', alert: 22, number: 511 })
  })
  test('the flight of the server keeps to it already', () => {
    const { client } = asked({ recordSizeLimit: 64 }, {})
    expect(client.established).toBeDefined()
  })
  test('a server whose flight does not keep to it is refused while it speaks', () => {
    const long = [{ certificate: new Uint8Array(600), extensions: [] }]
    const { client } = asked({ recordSizeLimit: 512 }, {}, heard =>
      heard.name === 'Certificate' && heard.from === 'server'
        ? [changed<Certificate>(heard, body => ({ ...body, entries: long }))]
        : undefined,
    )
    expect(client.failure).toMatchObject({ code: 'tls/content-too-long', alert: 22, number: 511 })
  })
  test('a limit that is none, and one beside max_fragment_length, are refused', () => {
    const answering = (more: object[]) =>
      asked({ recordSizeLimit: 512, maxFragmentLength: 512 }, {}, heard =>
        heard.name === 'EncryptedExtensions'
          ? [changed<EncryptedExtensions>(heard, () => ({ extensions: more as EncryptedExtensions['extensions'] }))]
          : undefined,
      ).client.failure
    const size = (recordSizeLimit: number) => ({ type: 28, body: { recordSizeLimit } })
    const refused = { code: 'tls/illegal-value', alert: 47 }
    expect(answering([size(63)])).toMatchObject(refused)
    expect(answering([size(64), { type: 1, body: { maxFragmentLength: 1 } }])).toMatchObject(refused)
    expect(answering([{ type: 1, body: { maxFragmentLength: 2 } }])).toMatchObject(refused)
    // RFC 6066 4: there are four lengths, from 1 on.
    for (const code of [0, 5])
      expect(answering([{ type: 1, body: { maxFragmentLength: code } }])).toMatchObject({
        ...refused,
        got: `max_fragment_length ${code}`,
        expected: '1 to 4',
      })
  })
})
