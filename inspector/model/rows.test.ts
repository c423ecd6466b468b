import { expect, test } from 'vitest'
import { webPlatform } from '../../src/web/lab.ts'
import { play, readPlan } from '../runs/index.ts'
import { page } from '../words/en/page.ts'
import { type Row, rowsOf } from './rows.ts'
import type { Run } from './run.ts'
import { sceneOf } from './scene.ts'
import { chosenAtFirst, filtered, ladderOf } from './shown.ts'

const played = (text: string): Promise<Run> => {
  const plan = readPlan(text)
  if (plan === undefined) throw new Error(`no plan: ${text}`)
  return play(webPlatform({ seed: plan.seed }), plan)
}
const saidOf = ({ title, says }: Row): string =>
  `${page.title(title)}: ${(page.says[says.what] as (of: unknown) => string)(says.of)}`
const told = (rows: readonly Row[]): readonly string[] => rows.map(saidOf)

test('messages are told as sentences; what opens and closes a connection, and ARP, takes no rows of its own', async () => {
  const scene = sceneOf(await played('tls12-7'))
  expect(told(rowsOf(scene, 'messages').list)).toEqual([
    'DNS question: Where is shop.test?',
    'DNS answer: At 10.0.0.3.',
    'connect: Three segments: SYN, SYN ACK, ACK.',
    'ClientHello: I can do these 6 suites; I want shop.test.',
    'ServerHello: We take AES-128-GCM.',
    expect.stringMatching(/^Certificate: I am shop\.test; .+ says so\.$/),
    'ServerKeyExchange: My half of the secret, signed: x25519.',
    'ServerHelloDone: That is all from me.',
    'ClientKeyExchange: My half of the secret.',
    'ChangeCipherSpec: From here on I encrypt.',
    'Finished: This is the handshake as I heard it.',
    'ChangeCipherSpec: From here on I encrypt.',
    'Finished: This is the handshake as I heard it.',
    'POST /login: Here is my form.',
    '200 OK: Here it is: text/html. Keep __Host-sid.',
    'GET /account: You know me: cookie __Host-sid.',
    '200 OK: Here it is: text/html.',
    'close_notify: Nothing more from me.',
    'close_notify: Nothing more from me.',
    'FIN both ways: Nothing more will come.',
  ])
})

test('frames are told by their numbers and by what lies deepest in them', async () => {
  const scene = sceneOf(await played('tls12-7'))
  const frames = told(rowsOf(scene, 'frames').list)
  expect(frames[0]).toBe('frame 1: who has 10.0.0.53')
  expect(frames).toContain('frame 10: ClientHello')
  expect(frames).toContain('frame 7: SYN')
})

test('the server has the same messages at its own times, each on the side of its sender', async () => {
  const run = await played('tls13-7')
  const scene = sceneOf(run)
  const [client, server] = [run.parties.client.host, run.parties.server.host].map(
    host => rowsOf(scene, 'messages', host).list,
  )
  const hello = (rows: readonly Row[] = []) => rows.find(row => saidOf(row).startsWith('ClientHello'))
  expect([hello(client)?.direction, hello(server)?.direction]).toEqual(['out', 'out'])
  expect(hello(server)!.at).toBe(hello(client)!.at + 1)
})

test('a message whose segment was lost is said to be, and is said again where that was sent again', async () => {
  const frames = rowsOf(sceneOf(await played('tls13-7')), 'frames').list
  const frame = frames.findIndex(row => saidOf(row).endsWith('ClientHello')) + 1
  const rows = rowsOf(sceneOf(await played(`tls13-7-drop-${String(frame)}`)), 'messages').list
  const hellos = rows.filter(row => page.title(row.title) === 'ClientHello')
  expect(hellos.map(({ lost, again }) => ({ lost, again: again !== undefined }))).toEqual([
    { lost: true, again: false },
    { lost: false, again: true },
  ])
  expect(saidOf(hellos[1]!)).toMatch(/^ClientHello: No answer for \d+ ms: once more\.$/)
  expect(hellos[1]!.at - hellos[0]!.at).toBe(hellos[1]!.again)
})

test('a row of a folded segment is the row that it was folded into', async () => {
  const scene = sceneOf(await played('tls13-7'))
  const rows = rowsOf(scene, 'messages')
  const answer = scene.own.find(({ name }) => name === 'SYN ACK')!
  expect(saidOf(rows.list[rows.indexOf(answer.id)]!)).toMatch(/^connect/)
  expect(rows.indexOf(-1)).toBe(-1)
})

test('what lies in one record is one thing on the wire, with the size of the record', async () => {
  const rows = rowsOf(sceneOf(await played('tls13-7')), 'messages').list
  const flight = rows.filter(row => /^(Enc|Cert|Fin)/.test(page.title(row.title)) && row.direction === 'in')
  expect(flight.map(({ joined }) => joined)).toEqual([false, true, true, true])
  expect(new Set(flight.map(({ wireBytes }) => wireBytes)).size).toBe(1)
  expect(flight[0]!.wireBytes).toBeGreaterThan(flight.reduce((sum, { bytes }) => sum + bytes, 0))
})

test('the scrubber counts what is later, a filter what it leaves out; both may be an expression of inspect', async () => {
  const scene = sceneOf(await played('tls13-7'))
  const ladder = ladderOf(scene, { grain: 'messages', view: 'client' })
  const all = ladder.list.length
  const early = filtered(ladder, { to: 8, text: '' }, saidOf)
  expect(early.later).toBe(all - early.list.length)
  expect(Math.max(...early.list.map(({ at }) => at))).toBe(8)
  expect(told(filtered(ladder, { to: undefined, text: 'cookie sid' }, saidOf).list)).toEqual([
    'GET /account: You know me: cookie __Host-sid.',
  ])
  const byField = filtered(ladder, { to: undefined, text: 'http.cookie' }, saidOf)
  expect(told(byField.list)).toEqual(['GET /account: You know me: cookie __Host-sid.'])
  expect(byField.leftOut).toBe(all - 1)
})

test('what is open at first is the request that is known by its cookie, or what shows the failure', async () => {
  const good = sceneOf(await played('tls13-7'))
  expect(good.byId.get(chosenAtFirst(good)!.id)?.name).toBe('GET /account')
  const bad = sceneOf(await played('tls13-7-certificate-expired'))
  expect(bad.byId.get(chosenAtFirst(bad)!.id)?.name).toBe('Certificate')
})
