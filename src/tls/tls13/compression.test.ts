/** Compressed certificates in a handshake (RFC 8879), both ways. */
import { expect, test } from 'vitest'
import { changed, meddled } from '../../../test/support/meddler.ts'
import { answersOf, identity, type Pair, type PairOptions } from '../../../test/support/tls.ts'
import { nodeCertificateCoders } from '../../node/certificate-coders.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { encode } from '../../wire/codec.ts'
import { compressed } from '../certificate/compression.ts'
import { type Certificate, handshake13 } from '../messages/tls13.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const [brotli, zlib] = nodeCertificateCoders as [
  (typeof nodeCertificateCoders)[number],
  (typeof nodeCertificateCoders)[number],
]
const certificate = { context: new Uint8Array(0), entries: [{ certificate: who.certified.chain[0]!, extensions: [] }] }

/** A handshake, and what was sent of certificates: by whom, and under which coding. */
const handshake = (options: Partial<PairOptions>): { both: Pair; sent: string[] } => {
  const sent: string[] = []
  const both = meddled({ crypto, who, ...options }, ({ from, name, content }) => {
    if (name === 'Certificate') sent.push(`${from}: plain`)
    if (name === 'CompressedCertificate') sent.push(`${from}: ${['', 'zlib', 'brotli'][content[5]!]}`)
    return undefined
  })
  return { both, sent }
}
const shows = {
  clientAnswers: (question: Parameters<ReturnType<typeof answersOf>>[0]) =>
    question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question),
}

test('RFC 8879 4: a server compresses its certificate as it likes best of what the client reads', () => {
  const { both, sent } = handshake({
    client: { certificateCoders: [zlib, brotli] },
    server: { certificateCoders: [brotli, zlib] },
  })
  expect(sent).toEqual(['server: brotli'])
  expect(both.client.established?.peerChain).toEqual(who.certified.chain)
  expect(both.server.established).toBeDefined()
})

test('whoever knows no common coding, or none at all, is sent the certificate as it is', () => {
  const of = (client: object, server: object): string[] => handshake({ client, server }).sent
  expect(of({ certificateCoders: [zlib] }, { certificateCoders: [brotli] })).toEqual(['server: plain'])
  expect(of({ certificateCoders: [zlib] }, {})).toEqual(['server: plain'])
  expect(of({}, { certificateCoders: [brotli] })).toEqual(['server: plain'])
})

test('a client compresses its certificate for a server that asks so', () => {
  const options = {
    client: { certificateCoders: [zlib] },
    server: { certificateCoders: [brotli, zlib], clientCertificate: 'required' as const },
  }
  const { both, sent } = handshake({ ...options, ...shows })
  expect(sent).toEqual(['server: zlib', 'client: zlib'])
  expect(both.server.established?.peerChain).toEqual(who.certified.chain)
})

test('a compressed certificate that nobody asked for is refused, the server’s and the client’s', () => {
  const forged = encode(handshake13.codec, { type: 25, body: compressed(zlib, certificate) })
  const { client } = meddled({ crypto, who }, ({ name }) =>
    name === 'Certificate' ? [{ type: 22, content: forged }] : undefined,
  )
  expect(client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10, got: 'CompressedCertificate' })
  const asked = { server: { clientCertificate: 'required' as const }, ...shows }
  const { server } = meddled({ crypto, who, ...asked }, ({ name, from }) =>
    from === 'client' && name === 'Certificate' ? [{ type: 22, content: forged }] : undefined,
  )
  expect(server.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10, where: 'WaitClientCertificate13' })
})

test('RFC 8446 4.4.2: a client whose Certificate in the handshake has a context, of one byte, is refused', () => {
  const asked = { server: { clientCertificate: 'required' as const }, ...shows }
  const { server } = meddled({ crypto, who, ...asked }, heard =>
    heard.from === 'client' && heard.name === 'Certificate'
      ? [changed<Certificate>(heard, body => ({ ...body, context: Uint8Array.of(1) }))]
      : undefined,
  )
  expect(server.failure).toMatchObject({ code: 'tls/illegal-value', where: 'Certificate.context', alert: 47 })
})

test('RFC 8879 4: a coding that was not offered, and a length that is not kept to, are refused', () => {
  const options = { crypto, who, client: { certificateCoders: [zlib] }, server: { certificateCoders: [zlib] } }
  const replaced = (body: ReturnType<typeof compressed>) => {
    const content = encode(handshake13.codec, { type: 25, body })
    return meddled(options, ({ name }) => (name === 'CompressedCertificate' ? [{ type: 22, content }] : undefined))
      .client
  }
  expect(replaced(compressed(brotli, certificate)).failure).toMatchObject({
    code: 'tls/compression-unknown',
    alert: 47,
  })
  const good = compressed(zlib, certificate)
  const longer = { ...good, uncompressedLength: good.uncompressedLength + 1 }
  expect(replaced(longer).failure).toMatchObject({ code: 'tls/compression-broken', alert: 42 })
  const bomb = { ...good, uncompressedLength: 70_000, compressed: zlib.compress(new Uint8Array(70_000)) }
  expect(replaced(bomb).failure).toMatchObject({ code: 'tls/compression-too-long', alert: 42 })
})

test('what stands in a compressed certificate is judged as in a plain one', () => {
  const options = { crypto, who, client: { certificateCoders: [zlib] }, server: { certificateCoders: [zlib] } }
  const sends = (value: Certificate) => {
    const content = encode(handshake13.codec, { type: 25, body: compressed(zlib, value) })
    return meddled(options, ({ name }) => (name === 'CompressedCertificate' ? [{ type: 22, content }] : undefined))
      .client
  }
  expect(sends({ ...certificate, entries: [] }).failure).toMatchObject({ code: 'tls/certificate-missing', alert: 50 })
  expect(sends({ ...certificate, context: Uint8Array.of(1) }).failure).toMatchObject({ code: 'tls/illegal-value' })
  // The transcript has the message as it was sent: a chain that is the same otherwise does not fit the signature.
  expect(sends({ ...certificate, entries: [...certificate.entries, ...certificate.entries] }).failure).toMatchObject({
    code: 'tls/signature-wrong',
    alert: 51,
  })
})
