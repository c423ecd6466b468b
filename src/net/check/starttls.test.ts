/** Servers that begin in clear: what is asked of them, and whether they keep what stood there (RFC 3207 4.2). */
import { describe, expect, test } from 'vitest'
import { asked, authority, ours } from '../../../test/support/checking.ts'
import { startTlsPeer, yes } from '../../../test/support/starttls.ts'
import { nodeWorld } from '../../node/world.ts'
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import { pem } from '../../x509/files/pem.ts'

import type { ByteStream } from '../stream/types.ts'

/** SMTP or FTP, as far as TLS: with the answers of `yes`, each to a line; notes what it hears. */
const speaking = (
  protocol: 'smtp' | 'sieve',
  heard: string[] = [],
  onMore: (stream: ByteStream) => void = () => {},
) => {
  const { greets, answers } = yes[protocol]
  return (stream: ByteStream, accept: (stream: ByteStream) => void) => {
    const left = [...answers]
    const data = (bytes: Uint8Array) => {
      const text = latin1Text(bytes)
      heard.push(text)
      stream.write([latin1Bytes(String(left.shift()))])
      if (left.length > 0) return
      if (text.split('\r\n').length > 2) onMore(stream)
      accept(stream)
    }
    stream.handler = { data, end() {}, drain() {}, closed() {} }
    stream.write([latin1Bytes(String(greets))])
  }
}

describe('what stood in clear', () => {
  test('is forgotten: nobody answers it under TLS', async () => {
    const heard: string[] = []
    const world = await ours({}, { before: speaking('smtp', heard) })
    const { report } = await asked(world, { starttls: 'smtp', families: ['starttls', 'http'] })
    expect(report.observed).toMatchObject({ starttls: { protocol: 'smtp', injection: false }, http: undefined })
    expect(heard.filter(said => said.includes('NOOP'))).toEqual(['STARTTLS\r\nNOOP\r\n'])
  })
  test('is forgotten by whoever cuts the connection because of it, where he would talk without it', async () => {
    const world = await ours({}, { before: speaking('smtp', [], stream => stream.reset()) })
    const { report } = await asked(world, { starttls: 'smtp', families: ['starttls'] })
    expect(report.observed.starttls).toEqual({ protocol: 'smtp', injection: false })
  })
  test('is not asked of a protocol that has no command to ask it with', async () => {
    const world = await ours({}, { before: speaking('sieve') })
    const { report } = await asked(world, { starttls: 'sieve', families: ['starttls', 'sessions'] })
    expect(report.observed.starttls).toEqual({ protocol: 'sieve', injection: { unasked: 'not-asked' } })
    // What is no HTTP is not asked for a page, and has sessions all the same.
    expect(report.observed.sessions).toMatchObject({ tls12: { tickets: true }, tls13: { resumed: true } })
  })
  test('is kept by whoever answers it under TLS', async () => {
    const { chain, privateKey } = authority.issue({ names: ['localhost'] })
    const tls = {
      cert: chain.map(der => pem('CERTIFICATE', der)).join(''),
      key: pem('PRIVATE KEY', privateKey),
    }
    const port = await startTlsPeer(yes.smtp, { tls, behind: 'kept' })
    const { report } = await asked(nodeWorld(), { host: 'localhost', port, starttls: 'smtp', families: ['starttls'] })
    expect(report.observed.starttls).toEqual({ protocol: 'smtp', injection: true })
  })
  test('is not asked where TLS begins at once', async () => {
    const { report } = await asked(await ours(), { families: ['starttls'] })
    expect(report.observed.starttls).toBeUndefined()
  })
})
