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
