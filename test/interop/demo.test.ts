/** The capture of the main job, as tshark sees it. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { captured } from '../support/peers-io.ts'
import { tsharkComplaints, tsharkFields, tsharkMissing } from './tshark.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-demo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.skipIf(tsharkMissing)(
  'tshark finds nothing wrong in the capture and reads both exchanges without a key file',
  async () => {
    const file = join(folder, 'exchange.pcapng')
    expect(await main(['demo', '--pcapng', file], captured())).toBe(0)
    expect(statSync(file).mode & 0o077, 'it holds secrets').toBe(0)
    const capture = new Uint8Array(readFileSync(file))
    expect(tsharkComplaints(capture)).toEqual([])
    const requests = tsharkFields(
      capture,
      ['http.request.method', 'http.request.uri', 'http.cookie'],
      '-Y',
      'http.request',
    )
    expect(requests.map(([method, uri]) => `${method} ${uri}`)).toEqual(['POST /login', 'GET /account'])
    expect(requests[1]?.[2]).toMatch(/^__Host-sid=/)
    const answers = tsharkFields(capture, ['http.response.code'], '-Y', 'http.response')
    expect(answers).toEqual([['200'], ['200']])
  },
)
