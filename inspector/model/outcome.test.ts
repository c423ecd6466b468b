import { expect, test } from 'vitest'
import { english } from '../../src/explain/en/index.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { latin1Text } from '../../src/wire/bytes.ts'
import { play, readPlan } from '../runs/index.ts'
import { page } from '../words/en/page.ts'
import { barOf } from './bar.ts'
import { heardIn } from './heard.ts'
import { askedOf, outcomeOf, safetyOf, whoOf } from './outcome.ts'
import { type Scene, sceneOf } from './scene.ts'
import { cardOf, evidenceOf, troubleOf } from './trouble.ts'

const played = async (text: string): Promise<Scene> => {
  const plan = readPlan(text)
  if (plan === undefined) throw new Error(`no plan: ${text}`)
  return sceneOf(await play(webPlatform({ seed: plan.seed }), plan))
}

test('a good exchange is one sentence and three facts', async () => {
  const scene = await played('tls13-7')
  const outcome = outcomeOf(scene)
  expect(outcome.kind === 'failed' ? '' : page.headline(outcome)).toBe('200 OK over TLS 1.3 in 16 ms')
  expect(whoOf(scene)).toEqual({
    shown: 'CN=shop.test, EC P-256',
    trustedThrough: 'barewire demo CA',
    resumed: false,
    checks: ['chain', 'dates', 'name', 'signature'].map(name => expect.objectContaining({ name, ok: true })),
  })
  expect(page.safety(safetyOf(scene))).toBe('Fresh keys for this connection, 1 round trip.')
  expect(page.answers(askedOf(scene))).toBe(
    '200 OK, 99 B of text/html; 200 OK, 118 B of text/html. Cookie __Host-sid kept.',
  )
})

test('TLS 1.2 is told from 1.3, RSA key exchange from fresh keys, and clear text from both', async () => {
  expect(page.safety(safetyOf(await played('tls12-7')))).toBe(
    'Fresh keys for this connection, 2 round trips. Not TLS 1.3: the certificate was readable on the way.',
  )
  expect(page.safety(safetyOf(await played('tls12-7-offer-rsa')))).toMatch(
    /^The client chose the secret .*later reads all/,
  )
  const plain = await played('tls13-7-plain')
  const outcome = outcomeOf(plain)
  expect(outcome).toMatchObject({ kind: 'answered', over: undefined })
  expect(page.safety(safetyOf(plain))).toMatch(/^Nothing is encrypted/)
})

test('the bar has one thing after the other, and what did not happen behind the end', async () => {
  const good = barOf(await played('tls13-7'))
  expect(good.lines[0]!.segments.map(({ kind, label, from, to }) => [kind, label, from, to])).toEqual([
    ['name', 'name', 0, 4],
    ['tcp', 'tcp', 4, 8],
    ['tls', 'tls 1.3', 8, 10],
    ['wait', 'POST /login', 10, 12],
    ['wait', 'GET /account', 12, 14],
    ['close', 'close', 14, 16],
  ])
  expect(good.lines[0]!.segments.map(({ inner }) => inner.length)).toEqual([1, 1, 0, 0, 0, 0])
  const bad = barOf(await played('tls13-7-certificate-expired'))
  const last = bad.lines[0]!.segments.at(-1)!
  expect([last.kind, last.from, last.to]).toEqual(['none', bad.total, bad.scale])
  expect(bad.lines[0]!.segments.find(({ kind }) => kind === 'tls')?.ok).toBe(false)
})

test('a connection that is refused is red until the answer, and the answer is what there is to see', async () => {
  const scene = await played('tls13-7-server-down')
  const { lines, total } = barOf(scene)
  expect(lines[0]!.segments.map(({ kind, from, to, ok }) => [kind, from, to, ok])).toEqual([
    ['name', 0, 4, true],
    ['tcp', 4, 8, false],
    ['none', total, total + 4, true],
  ])
  const trouble = troubleOf(scene)!
  expect(trouble.code).toBe('tcp/refused')
  expect(evidenceOf(trouble, scene)?.message.name).toBe('RST ACK')
})

test('time in which nothing came is silence, until it was sent again', async () => {
  const { lines } = barOf(await played('tls13-7-drop-10'))
  const silent = lines[0]!.segments.filter(({ silence }) => silence.length > 0)
  expect(silent.map(({ kind }) => kind)).toEqual(['tls'])
  const [{ from, to } = { from: 0, to: 0 }] = silent[0]!.silence
  expect(to - from).toBeGreaterThan(100)
})

test('a wait that nothing answered is silence until it was given up, and what did not happen is drawn behind it', async () => {
  const scene = await played('tls13-7-server-silent')
  const { lines, total, scale } = barOf(scene)
  // SYN at 4 ms, three more, and ten seconds in all.
  expect(total).toBe(10_004)
  const [name, tcp, missing, ...more] = lines[0]!.segments
  expect([name?.kind, tcp?.kind, missing?.kind, more.length]).toEqual(['name', 'tcp', 'none', 0])
  expect(tcp).toMatchObject({ from: 4, to: total, ok: false })
  const silence = tcp!.silence.toSorted((a, b) => a.from - b.from)
  expect(silence.map(({ from, to }) => [from, to])).toEqual([
    [4, 1004],
    [1004, 3004],
    [3004, 7004],
    [7004, total],
  ])
  expect(missing).toMatchObject({ from: total, to: scale })
  expect(scale).toBe(total * 1.25)
})

test('a failure shows its card and the very bytes in the certificate that are at fault', async () => {
  const scene = await played('tls13-7-certificate-wrongName')
  const trouble = troubleOf(scene)!
  const card = cardOf(trouble, scene, english)
  expect({ code: card.code, title: card.title }).toEqual({
    code: 'tls/certificate-name',
    title: 'The certificate is for a different name',
  })
  expect(card.rows.map(({ label }) => label)).toContain('whose side')
  const { message, start, end } = evidenceOf(trouble, scene)!
  expect(message.name).toBe('Certificate')
  expect(latin1Text(message.bytes.subarray(start, end))).toContain('not.shop.test')
})

test('who listens has names, sizes and times over TLS, and everything over HTTP', async () => {
  const heard = heardIn(await played('tls12-7'))
  expect(heard.names).toEqual([{ name: 'shop.test', heardIn: ['dns', 'hello', 'certificate'] }])
  expect(heard.guessed).toHaveLength(2)
  expect(heard.hidden.requests).toEqual(['POST /login', 'GET /account'])
  expect(heard.read).toEqual({ requests: [], cookies: [], forms: [] })
  const in13 = heardIn(await played('tls13-7'))
  expect([in13.certificate, heard.certificate]).toEqual([undefined, 'CN=shop.test'])
  expect(in13.guessed).toHaveLength(2)
  const clear = heardIn(await played('tls12-7-plain'))
  expect(clear.read.requests).toEqual(['POST /login', 'GET /account'])
  expect(clear.read.forms).toEqual(['user=ada&password=correct%20horse%20battery%20staple'])
  expect(clear.read.cookies[0]).toMatch(/^sid=/)
})

test('numbers come from the run: another seed has others', async () => {
  const numbers = async (plan: string) => {
    const scene = await played(plan)
    const { names: _names, ...heard } = heardIn(scene)
    return { flow: scene.own.find(({ layer }) => layer === 'tcp')?.flow, cookies: heard.hidden.cookies }
  }
  const [a, b] = [await numbers('tls13-7'), await numbers('tls13-8')]
  expect(a.flow).not.toBe(b.flow)
  expect(a.cookies[0]).toMatch(/^__Host-sid=/)
  expect(a.cookies).not.toEqual(b.cookies)
})
