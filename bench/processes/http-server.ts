/** One server, ours or `node:http`, with the same small answer: `http-server.ts ours|node`. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headerBlock } from '../../src/http/header-block.ts'
import { serveExchanges } from '../../src/index.ts'
import { answerCalls, cpu } from './calls.ts'

const BODY = Buffer.from('{"hello":"world"}')

const ours = async (): Promise<number> => {
  const headers = headerBlock([['Content-Type', 'application/json']])
  const server = await serveExchanges(exchange => exchange.respond(200, headers, BODY))
  return server.port
}

const node = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': BODY.length })
      response.end(BODY)
    })
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

const start = process.argv[2] === 'ours' ? ours : node
answerCalls({ start, cpu, exit: () => process.exit() })
