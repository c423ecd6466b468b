/** Issues and revokes from an authority in a folder until it is killed, and says each deed when it is done. */
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { loadAuthority } from '../../src/ca/authority.ts'
import { digestOf } from '../../src/ca/log.ts'
import { openInventory } from '../../src/node/ca-inventory.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'

const folder = process.argv[2]!
const crypto = nodeCrypto()
const inventory = openInventory(join(folder, 'inventory.db'), crypto)
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)))
const authority = loadAuthority(crypto, Date.now, file('root.der'), file('root.key'), { inventory })
const keyPair = crypto.generateKeyPair('p-256')
writeSync(1, 'ready\n')
for (let i = 0; ; i++) {
  const { serial, certificate } = authority.issue({ names: [`${process.pid}-${i}.test`], keyPair })
  writeSync(1, `issued ${serial} ${digestOf(certificate, crypto)}\n`)
  if (i % 2 === 1) continue
  authority.revoke(serial, 'superseded')
  writeSync(1, `revoked ${serial}\n`)
}
