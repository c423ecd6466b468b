/** What the authority of this machine took back, as its inventory has it: who checks here need not ask anybody. */
import { join } from 'node:path'
import type { InventoryEntry } from '../ca/inventory.ts'
import { FailureError } from '../failures/index.ts'
import { hexText, sameOctets } from '../wire/bytes.ts'
import type { Certificate } from '../x509/certificate/certificate.ts'
import type { RevocationFilter } from '../x509/revocation/evidence.ts'
import { dataHome } from './ca-files.ts'
import { aboutFiles, exists, onlyOursToRead } from './ca-guard.ts'
import { openInventory } from './ca-inventory.ts'
import { nodeCrypto } from './crypto.ts'

/** Speaks of the very certificates that were made here. Where the inventory cannot be read it speaks of none. */
export const localRevocations = (home?: string): RevocationFilter => ({
  name: 'the inventory of this machine',
  covers: certificate => entryOf(certificate, home) !== undefined,
  isRevoked: certificate => entryOf(certificate, home)?.revocation !== undefined,
})

const entryOf = ({ serialNumber, der }: Certificate, home: string | undefined): InventoryEntry | undefined => {
  try {
    const path = join(home ?? dataHome(), 'ca', 'inventory.db')
    return aboutFiles(path, () => {
      if (!exists(path)) return undefined
      onlyOursToRead(path)
      const inventory = openInventory(path, nodeCrypto())
      try {
        const entry = inventory.find(hexText(serialNumber))
        return entry?.certificate !== undefined && sameOctets(entry.certificate, der) ? entry : undefined
      } finally {
        inventory.close()
      }
    })
  } catch (error) {
    if (error instanceof FailureError) return undefined
    throw error
  }
}
