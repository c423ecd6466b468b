import { afterEach, describe, expect, test } from 'vitest'
import { client } from '../net/client/client.ts'
import { serve } from '../net/server/serve.ts'
import { nodePlatform } from '../node/lab.ts'
import { SHOP, shop, signIn } from './shop.ts'
import { type LabWorld, labWorld } from './world.ts'

const open: LabWorld[] = []
afterEach(() => {
  for (const world of open.splice(0)) world.close()
})

/** The shop on plain HTTP, and a browser that keeps no cookies: each request says which it sends. */
const world = async () => {
  const lab = labWorld(nodePlatform({ seed: 1 }), { seed: 1 })
  open.push(lab)
  const [laptop, server] = [lab.machine('laptop'), lab.machine(SHOP)]
  await serve(shop(server.world, { transport: 'plain' }), {
    world: server.world,
    host: server.host.address.text,
    port: 80,
  })
  const browser = client({ world: laptop.world })
  const ask = async (path: string, cookie?: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (cookie !== undefined) headers.set('cookie', cookie)
    const answer = await browser.fetch(`http://${SHOP}${path}`, { ...init, headers })
    const set = answer.headers.getSetCookie()
    return { status: answer.status, text: await answer.text(), set, cookie: set[0]?.split(';')[0] }
  }
  const { clock } = lab.network
  const wait = (minutes: number) => new Promise<void>(done => clock.later(clock.now() + minutes * 60_000, done))
  return { ask, wait }
}
const form = (body: string): RequestInit => ({ ...signIn(), body })

describe('the shop', () => {
  test('lets in who knows the name and the password, and shows the account', async () => {
    const { ask } = await world()
    const welcome = await ask('/login', undefined, signIn())
    expect(welcome.status).toBe(200)
    expect(welcome.set[0]).toMatch(/^sid=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
    const account = await ask('/account', welcome.cookie)
    expect([account.status, account.set]).toEqual([200, []])
    expect(account.text).toContain('You are ada.')
  })
  test('lets nobody in with half of it, and shows no account without a session', async () => {
    const { ask } = await world()
    const wrong = [
      'user=ada&password=guess',
      'user=eve&password=correct+horse+battery+staple',
      'user=ada',
      'password=correct+horse+battery+staple',
      '',
    ]
    for (const body of wrong) expect(await ask('/login', undefined, form(body))).toMatchObject({ status: 403, set: [] })
    const right = form('user=ada&password=correct+horse+battery+staple')
    expect(await ask('/login', undefined, right)).toMatchObject({ status: 200 })
    expect(await ask('/account')).toMatchObject({ status: 401, set: [] })
    expect(await ask('/account', `sid=${'A'.repeat(32)}`)).toMatchObject({ status: 401, set: [] })
  })
  test('gives another id at every login; who has the one from before sees nobody', async () => {
    const { ask } = await world()
    const first = await ask('/login', undefined, signIn())
    const second = await ask('/login', first.cookie, signIn())
    expect(second.cookie).toMatch(/^sid=/)
    expect(second.cookie).not.toBe(first.cookie)
    expect(await ask('/account', first.cookie)).toMatchObject({ status: 401, set: [] })
    expect(await ask('/account', second.cookie)).toMatchObject({ status: 200, set: [] })
  })
  test('knows a visitor as long as he comes now and then, and forgets him half an hour after', async () => {
    const { ask, wait } = await world()
    const { cookie } = await ask('/login', undefined, signIn())
    for (let i = 0; i < 3; i++) {
      await wait(20)
      expect(await ask('/account', cookie)).toMatchObject({ status: 200 })
    }
    await wait(31)
    expect(await ask('/account', cookie)).toMatchObject({ status: 401 })
  })
  test('answers another method with 405 and another path with 404', async () => {
    const { ask } = await world()
    expect(await ask('/login')).toMatchObject({ status: 405 })
    expect(await ask('/')).toMatchObject({ status: 404 })
  })
})
