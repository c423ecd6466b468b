/** A server that closes while requests of the first flight are under way. */
import { expect, test } from 'vitest'
import { holding } from '../../../test/support/holding.ts'
import { closing } from '../../../test/support/net.ts'
import { node } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import { client, serve } from '../index.ts'
import type { World } from './types.ts'

const ours = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'early root' })
const shop = ours.issue({ names: ['shop.test'] })

test('close lets a request of the first flight end whose handshake is not over', async () => {
  const world = node.world()
  let answer = (_: Response): void => {}
  let came = (): void => {}
  const asked = new Promise<void>(resolve => {
    came = resolve
  })
  const server = await serve(
    (_, { early }) => {
      if (!early) return new Response('first')
      came()
      return new Promise<Response>(resolve => {
        answer = resolve
      })
    },
    { world, port: 443, tls: { cert: [...shop.chain], key: shop.privateKey, earlyData: {} } },
  )
  closing.push(() => server.close(0))
  const sessions = new SessionCache()
  const visit = async (there: World): Promise<string> => {
    const using = client({ world: there, ca: ours.root, keepAlive: 0, tls: { sessions, earlyData: true } })
    closing.push(using.close)
    const response = await using.fetch('https://shop.test/')
    return `${await response.text()} ${response.connection.tls?.earlyData ?? 'whole'}`
  }
  expect(await visit(world)).toBe('first whole')
  const { world: far, held } = holding(world)
  const second = visit(far)
  await asked
  const closed = server.close(5_000)
  answer(new Response('still'))
  expect(await second).toBe('still accepted')
  for (const release of held) release()
  await closed
})
