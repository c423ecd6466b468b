/** `barewire ca path`. */
import type { CaOptions } from '../actions/ca.ts'
import { command } from '../command.ts'

export const caPathCommand = command<undefined, CaOptions>({
  name: 'ca path',
  summary: 'print the path of the certificate of this machine’s authority; it is made on the first use',
  options: [
    {
      flags: '--pcapng <file>',
      what: 'as with every command; nothing moves here, so the capture has no frames',
      offers: 'files',
    },
  ],
  examples: [
    ['barewire ca path', 'where the certificate lies'],
    ['curl --cacert $(barewire ca path) https://localhost:8443/', 'trust it once'],
    ['export NODE_EXTRA_CA_CERTS=$(barewire ca path)', 'let Node trust it'],
  ],
  run: async (_, options, io) => (await import('../actions/ca.ts')).caPath(options, io),
})
