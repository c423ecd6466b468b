/** A machine that takes another's place by ARP, and a victim that does not believe it. */
import { expect, test } from 'vitest'
import type { RunningHost } from '../host/types.ts'
import type { ArpTrust } from '../link/neighbours.ts'
import { takePlaceOf } from './arp-spoof.ts'
import { network } from './network.ts'

/** Who answers the victim's connection to port 80 of the server: the names of those who accepted one. */
const stage = (arp: ArpTrust = 'trusting') => {
  const net = network()
  const [victim, server, attacker] = [net.host('victim', { arp }), net.host('server'), net.host('attacker')]
  const accepted: string[] = []
  for (const host of [server, attacker])
    host.listen({ port: 80 }, () => {
      accepted.push(host.name)
      return { event() {} }
    })
  const connect = (from: RunningHost, to: RunningHost) => {
    from.connect({ address: to.address, port: 80 }, () => ({ event() {} }))
    net.clock.run(net.clock.now() + 10_000)
  }
  return { net, victim, server, attacker, accepted, connect }
}

test('a forged ARP reply makes the attacker answer in the place of the server, until it ends', () => {
  const { net, victim, server, attacker, accepted, connect } = stage()
  connect(victim, server)
  const end = takePlaceOf(net, { attacker, victim, server })
  net.clock.run(net.clock.now() + 10)
  connect(victim, server)
  end()
  net.clock.run(net.clock.now() + 100_000)
  connect(victim, server)
  expect(accepted).toEqual(['server', 'attacker', 'server'])
})

test('a victim that asks for the first time hears the attacker first and last', () => {
  const net = network({ delay: 1 })
  const [victim, server] = [net.host('victim'), net.host('server')]
  const attacker = net.host('attacker', { faults: { delay: 0.5 } })
  const accepted: string[] = []
  for (const host of [server, attacker])
    host.listen({ port: 80 }, () => {
      accepted.push(host.name)
      return { event() {} }
    })
  const answers: string[] = []
  net.tap(({ at, what, host, bytes }) => {
    const isArpReply = bytes[12] === 8 && bytes[13] === 6 && bytes[21] === 2
    if (what === 'delivered' && host === 'victim' && isArpReply) answers.push(`${at} ms: ${bytes[27]}`)
  })
  takePlaceOf(net, { attacker, victim, server, lies: 'asked' })
  victim.connect({ address: server.address, port: 80 }, () => ({ event() {} }))
  net.clock.run(5_000)
  // The last octet of the hardware address that speaks for the server: 2 is the victim's own, 3 the server's.
  expect(answers).toEqual(['1.5 ms: 4', '2 ms: 3', '2.5 ms: 4'])
  expect(accepted).toEqual(['attacker'])
})

test('when the server speaks for itself the attacker forges again at once', () => {
  const { net, victim, server, attacker, accepted, connect } = stage()
  connect(victim, server)
  takePlaceOf(net, { attacker, victim, server })
  // The server asks everybody for a third machine, and the victim hears where it really is.
  connect(server, net.host('printer'))
  connect(victim, server)
  expect(accepted).toEqual(['server', 'attacker'])
})

test('a strict victim asks the server, which answers, and stays with it', () => {
  const { net, victim, server, attacker, accepted, connect } = stage('strict')
  connect(victim, server)
  takePlaceOf(net, { attacker, victim, server })
  net.clock.run(net.clock.now() + 10)
  connect(victim, server)
  connect(victim, server)
  expect(accepted).toEqual(['server', 'server', 'server'])
})
