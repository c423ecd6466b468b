/** `barewire ca path`: where the certificate of the local CA lies, so that other programs can be told to trust it. */

import { legible, lines, ours } from '../../inspect/index.ts'
import { authorityEvent, openAuthority, sinceText } from '../authority.ts'
import { openCapture } from '../capture-file.ts'
import type { CommonOptions } from '../command.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'

export interface CaOptions extends CommonOptions {
  readonly pcapng?: string | undefined
}

export const caPath = async (options: CaOptions, io: Io): Promise<number> => {
  const authority = openAuthority()
  if (options.pcapng !== undefined) openCapture(options.pcapng).close()
  if (options.json) {
    await io.out.write(jsonLine(authorityEvent(authority)))
    return 0
  }
  if (authority.since !== 'found' || options.verbose !== undefined) {
    const words = `CA "${authority.name}" ${sinceText(authority)}`
    await io.err.write(lines([legible(words, { unicode: true })]))
  }
  // As it is, for $(…): a path is this machine's own.
  await io.out.write(lines([ours(authority.path)]))
  return 0
}
