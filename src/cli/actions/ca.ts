/** `barewire ca path`: where the certificate of the local CA lies, so that other programs can be told to trust it. */
import { legible, lines, ours } from '../../inspect/index.ts'
import { openAuthority } from '../authority.ts'
import { openCapture } from '../capture-file.ts'
import type { CaOptions } from '../commands/ca.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'

export const caPath = async (options: CaOptions, io: Io): Promise<number> => {
  const { path, name, notAfter, since } = openAuthority()
  if (options.pcapng !== undefined) openCapture(options.pcapng).close()
  const until = new Date(notAfter).toISOString()
  if (options.json) {
    await io.out.write(jsonLine({ type: 'ca', path, name, notAfter: until, made: since === 'made' }))
    return 0
  }
  if (since === 'made' || options.verbose !== undefined) {
    const words = since === 'made' ? 'made just now' : 'found'
    await io.err.write(lines([legible(`CA "${name}" ${words}, valid until ${until.slice(0, 10)}`, { unicode: true })]))
  }
  // As it is, for $(…): a path is this machine's own.
  await io.out.write(lines([ours(path)]))
  return 0
}
