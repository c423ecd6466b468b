/** An application of node:http, for servers that we did not write to stand before: it says what reached it. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Behind {
  readonly port: number
  /** Answers that were left before they were whole. */
  readonly left: () => number
  stop(): Promise<void>
}

export const LINKS = '</style.css>; rel=preload; as=style'

/**
 * `/echo`: method, length, SHA-256 and fields of the request. `/trailers`: a body in chunks with `X-Sum` behind it. `/early`:
 * 103 before 200. `/refused`: 403 before the body came. `/extensions`: chunks with extensions. `/cut`: half of what was
 * announced, then nothing. `/cut-chunks`: the same, in chunks. `/endless`: chunks for ever. `/parts`: `content`, which breaks
 * off in the middle of each whole answer, with its ranges.
 */
export const behind = async (content: Uint8Array): Promise<Behind> => {
  let left = 0
  const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
    '/echo': (request, response) => void echo(request, response),
    '/trailers'(_, response) {
      response.writeHead(200, { trailer: 'X-Sum', 'content-type': 'text/plain' })
      response.write('hello')
      response.addTrailers({ 'X-Sum': '532' })
      response.end()
    },
    '/early'(_, response) {
      response.writeEarlyHints({ link: LINKS })
      response.end('early')
    },
    '/refused'(request, response) {
      // Not its end, which would close: bytes that are on their way then would cut the answer off.
      request.resume().once('close', () => response.end())
      response.writeHead(403, { 'content-length': 2 }).write('no')
    },
    '/extensions'(_, { socket }) {
      socket!.write(
        'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
      socket!.end('5;name=value\r\nhello\r\n6 ; quoted="a;b\\"c"\r\n again\r\n0;last\r\n\r\n')
    },
    '/cut'(_, response) {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, content.length / 2), () => response.socket?.destroy())
    },
    '/cut-chunks'(_, response) {
      response.writeHead(200)
      response.write(content.subarray(0, content.length / 2), () => response.socket?.destroy())
    },
    '/endless'(_, response) {
      const more = setInterval(() => response.write(content.subarray(0, 10_000)), 2)
      response.once('close', () => {
        clearInterval(more)
        left++
      })
    },
    '/parts'(request, response) {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const size = content.length
      const part = { 'content-range': `bytes ${from}-${size - 1}/${size}` }
      const head = { etag: '"one"', 'content-length': size - from, 'content-type': 'application/octet-stream' }
      response.writeHead(from === 0 ? 200 : 206, from === 0 ? head : { ...head, ...part })
      if (from > 0) response.end(content.subarray(from))
      else response.write(content.subarray(0, size / 2), () => setTimeout(() => response.socket?.destroy(), 50))
    },
  }
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const path = request.url!.replace(/^.*\//, '/')
    const answer = answers[path]
    if (answer !== undefined) answer(request, response)
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    left: () => left,
    stop: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const hash = createHash('sha256')
  let length = 0
  try {
    for await (const piece of request) {
      length += (piece as Uint8Array).length
      hash.update(piece as Uint8Array)
    }
  } catch {
    return
  }
  const { method, headers, trailers } = request
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ method, length, sha256: hash.digest('hex'), headers, trailers }))
}
