import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openPacketSocket } from './packets.ts'

test('on another system it is capture/not-supported, which says on which', async () => {
  await expect(openPacketSocket('lo', { platform: 'darwin' })).rejects.toMatchObject({
    failure: { code: 'capture/not-supported', got: 'darwin' },
  })
})

test('without koffi it is capture/not-supported, which says that it is wanted', async () => {
  const load = () => import('./no-such-package.js' as string)
  await expect(openPacketSocket('lo', { platform: 'linux', load })).rejects.toMatchObject({
    failure: { code: 'capture/not-supported', got: 'koffi' },
  })
})

const linux = process.platform === 'linux'

test.runIf(linux)(
  'an interface that there is not is capture/no-interface, which names those that there are',
  async () => {
    await expect(openPacketSocket('nope0')).rejects.toMatchObject({
      failure: { code: 'capture/no-interface', where: 'nope0', expected: expect.stringMatching(/\blo\b/) },
    })
  },
)

/** Opens a socket in a process that is not root, or is root no more. */
const UNPRIVILEGED = `
  const { openPacketSocket } = await import(${JSON.stringify(fileURLToPath(new URL('./packets.ts', import.meta.url)))})
  const koffi = await import('koffi')
  if (process.getuid() === 0) {
    process.setegid(65534)
    process.seteuid(65534)
  }
  try {
    await openPacketSocket('lo', { load: async () => koffi })
  } catch (error) {
    process.stdout.write(error.failure.code + ' ' + error.failure.got)
  }`

test.runIf(linux)(
  'without the right to it is capture/not-allowed, with the number that the system gave',
  async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', UNPRIVILEGED], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.on('data', text => {
      out += String(text)
    })
    await once(child, 'close')
    expect(out).toBe('capture/not-allowed 1')
  },
  60_000,
)
