/** What fingerprints of hellos are hashed with. MD5 protects nothing here: JA3 has it so. */
import { createHash } from 'node:crypto'
import type { Digests } from '../inspect/index.ts'

export const DIGESTS: Digests = {
  md5: data => createHash('md5').update(data).digest(),
  sha256: data => createHash('sha256').update(data).digest(),
}
