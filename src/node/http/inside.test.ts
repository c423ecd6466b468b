/** A Node whose classes have changed inside: refused by name, and never served wrongly. */
import { IncomingMessage, OutgoingMessage } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { closing, talk } from '../../../test/support/net.ts'
import { serving } from '../../../test/support/node-http.ts'
import { createServer } from './index.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const restored: (() => void)[] = []
afterEach(() => {
  for (const restore of restored.splice(0)) restore()
})
/** Takes away what a class of Node has, until the end of the test. */
const changed = (prototype: object, name: string): void => {
  const before = Object.getOwnPropertyDescriptor(prototype, name)!
  restored.push(() => Object.defineProperty(prototype, name, before))
  Reflect.deleteProperty(prototype, name)
}

test.each([
  ['_storeHeader', 'ServerResponse._storeHeader'],
  ['_addHeaderLines', 'IncomingMessage._addHeaderLines'],
  ['getRawHeaderNames', 'ServerResponse.getRawHeaderNames'],
])('a Node that has no %s has no server of ours', (name, where) => {
  changed(name === '_addHeaderLines' ? IncomingMessage.prototype : OutgoingMessage.prototype, name)
  expect(() => createServer()).toThrow(
    expect.objectContaining({
      code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      message: `Node ${process.versions.node} is not supported by barewire/node/http: ${where} is not there`,
    }),
  )
})
test('names that do something else are an error of the first request, and no answer without its fields', async () => {
  const { port } = await serving((_req, res) => {
    // As if `writeHead` wrote its fields elsewhere.
    Object.assign(res, { _storeHeader: () => Object.assign(res, { _header: 'HTTP/1.1 200 OK\r\n\r\n' }) })
    try {
      res.setHeader('X-Secret-Policy', 'on')
      res.end('done')
    } catch (error) {
      said = (error as Error).message
      res.destroy()
    }
  })
  let said = ''
  const answer = talk(port, GET)
  closing.push(() => answer.socket.destroy())
  await answer.closed
  expect(answer.text).not.toContain('done')
  expect(said).toContain('ServerResponse._storeHeader')
})
