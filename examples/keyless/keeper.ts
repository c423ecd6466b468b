/**
 * The process that has the private key, and nothing else: `keeper.ts KEY SOCKET`. It signs what is asked over a Unix
 * socket that is its owner's alone, one JSON object a line, as long as it is the handshake of a TLS server: whoever breaks
 * into the web server can use the key while he is there, and can neither take it along nor sign anything else.
 */
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { nodeCrypto } from 'barewire/node'
import { privateKeyIn } from 'barewire/x509'
import { type Asked, type Reply, readLines } from './lines.ts'

const [keyFile, path] = process.argv.slice(2) as [string, string]
const key = privateKeyIn(new Uint8Array(readFileSync(keyFile)))
if (key === undefined) throw new Error(`${keyFile} holds no private key that can be read`)
const { sign } = nodeCrypto()
const CONTEXT = Buffer.from(`${' '.repeat(64)}TLS 1.3, server CertificateVerify\0`)

const replyTo = ({ id, algorithm, message }: Asked): Reply => {
  try {
    const bytes = new Uint8Array(Buffer.from(message, 'base64'))
    if (!isHandshake(bytes)) return { id, error: 'this is not what a TLS server signs' }
    return { id, signature: Buffer.from(sign(algorithm, key.pkcs8, bytes)).toString('base64') }
  } catch {
    return { id, error: 'the key does not sign so' }
  }
}

/** RFC 9846 4.5.3: spaces, a context and a transcript. RFC 8422 5.4: two randoms and a point on a named curve. */
const isHandshake = (bytes: Uint8Array): boolean => {
  const { length } = CONTEXT
  if (CONTEXT.equals(bytes.subarray(0, length))) return bytes.length === length + 32 || bytes.length === length + 48
  return bytes.length >= 68 && bytes[64] === 3 && bytes.length === 68 + bytes[67]!
}

const talk = (socket: Socket): void => {
  // A reader that left, or that sent what is no request.
  socket.on('error', () => {})
  readLines<Asked>(socket, asked => {
    socket.write(`${JSON.stringify(replyTo(asked))}\n`)
  })
}

rmSync(path, { force: true })
process.umask(0o177)
createServer(talk).listen(path, () => {
  chmodSync(path, 0o600)
  console.log('ready')
})
