/** dns-01 by a program of the user: a zone that is a file. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { closing } from '../../test/support/net.ts'
import { answersOf } from '../acme/authority.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { serve } from '../index.ts'
import { acme } from '../net/acme/client.ts'
import { acmeService } from '../net/acme/server.ts'
import type { Show } from '../net/acme/show.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { hookChallenges } from './acme-hook.ts'
import { nodeWorld } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'acme-hook-'))
afterEach(() => rmSync(join(folder, 'zone'), { force: true }))
const zone = join(folder, 'zone')
const program = (text: string): string => {
  const path = join(folder, 'hook')
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o700)
  return path
}
const linesIn = (): readonly string[] => {
  try {
    return readFileSync(zone, 'utf8')
      .split('\n')
      .filter(line => line !== '')
  } catch {
    return []
  }
}
const world = nodeWorld()
const { crypto } = world
const authority = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
const own = certifiedKey(authority.issue({ names: ['localhost'] }))

/** What comes of an order for all names below a.test, shown by this. */
const ordered = async (show: Show): Promise<string | undefined> => {
  let service: ReturnType<typeof acmeService> | undefined
  const server = await serve((request, about) => service?.handler(request, about) ?? new Response(), {
    tls: { certificateFor: () => own },
  })
  closing.push(() => server.close(0))
  const texts = async (name: string) =>
    linesIn().flatMap(line => (line.startsWith(`add ${name} `) ? [line.slice(`add ${name} `.length)] : []))
  const base = `${server.url}/acme`
  service = acmeService({ base, world, authority: answersOf(() => authority), refuses: () => undefined, texts })
  closing.push(async () => service?.close())
  const { chain } = await acme({
    directory: `${base}/directory`,
    accountKey: crypto.generateKeyPair('p-256'),
    world,
    names: ['*.a.test'],
    show: { 'dns-01': show },
    ca: [authority.certificate],
  })
  return new Certificate(chain[0]!).subject.shortText
}

test.skipIf(process.platform === 'win32')(
  'a program adds the record and takes it away: name and text are words of their own, and no shell sees them',
  async () => {
    const path = program(`printf '%s\\n' "$*" >> '${zone}'; [ $# = 3 ]`)
    expect(await ordered(hookChallenges(path))).toBe('*.a.test')
    const lines = linesIn()
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^add _acme-challenge\.a\.test [\w-]{43}$/)
    expect(lines[1]).toBe(lines[0]?.replace(/^add/, 'remove'))
    const shown = {
      type: 'dns-01',
      identifier: { type: 'dns', value: 'a.test' },
      token: 'x',
      keyAuthorization: 'x',
    } as const
    const taken = await hookChallenges(path)({
      ...shown,
      digest: new Uint8Array(),
      record: { name: '$(id)', text: '; rm -rf "x" `id`' },
    })
    await taken()
    expect(linesIn().slice(2)).toEqual(['add $(id) ; rm -rf "x" `id`', 'remove $(id) ; rm -rf "x" `id`'])
  },
)

test.skipIf(process.platform === 'win32')(
  'one that fails, or is not there, is said by name: acme/challenge-failed',
  async () => {
    const failing = (path: string) => expect(ordered(hookChallenges(path))).rejects
    await failing(program('exit 3')).toMatchObject({
      code: 'acme/challenge-failed',
      failure: { where: 'a.test', got: expect.stringContaining('add ended with 3'), expected: 'dns-01' },
    })
    await failing(join(folder, 'nobody')).toMatchObject({
      code: 'acme/challenge-failed',
      failure: { got: expect.stringContaining('cannot be run') },
    })
  },
)
